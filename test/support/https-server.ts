import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import tls from 'node:tls';
import { generate } from 'selfsigned';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}
/** `reset` cuts the connection instead of answering. A string body is sent as it is. */
export type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | 'reset';
export type Answerer = (asked: Asked) => Answer | Promise<Answer>;

export interface HttpsServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  answerWith(answerer: Answerer): void;
  close(): Promise<void>;
}

let identity: Promise<{ readonly key: string; readonly cert: string }> | undefined;

// Files share a process, and of two trusted certificates with one name only the first is looked at.
/** One certificate a test file, trusted by this process from then on. */
export function localIdentity(): Promise<{ readonly key: string; readonly cert: string }> {
  identity ??= generate([{ name: 'commonName', value: `localhost ${randomUUID()}` }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  }).then(({ private: key, cert }) => {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), cert]);
    return { key, cert };
  });
  return identity;
}

/** A real local HTTPS server whose answers a test decides. */
export async function startHttps(first: Answerer): Promise<HttpsServer> {
  let answerer = first;
  const asked: Asked[] = [];
  const { key, cert } = await localIdentity();
  const server = createServer({ key, cert }, (request, response) => {
    void handle(request, response);
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const url = new URL(request.url ?? '/', 'https://localhost');
    const entry: Asked = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: request.headers,
      body: bodyOf(Buffer.concat(chunks).toString()),
    };
    asked.push(entry);
    const answer = await answerer(entry);
    if (answer === 'reset') {
      request.socket.destroy();
      return;
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const type = typeof answer.body === 'string' ? 'text/html' : 'application/json';
    response.writeHead(answer.status, { ...(answer.body === undefined ? {} : { 'content-type': type }), ...answer.headers });
    response.end(answer.body === undefined ? undefined : text);
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `https://localhost:${port}`,
    asked,
    answerWith: (next) => {
      answerer = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function bodyOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An error in the shape of Graph's. */
export function graphError(status: number, code: string, message = 'refused', headers: Record<string, string> = {}): Answer {
  const innerError = { date: '2026-01-01T00:00:00', 'request-id': '11111111-2222-4333-8444-555555555555' };
  return { status, body: { error: { code, message, innerError } }, headers };
}
