import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { ClientSecretCredential } from '@azure/identity';
import { type Clock, transportClock } from '../../../src/access/core/clock.ts';
import {
  API_VERSION,
  API_VERSION_HEADER,
  eventsPageSchema,
  type GrantState,
  grantStateSchema,
  type PerimeterEvent,
  type RegisterGrant,
} from '../../../src/access/core/perimeter-api.ts';
import { createArmClient } from '../../../src/azure/arm-client.ts';
import { createAccessWriters } from '../../../src/cli/access-writers.ts';
import { createOwnRecords } from '../../../src/cli/own-records.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { openRuntime } from '../../../src/durable/runtime.ts';
import type { FileLayer } from '../../../src/durable/stores/lowdb/file-layer.ts';
import { createGraphClient, type GraphClient } from '../../../src/entra/graph-client.ts';
import { createMembershipReader } from '../../../src/entra/membership-reader.ts';
import { createLog } from '../../../src/observe/log.ts';
import { callerSettingsOf, createCallerVerifier, tenantKeys } from '../../../src/perimeter/caller-token.ts';
import { type ClockWatch, createClockWatch } from '../../../src/perimeter/ledger/clock-watch.ts';
import { perimeterFlows } from '../../../src/perimeter/perimeter-flows.ts';
import type { PerimeterParts } from '../../../src/perimeter/assemble.ts';
import { type Perimeter, startPerimeter } from '../../../src/perimeter/perimeter.ts';
import { BOT_APP, PERIMETER_APP, PERIMETER_AUDIENCE, TENANT_ID } from '../../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../../src/playground/microsoft/start.ts';
import { type HttpsServer, startHttps } from '../../support/https-server.ts';
import { ABEL, type ConfigWishes, GLOBAL_READER, perimeterConfig, RITA } from './perimeter-config.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The perimeter, in this process, over a local Microsoft: real tokens, real HTTP, real ledger on disk. */
export interface World {
  readonly microsoft: MicrosoftFarEnd;
  readonly alarms: HttpsServer;
  advance(minutes: number): void;
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  register(requestId: string, different?: Partial<RegisterGrant>): Promise<GrantState>;
  approve(requestId: string): Promise<GrantState>;
  end(requestId: string, reason?: 'withdraw' | 'release' | 'lapse'): Promise<GrantState>;
  /** The facts of one request so far, waiting until one of this type is among them. */
  factsUntil(requestId: string, type: PerimeterEvent['type']): Promise<readonly PerimeterEvent[]>;
  /** Principals who hold the role now. */
  holders(roleDefinitionId?: string): readonly string[];
  /** What the listener of operators answers. */
  ops(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Says that the disk is full, or no longer. The store's own tests show that it notices. */
  fillDisk(full: boolean): void;
  /** Sets the perimeter's transport clock ahead of Microsoft's by so much, as far as it can see. */
  skewClock(ms: number): void;
  /** Stops the perimeter in order; what is unfinished stays unfinished. */
  stop(): Promise<void>;
  /** Starts it again, with a file that says something else and a disk of another kind where that is wished. */
  start(changed?: ConfigWishes, files?: FileLayer): Promise<void>;
  /** Where it keeps its ledger. */
  readonly ledger: string;
  close(): Promise<void>;
}

/** Changes what the perimeter is made of, right before it starts. */
export type Alter = (parts: PerimeterParts, graph: GraphClient) => PerimeterParts;

export async function startWorld(wishes: ConfigWishes = {}, alter: Alter = (parts) => parts): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-perimeter-'));
  const ledger = join(folder, 'ledger');
  const clock = offsetClock();
  const alarms = await startHttps(() => ({ status: 200, body: {} }));
  const microsoft = await startMicrosoft({ clock, folder, limits: 'off' });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(microsoft.caFile, 'utf8')]);
  const { pim, groupSchedules, azurePim } = microsoft.tenant;
  for (const engine of [pim, groupSchedules.pim, azurePim]) engine.processingMs = 20;
  const { loginUrl: login, graphUrl, armUrl, tenant } = microsoft;
  const configWith = (changed: ConfigWishes) =>
    perimeterConfig({
      ...wishes,
      ...changed,
      login,
      graph: graphUrl,
      audience: PERIMETER_AUDIENCE,
      alarmUrl: `${alarms.url}/alarm`,
      folder: ledger,
    });
  const config = configWith({});
  const log = createLog('perimeter', process.env['TEST_LOG'] ?? 'silent');
  const identityOf = (clientId: string) =>
    new ClientSecretCredential(TENANT_ID, clientId, tenant.clientSecretOf(clientId), {
      authorityHost: login,
      disableInstanceDiscovery: true,
    });
  const clockWatch = createClockWatch();
  let skewMs = 0;
  const onDate: ClockWatch['note'] = (date, sent, received) => clockWatch.note(date, sent + skewMs, received + skewMs);
  const credential = identityOf(PERIMETER_APP.clientId);
  const graph = createGraphClient({ graphUrl, credential, log, onDate });
  const arm = createArmClient({ armUrl, credential, log });
  const bot = identityOf(BOT_APP.clientId);
  const verifyCaller = createCallerVerifier(callerSettingsOf(config), tenantKeys(config), transportClock);

  let diskIsFull = false;
  let perimeter: Perimeter | undefined;
  async function start(changed: ConfigWishes = {}, files?: FileLayer): Promise<void> {
    const opened = await openRuntime({
      flows: perimeterFlows,
      folder: ledger,
      clock,
      log,
      ...(files === undefined ? {} : { files }),
    });
    const runtime: Runtime = Object.create(opened, { degraded: { get: () => diskIsFull } });
    const people = createMembershipReader(graph);
    const parts: PerimeterParts = {
      config: movable(configWith(changed)),
      runtime,
      writers: createAccessWriters(graph, arm, clock),
      people,
      records: createOwnRecords(config, graph, arm, clock),
      clockWatch,
      verifyCaller,
      clock,
      transportClock,
      log,
    };
    perimeter = await startPerimeter(alter(parts, graph));
  }
  async function stop(): Promise<void> {
    await perimeter?.close();
    perimeter = undefined;
  }

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const { token } = await bot.getToken(`${PERIMETER_AUDIENCE}/.default`);
    const response = await fetch(`${perimeter?.url ?? 'http://stopped'}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        [API_VERSION_HEADER]: API_VERSION,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function accepted(reply: Promise<Reply>): Promise<GrantState> {
    const { status, body } = await reply;
    if (status !== 202) throw new Error(`answered ${status} ${JSON.stringify(body)}`);
    return grantStateSchema.parse(body);
  }

  async function factsUntil(requestId: string, type: PerimeterEvent['type']): Promise<readonly PerimeterEvent[]> {
    const facts: PerimeterEvent[] = [];
    for (let after = 0; ; ) {
      const { events } = eventsPageSchema.parse((await call('GET', `/events?after=${after}&waitSeconds=20`)).body);
      facts.push(...events.filter((event) => event.requestId === requestId));
      if (facts.some((fact) => fact.type === type)) return facts;
      after = events.at(-1)?.seq ?? after;
    }
  }

  await start();
  return {
    microsoft,
    alarms,
    advance: (minutes) => clock.advance(minutes * 60_000),
    call,
    register: (requestId, different = {}) =>
      accepted(
        call('POST', '/grants', {
          requestId,
          requester: RITA,
          principal: RITA,
          entitlementId: 'global-reader',
          durationMinutes: 30,
          justification: 'ticket 42',
          approvalWindowMinutes: 60,
          ...different,
        }),
      ),
    approve: (requestId) => accepted(call('POST', `/grants/${requestId}/decisions`, approval(`${requestId}-1`))),
    end: (requestId, reason = 'release') => accepted(call('DELETE', `/grants/${requestId}?reason=${reason}`)),
    factsUntil,
    holders: (roleDefinitionId = GLOBAL_READER) =>
      tenant
        .holders()
        .filter((holder) => holder.roleDefinitionId === roleDefinitionId)
        .map(({ principalId }) => principalId),
    async ops(path) {
      const response = await fetch(`${perimeter?.opsUrl ?? 'http://stopped'}${path}`);
      return { status: response.status, text: await response.text() };
    },
    fillDisk: (full) => {
      diskIsFull = full;
    },
    skewClock: (ms) => {
      skewMs = ms;
    },
    stop,
    start,
    ledger,
    async close() {
      await stop();
      await microsoft.close();
      await alarms.close();
    },
  };
}

export function approval(decisionId: string) {
  return { decisionId, decision: 'approve', approver: ABEL, decidedAt: '2026-03-01T12:00:00.000Z' };
}

/** Says that the clock can be moved, so that waits for Entra's five minutes are on it. */
function movable<T>(config: T): T & { readonly domainClock: { readonly offsetFile: string } } {
  return { ...config, domainClock: { offsetFile: 'unused' } };
}

function offsetClock(): Clock & { advance(ms: number): void } {
  let offset = 0;
  const listeners = new Set<() => void>();
  return {
    now: () => Date.now() + offset,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    advance(ms) {
      offset += ms;
      for (const listener of [...listeners]) listener();
    },
  };
}
