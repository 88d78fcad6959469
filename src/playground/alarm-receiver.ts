import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An alarm as it came in: what the perimeter says when it cannot take something away. */
export interface ReceivedAlarm {
  readonly receivedAt: string;
  readonly body: unknown;
}

/** The operator's alarm endpoint: HTTPS, records whatever the perimeter posts. */
export interface AlarmReceiver {
  readonly url: string;
  readonly alarms: readonly ReceivedAlarm[];
  close(): Promise<void>;
}

const KEPT = 200;
const BODY_MAX_BYTES = 64 * 1024;

export async function startAlarmReceiver(
  tls: { readonly certFile: string; readonly keyFile: string },
  now: () => number,
  onAlarm: () => void,
): Promise<AlarmReceiver> {
  const alarms: ReceivedAlarm[] = [];
  const keep = (body: string) => {
    alarms.push({ receivedAt: new Date(now()).toISOString(), body: parsed(body) });
    if (alarms.length > KEPT) alarms.shift();
    onAlarm();
  };
  const server = createServer({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }, (request, response) => {
    const answer = async () => {
      const { status, body } = await receive(request);
      if (body !== undefined) keep(body);
      response.writeHead(status).end();
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}/alarm`,
    alarms,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(request: IncomingMessage): Promise<{ readonly status: number; readonly body?: string }> {
  if (request.method !== 'POST' || request.url !== '/alarm') return { status: 404 };
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) return { status: 413 };
  return { status: 204, body: (await text(request)).slice(0, BODY_MAX_BYTES) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body.slice(0, 2000);
  }
}
