import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { html } from 'hono/html';
import { pino } from 'pino';
import { startHttpServer } from '../../../src/bot/http-server.ts';
import type { Person } from '../../../src/access/core/person.ts';
import type { Directory } from '../../../src/access/directory.ts';
import { accessRequestFlow, linkFlow } from '../../../src/bot/flows.ts';
import { createNames } from '../../../src/chat/names.ts';
import { consoleSchema } from '../../../src/config/console-config.ts';
import { rolesSchema } from '../../../src/config/hallpass-config.ts';
import { type ConsoleParts, createConsole } from '../../../src/console/console.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { openRuntime } from '../../../src/durable/runtime.ts';
import { byAssertion } from '../../../src/identity/client-proof.ts';
import { signingKeysAt } from '../../../src/identity/id-token-signature.ts';
import { freePort } from '../../../src/playground/free-port.ts';
import { type TestClock, testClock, testConfig } from '../../bot/bot-world.ts';
import { ASSERTION, type LocalIdp } from '../../perimeter/approve/support/local-idp.ts';
import { TENANT_ID } from '../../perimeter/support/perimeter-config.ts';
import { type Browser, createBrowser, type Page } from '../../support/browserless.ts';
import { localIdentity } from '../../support/https-server.ts';

export const VIEWERS = '96000000-0000-4000-8000-0000000000e1';
/** Of a registration of its own. */
export const CONSOLE_CLIENT_ID = 'c0750000-0000-4000-8000-000000000006';
export const SIGN_IN = 'Sign in with Microsoft';

export interface ConsoleWishes {
  readonly idp: LocalIdp;
  readonly directory: Directory;
  readonly roles?: Parameters<typeof rolesSchema.parse>[0];
  readonly setting?: Readonly<Record<string, unknown>>;
  readonly adjust?: (parts: ConsoleParts) => ConsoleParts;
}

/** The console on a listener of the bot's kind, over a sign-in service whose tokens a test decides. */
export interface ConsoleWorld {
  readonly origin: string;
  readonly idp: LocalIdp;
  readonly runtime: Runtime;
  /** The domain clock. */
  readonly clock: TestClock;
  /** Moves sessions on; the domain clock stays. */
  readonly transport: TestClock;
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** Codes of everything that the log says was refused, in order. */
  refusals(): readonly string[];
  at(path: string): string;
  /** A browser of its own, as whose owner the sign-in service knows this person from now on. */
  browserOf(person: Person): Browser;
  /** Opens the page in it and signs in there. */
  signIn(browser: Browser, path?: string): Promise<Page>;
  /** Signs in, up to the address that the browser is sent back to. */
  callbackFor(browser: Browser, path?: string): Promise<string>;
  give(caseId: string, principal: Person, approver: Person, more?: { readonly endsInMinutes?: number }): Promise<void>;
  close(): Promise<void>;
}

export async function startConsole(wishes: ConsoleWishes): Promise<ConsoleWorld> {
  const { idp, directory } = wishes;
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-console-'));
  const { cert } = await localIdentity();
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const [clock, transport] = [testClock(), testClock()];
  const runtime = await openRuntime({ flows: [accessRequestFlow, linkFlow], folder, clock, log });
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const { entitlements } = testConfig('https://localhost:1', folder);
  const parts: ConsoleParts = {
    setting: consoleSchema.parse({
      publicUrl: origin,
      clientId: CONSOLE_CLIENT_ID,
      credential: { clientSecret: { env: 'NOT_READ' } },
      limits: { addressPerMinute: 100_000, personPerMinute: 100_000 },
      ...wishes.setting,
    }),
    tenants: [
      {
        tenantId: TENANT_ID,
        name: 'playground',
        issuer: idp.issuer,
        proof: byAssertion(() => Promise.resolve(ASSERTION)),
        keys: signingKeysAt(idp.keysUrl),
        directory,
      },
    ],
    roles: rolesSchema.parse(wishes.roles ?? { viewer: { groups: [VIEWERS] } }),
    namedPeople: [],
    runtime,
    names: createNames({ directoryOf: () => directory, log }),
    settings: new Map(entitlements.map((entitlement) => [entitlement.id, entitlement])),
    nameOfGroup: (id) => Promise.resolve(id === VIEWERS ? 'Console viewers' : undefined),
    myLinks: () => Promise.resolve(html`<p>No links yet.</p>`),
    behindProxy: false,
    clock,
    transportClock: transport,
    log,
  };
  const pages = createConsole(wishes.adjust?.(parts) ?? parts);
  const server = await startHttpServer({
    key: 'listen',
    listen: { host: '127.0.0.1', port, behindProxy: false },
    routes: {},
    pages,
    log,
  });
  const at = (path: string) => `${origin}${path}`;
  return {
    origin,
    idp,
    runtime,
    clock,
    transport,
    logged,
    refusals: () => logged.flatMap(({ msg, code }) => (msg === 'console page refused' ? [String(code)] : [])),
    at,
    browserOf(person) {
      idp.signedIn = person;
      return createBrowser({ ca: cert });
    },
    signIn: async (browser, path = '/console') => (await browser.open(at(path))).click(SIGN_IN),
    async callbackFor(browser, path = '/console') {
      idp.stops = true;
      const waiting = await (await browser.open(at(path))).click(SIGN_IN);
      idp.stops = false;
      return /href="([^"]*)"/.exec(waiting.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    },
    give: (caseId, principal, approver, more) => given(runtime, clock, caseId, principal, approver, more?.endsInMinutes ?? 60),
    async close() {
      await server.close();
      await runtime.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As a request goes that one approver agreed to in chat. */
async function given(
  runtime: Runtime,
  clock: TestClock,
  caseId: string,
  principal: Person,
  approver: Person,
  endsInMinutes: number,
): Promise<void> {
  const request = {
    id: caseId,
    requester: principal,
    principal,
    entitlementId: 'global-reader',
    durationMinutes: endsInMinutes,
    justification: { digest: 'x', salt: 'y' },
    approvalWindowMinutes: 60,
    remindAfterMinutes: 15,
  };
  const by = { kind: 'system', name: 'perimeter' } as const;
  await runtime.begin('accessRequest', caseId, { request }, { kind: 'person', person: principal });
  const waitsFor = { approvalsNeeded: 1, assurance: 'chat', requesterSigns: false };
  await runtime.send(caseId, { type: 'perimeter.registered', waitsFor }, by);
  await runtime.send(caseId, { type: 'decided', decision: 'approve', approver }, { kind: 'person', person: approver });
  const endsAt = new Date(clock.now() + endsInMinutes * 60_000).toISOString();
  await runtime.send(caseId, { type: 'perimeter.given', endsAt, nativeEnd: true }, by);
}

/** The code in the small print of a page; undefined where there is none. */
export const codeOn = ({ text }: Page): string | undefined => /Code: (\S+)/.exec(text)?.[1];
