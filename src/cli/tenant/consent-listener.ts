import { once } from 'node:events';
import { createServer } from 'node:http';
import { AppError } from '../../access/core/app-error.ts';
import { isLoopback } from '../../config/domain-clock.ts';

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  connection: 'close',
};

/**
 * Waits at the redirect address, on this machine alone, for the browser of whoever consents. Any page can send a browser here: what does not pass
 * `isOurs` is answered with 400, and the wait goes on.
 * @throws {AppError} `usage.redirect`, `listen.failed`, `consent.none` when `signal` aborts
 */
export async function listenForAnswer(
  redirectUri: string,
  isOurs: (answer: string) => boolean,
  signal: AbortSignal,
): Promise<string> {
  const { protocol, hostname, port, origin } = new URL(redirectUri);
  if (protocol !== 'http:' || !isLoopback(hostname) || port === '')
    throw new AppError('usage.redirect', `${redirectUri} is no plain http address of this machine with a port`, {
      hint: 'Use one like http://localhost:8477/enrolled, or --no-listen and then --answer.',
    });
  let heard: (answer: string) => void = () => undefined;
  const answered = new Promise<string>((resolve) => {
    heard = resolve;
  });
  const server = createServer((request, response) => {
    const answer = URL.canParse(request.url ?? '', origin) ? new URL(request.url ?? '', origin).href : '';
    const ours = request.method === 'GET' && isOurs(answer);
    response.writeHead(ours ? 200 : 400, HEADERS);
    response.end(ours ? 'Go back to the terminal: it says how it went. You can close this page.\n' : 'This was not asked for.\n');
    if (ours) heard(answer);
  });
  try {
    // A browser tries both families for localhost.
    server.listen(Number(port), hostname.replaceAll(/[[\]]/g, ''));
    await once(server, 'listening').catch((cause: unknown) => {
      throw new AppError('listen.failed', `${origin} cannot be listened at`, {
        cause,
        hint: 'Name another port in --redirect-uri.',
      });
    });
    const gaveUp = once(signal, 'abort').then(() => {
      throw new AppError('consent.none', 'nobody answered', { hint: 'Begin again, or use --answer.', retryable: true });
    });
    return await Promise.race([answered, gaveUp]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
