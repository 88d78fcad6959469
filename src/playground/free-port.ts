import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { AppError } from '../access/core/app-error.ts';

/**
 * Below what systems hand out by themselves to outgoing connections (Linux from 32768, others from 49152): while a child is down for a
 * moment, nobody's connection may take the port that it comes back to.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** A port of the loopback address that was free a moment ago. A child keeps it over its restarts, so it cannot ask for port 0. */
export function freePort(): Promise<number> {
  return nextFreePort(randomInt(FIRST_PORT, LAST_PORT));
}

/** As many, no two alike. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** `wanted`, or the next one that is free. */
export async function nextFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + 100, 65_536); port++) {
    try {
      return await tryPort(port);
    } catch {
      // taken: try the next
    }
  }
  throw new AppError('playground.no-port', `no free port from ${wanted} on`, { hint: 'Name another one with --port.' });
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
