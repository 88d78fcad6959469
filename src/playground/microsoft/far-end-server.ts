import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Contract, ExchangeLog } from '../exchange-log.ts';
import { arrived } from '../issued.ts';
import type { FarEndName, Faults, PickedFault } from './faults.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it came; undefined when none was sent. */
  readonly text: string | undefined;
  /** The instant (transport clock) as of which reads are answered; in the past while reads are stale. */
  readonly readAsOf: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; undefined sends no body. */
  readonly body?: unknown;
  /** A page in place of JSON. */
  readonly html?: string;
}

export interface FarEndOptions {
  readonly name: FarEndName;
  /** Undefined for a listener of plain HTTP, on the loopback address like the others. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly faults: Faults;
  readonly now: () => number;
  readonly bodyLimitBytes: number;
  handle(call: Call): Answer | Promise<Answer>;
  /** How this service words an error that does not come out of its own handling. */
  fail(status: number, call: Call | undefined): Answer;
  /** Where exchanges are recorded, and under which contract; left out for sign-in, whose exchanges are secrets. */
  readonly record?: { readonly log: ExchangeLog; readonly contract: Contract };
}

export interface FarEnd {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const READS_BY_POST = /\/(checkMemberGroups|getMemberObjects|getByIds)(\?|$)|\/Microsoft\.ResourceGraph\/resources\b/i;

/** One server of a far end: reads the call, imposes the fault that was drawn for it, answers, records. */
export async function startFarEnd(options: FarEndOptions, port = 0): Promise<FarEnd> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    serve(options, request, response).catch(() => response.destroy());
  };
  const { tls } = options;
  const server = tls === undefined ? createPlainServer(listener) : createServer({ cert: tls.cert, key: tls.key }, listener);
  await listen(server, port);
  const address = server.address() as AddressInfo;
  return {
    // Another site than the HTTPS listeners', so that what browsers keep apart shows here too.
    url: tls === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function serve(options: FarEndOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { faults, name } = options;
  const method = request.method ?? 'GET';
  const path = request.url ?? '/';
  if (faults.isOffline(name)) {
    faults.note({ farEnd: name, method, path, kind: 'offline', delayMs: 0 });
    return void request.socket.destroy();
  }
  const isRead = method === 'GET' || READS_BY_POST.test(path);
  const fault = faults.pick({ farEnd: name, method, path, isRead });
  const impose = (delayMs: number) => {
    if (fault !== undefined) faults.note({ farEnd: name, method, path, kind: fault.kind, delayMs });
  };
  if (fault?.kind === 'reset') {
    impose(0);
    return void request.socket.destroy();
  }
  const text = await readBody(request, options.bodyLimitBytes);
  const staleMs = fault?.kind === 'stale' ? fault.staleMs : faults.stalenessMs;
  const call: Call = {
    method,
    url: new URL(path, `${options.tls === undefined ? 'http' : 'https'}://${request.headers.host ?? 'localhost'}`),
    headers: flatHeaders(request),
    text: text === '' ? undefined : text,
    readAsOf: options.now() - (isRead ? staleMs : 0),
  };
  arrived(call.headers, call.text);
  if (fault?.kind === 'slow') await pause(fault.slowMs);
  const answer =
    text === undefined ? options.fail(413, call) : (faultAnswer(options, fault, call) ?? (await handled(options, call)));
  impose(delayOf(fault));
  if (fault?.kind === 'lost') return void request.socket.destroy();
  record(options, call, answer);
  send(response, answer);
}

async function handled(options: FarEndOptions, call: Call): Promise<Answer> {
  try {
    return await options.handle(call);
  } catch (error) {
    // A mistake of the playground itself: show it, since nobody could find it otherwise.
    process.stderr.write(
      `${options.name}: ${call.method} ${call.url.pathname}: ${error instanceof Error ? error.stack : 'no error'}\n`,
    );
    return options.fail(500, call);
  }
}

function faultAnswer(options: FarEndOptions, fault: PickedFault | undefined, call: Call): Answer | undefined {
  const status = { throttled: 429, internal: 500, unavailable: 503 }[String(fault?.kind)];
  if (fault === undefined || status === undefined) return undefined;
  const answer = options.fail(status, call);
  if (status === 500) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(Math.ceil(fault.retryAfterSeconds)) } };
}

function delayOf(fault: PickedFault | undefined): number {
  switch (fault?.kind) {
    case 'throttled':
    case 'unavailable':
      return Math.ceil(fault.retryAfterSeconds) * 1_000;
    case 'slow':
      return fault.slowMs;
    case 'stale':
      return fault.staleMs;
    case 'internal':
    case 'lost':
    case 'reset':
    case undefined:
    default:
      return 0;
  }
}

/** Undefined when it is longer than the limit. */
async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= limit) chunks.push(chunk as Buffer);
  }
  return size > limit ? undefined : Buffer.concat(chunks).toString('utf8');
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function record(options: FarEndOptions, call: Call, answer: Answer): void {
  options.record?.log.record({
    contract: options.record.contract,
    method: call.method,
    url: call.url.href,
    requestHeaders: call.headers,
    ...(call.text === undefined ? {} : { requestBody: parsed(call.text) }),
    status: answer.status,
    ...(answer.body === undefined ? {} : { responseBody: answer.body }),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function send(response: ServerResponse, answer: Answer): void {
  const text = answer.html ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  const body = text === undefined ? undefined : Buffer.from(text);
  const type = answer.html === undefined ? 'application/json' : 'text/html';
  response.writeHead(answer.status, {
    ...(body === undefined ? {} : { 'content-type': `${type}; charset=utf-8` }),
    ...answer.headers,
    ...(body === undefined ? {} : { 'content-length': body.length }),
  });
  response.end(body);
}
