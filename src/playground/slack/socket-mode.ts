import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Delivered, DeliveryKind, RetryMark } from './delivery.ts';
import { isWire, type Wire } from '../wire.ts';

/** https://docs.slack.dev/apis/events-api/using-socket-mode: "up to 10 open WebSocket connections at the same time". */
const MOST_CONNECTIONS = 10;
const PING_EVERY_MS = 5000;
const GOODBYE_MS = 500;

export interface SocketModeOptions {
  readonly appId: string;
  readonly onConnectionsChanged: (connected: number) => void;
}

export type SocketMode = ReturnType<typeof createSocketMode>;

/** Slack's end of Socket Mode: tickets, `hello`, envelopes that wait for their acknowledgement, and `disconnect`. */
export function createSocketMode(options: SocketModeOptions) {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const sockets: WebSocket[] = [];
  const waiting = new Map<string, (payload: unknown) => void>();
  let turn = 0;

  const write = (socket: WebSocket, message: Wire) => socket.send(JSON.stringify(message));

  function welcome(socket: WebSocket): void {
    sockets.push(socket);
    const ping = setInterval(() => socket.ping('Ping from applink'), PING_EVERY_MS);
    ping.unref();
    socket.on('message', (data: Buffer) => acknowledge(data.toString()));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(ping);
      sockets.splice(sockets.indexOf(socket), 1);
      options.onConnectionsChanged(sockets.length);
    });
    write(socket, {
      type: 'hello',
      num_connections: sockets.length,
      debug_info: { host: 'applink-local', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: options.appId },
    });
    options.onConnectionsChanged(sockets.length);
  }

  function acknowledge(data: string): void {
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      return; // Slack ignores what it cannot read on a socket
    }
    if (!isWire(message) || typeof message['envelope_id'] !== 'string') return;
    waiting.get(message['envelope_id'])?.(message['payload']);
    waiting.delete(message['envelope_id']);
  }

  return {
    connected: () => sockets.length > 0,
    /** A ticket works once, as in the address that `apps.connections.open` returns. */
    issueTicket(): string {
      const ticket = randomBytes(16).toString('hex');
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const known = url.pathname.startsWith('/link') && tickets.delete(url.searchParams.get('ticket') ?? '');
      if (!known) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      server.handleUpgrade(request, socket, head, (accepted) => {
        if (sockets.length < MOST_CONNECTIONS) return welcome(accepted);
        write(accepted, { type: 'disconnect', reason: 'too_many_websockets' });
        accepted.close();
      });
    },
    async send(kind: DeliveryKind, payload: Wire, patienceMs: number, retry?: RetryMark): Promise<Delivered> {
      const started = performance.now();
      const socket = sockets[turn++ % sockets.length];
      if (!socket) return { outcome: 'failed', shown: 'dispatch_failed', ms: 0, noRetry: false };
      const envelopeId = randomUUID();
      const acknowledged = new Promise<Delivered>((resolve) => {
        const ms = () => Math.round(performance.now() - started);
        const timer = setTimeout(() => {
          waiting.delete(envelopeId);
          resolve({ outcome: 'failed', shown: 'operation_timeout', ms: ms(), noRetry: false });
        }, patienceMs);
        waiting.set(envelopeId, (body) => {
          clearTimeout(timer);
          resolve({ outcome: 'answered', status: 200, body: body === null ? undefined : body, ms: ms(), noRetry: false });
        });
      });
      write(socket, {
        envelope_id: envelopeId,
        type: kind,
        accepts_response_payload: kind !== 'events_api',
        payload,
        ...(kind === 'events_api' ? { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' } : {}),
      });
      return await acknowledged;
    },
    /** What Slack does to every connection now and then; the client is expected to come back by itself. */
    askToReconnect(reason: 'warning' | 'refresh_requested' = 'refresh_requested'): void {
      for (const socket of sockets) write(socket, { type: 'disconnect', reason, debug_info: { host: 'applink-local' } });
    },
    /** The connections break without a word. */
    drop(): void {
      for (const socket of [...sockets]) socket.terminate();
    },
    /** Lets a client that is already saying goodbye finish, then ends what is left. */
    async close(): Promise<void> {
      const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.close(1001);
      const patience = setTimeout(() => {
        for (const socket of [...sockets]) socket.terminate();
      }, GOODBYE_MS);
      await Promise.all(closed);
      clearTimeout(patience);
      server.close();
    },
  };
}
