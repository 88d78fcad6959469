import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface TlsProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Ends TLS in front of a listener of this machine, as a proxy of one's own does: it adds where a request came from. */
export async function startTlsProxy(
  tls: { readonly certFile: string; readonly keyFile: string },
  targetPort: number,
): Promise<TlsProxy> {
  const options = { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  const server = createServer(options, (asked, answer) => {
    const { method, url, headers, socket } = asked;
    const forwarded = [headers['x-forwarded-for'], socket.remoteAddress].filter(Boolean).join(', ');
    const sent = request({
      host: '127.0.0.1',
      port: targetPort,
      method,
      path: url,
      headers: { ...headers, 'x-forwarded-for': forwarded },
    });
    sent.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.rawHeaders);
      got.pipe(answer);
    });
    sent.on('error', () => answer.destroy());
    asked.pipe(sent);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
