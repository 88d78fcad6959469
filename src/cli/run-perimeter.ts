import { createLog, type Log } from '../observe/log.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { type Perimeter, startPerimeter } from '../perimeter/perimeter.ts';
import { openPerimeterParts } from './open-perimeter.ts';

/**
 * Runs until SIGTERM or SIGINT, then stops in order. Logs `perimeter ready` with its address once it listens.
 * @throws {AppError} `config.*`, `secret.*`, `store.*`, `listen.failed`
 */
export async function runPerimeter(file: string): Promise<void> {
  const config = loadPerimeterConfig(file);
  const log = createLog('perimeter');
  const { parts, closeRest } = await openPerimeterParts(file, config, log);
  const perimeter = await startPerimeter(parts);
  const { url, opsUrl, approveUrl } = perimeter;
  log.info({ url, opsUrl, approveUrl, entitlements: config.entitlements.length }, 'perimeter ready');
  await stopped(perimeter, log);
  await closeRest();
}

async function stopped(perimeter: Perimeter, log: Log): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, 'perimeter stopping');
  await perimeter.close();
  log.info('perimeter stopped');
}
