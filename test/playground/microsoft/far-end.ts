import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Clock } from '../../../src/access/core/clock.ts';
import { BOT_APP, PERIMETER_APP } from '../../../src/playground/cast.ts';
import { createExchangeLog } from '../../../src/playground/exchange-log.ts';
import { type MicrosoftFarEnd, type MicrosoftOptions, startMicrosoft } from '../../../src/playground/microsoft/start.ts';

export interface MovableClock extends Clock {
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function movableClock(start = Date.parse('2026-11-21T09:00:00Z')): MovableClock {
  let at = start;
  const listeners = new Set<() => void>();
  return {
    now: () => at,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    advance(ms) {
      at += ms;
      for (const listener of listeners) listener();
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // What a far end answers is looked at freely here.
  readonly body: Reading;
}
export type Reading = { readonly [key: string]: Reading } & { readonly [index: number]: Reading } & { readonly length: number };

export type Caller = 'bot' | 'perimeter' | 'nobody' | { readonly token: string };

export interface Bench {
  readonly far: MicrosoftFarEnd;
  readonly clock: MovableClock;
  /** To Graph, below `/v1.0`, unless the path is a whole address. */
  graph(caller: Caller, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  arm(caller: Caller, method: string, path: string, body?: unknown): Promise<Reply>;
  /** Sends text as it is. */
  raw(method: string, url: string, headers: Record<string, string>, text?: string): Promise<Reply>;
  tokenOf(appId: string, scope: string): Promise<Reply>;
  close(): Promise<void>;
}

/**
 * One far end of its own, over a domain clock that stands still. `recorded: false` for tests that send what no contract covers, else
 * the record of a whole test run would hold mistakes made on purpose.
 */
export async function startBench(
  options: { readonly recorded?: boolean } & Pick<MicrosoftOptions, 'now' | 'browserLogin' | 'hostNames'> = {},
): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'microsoft-'));
  const clock = movableClock();
  const { recorded, ...rest } = options;
  const log = createExchangeLog(recorded === false ? { file: '' } : {});
  const far = await startMicrosoft({ ...rest, clock, folder, log });
  far.tenant.pim.processingMs = 0;
  const agent = new Agent({ ca: readFileSync(far.caFile), keepAlive: true });
  const tokens = new Map<string, string>();

  const raw: Bench['raw'] = (method, url, headers, content) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: body === '' ? undefined : JSON.parse(body) });
        });
      });
      sent.on('error', reject);
      sent.end(content);
    });
  const tokenOf: Bench['tokenOf'] = (appId, scope) => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: far.tenant.clientSecretOf(appId),
      scope,
    });
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return raw('POST', `${far.loginUrl}/${far.tenant.tenantId}/oauth2/v2.0/token`, type, form.toString());
  };
  const authorization = async (caller: Caller, scope: string): Promise<Record<string, string>> => {
    if (caller === 'nobody') return {};
    if (typeof caller === 'object') return { authorization: `Bearer ${caller.token}` };
    const appId = caller === 'bot' ? BOT_APP.clientId : PERIMETER_APP.clientId;
    const known = tokens.get(`${appId} ${scope}`) ?? text((await tokenOf(appId, scope)).body['access_token']);
    tokens.set(`${appId} ${scope}`, known);
    return { authorization: `Bearer ${known}` };
  };
  const send = async (
    caller: Caller,
    scope: string,
    method: string,
    url: string,
    body: unknown,
    more: Record<string, string>,
  ) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...(await authorization(caller, scope)), ...type, ...more };
    return raw(method, url.replaceAll(' ', '%20'), headers, body === undefined ? undefined : JSON.stringify(body));
  };

  // These tests look at roles as the bot, which itself never does; a token that is out keeps what it has.
  const granted = far.tenant.permissions.granted(BOT_APP.clientId, 'https://graph.microsoft.com');
  const mayRead = ['RoleManagement.Read.Directory', 'RoleAssignmentSchedule.Read.Directory'];
  far.tenant.permissions.set(BOT_APP.clientId, 'https://graph.microsoft.com', [...granted, ...mayRead]);
  await authorization('bot', 'https://graph.microsoft.com/.default');
  far.tenant.permissions.reset();

  return {
    far,
    clock,
    raw,
    tokenOf,
    graph: (caller, method, path, body, headers = {}) =>
      send(
        caller,
        'https://graph.microsoft.com/.default',
        method,
        path.startsWith('https:') ? path : `${far.graphUrl}/v1.0${path}`,
        body,
        headers,
      ),
    arm: (caller, method, path, body) =>
      send(caller, 'https://management.azure.com/.default', method, `${far.armUrl}${path}`, body, {}),
    async close() {
      agent.destroy();
      await far.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lets this process's own clients (fetch, Azure's SDKs) trust the far end. */
export function trust(far: MicrosoftFarEnd): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(far.caFile, 'utf8')]);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`a text was expected, not ${typeof value}`);
  return value;
}

/** The objects of a collection's answer. */
export function rows(reply: Reply, name = 'value'): readonly Reading[] {
  const value: unknown = reply.body[name];
  if (!Array.isArray(value)) throw new TypeError(`no list in an answer ${reply.status}`);
  return value as readonly Reading[];
}

export const code = (reply: Reply): string => text(reply.body['error']?.['code']);

/** Waits until the tenant says that something has changed and the condition holds. */
export function until(far: MicrosoftFarEnd, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      stop();
      resolve();
    };
    const stop = far.tenant.onChange(look);
    look();
  });
}
