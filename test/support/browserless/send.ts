import { request as plainRequest, type IncomingHttpHeaders } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** `name` or `name:port` to `host:port`. */
export type Hosts = Readonly<Record<string, string>>;

export interface Sent {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly ca: string | undefined;
  readonly hosts: Hosts;
}
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly setCookies: readonly string[];
  readonly text: string;
}

/** One request over a connection of its own. The certificate is checked against the name in the address, wherever that leads. */
export function send({ method, url, headers, body, ca, hosts }: Sent): Promise<Answered> {
  const led = hosts[url.host] ?? hosts[url.hostname];
  const target = new URL(led === undefined ? url.origin : `${url.protocol}//${led}`);
  return new Promise((resolve, reject) => {
    const options = {
      method,
      host: target.hostname.replace(/^\[|\]$/g, ''),
      port: target.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(target.port),
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      agent: false as const,
    };
    // An address has no name to send; the certificate is checked against it all the same.
    const name = /^[\d.]+$/.test(url.hostname) ? {} : { servername: url.hostname };
    const tls = { ...name, ...(ca === undefined ? {} : { ca }) };
    const sent = url.protocol === 'https:' ? tlsRequest({ ...options, ...tls }) : plainRequest(options);
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          setCookies: answer.headers['set-cookie'] ?? [],
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.end(body);
  });
}
