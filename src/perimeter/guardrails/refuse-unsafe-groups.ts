import { setTimeout as sleep } from 'node:timers/promises';
import { configInvalid } from '../../config/read-config.ts';
import type { Runtime } from '../../durable/port.ts';
import type { MembershipReader } from '../../entra/membership-reader.ts';
import type { Log } from '../../observe/log.ts';
import { GRANT_FLOW, isGiven } from '../grant-flow.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';
import { lookAtGroups } from './look-at-groups.ts';

export interface UnsafeGroupsParts {
  readonly config: PerimeterConfig;
  readonly people: MembershipReader;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly patienceMs?: number;
}

/** What has to end waits for this look, too. */
const PATIENCE_MS = 10_000;

/**
 * Asks the directory how well the groups are guarded that the file leans on, before anything listens. What cannot be asked now is not given
 * until it can be (group-standing.ts). While something is held that has to end, the perimeter starts all the same, and gives none of these.
 * @throws {AppError} `config.invalid`, with the lines of groups that are not guarded well enough
 */
export async function refuseUnsafeGroups(file: string, parts: UnsafeGroupsParts): Promise<void> {
  const { config, people, runtime, log, patienceMs = PATIENCE_MS } = parts;
  const tooLong = new AbortController();
  const found = await Promise.race([lookAtGroups(config, people), sleep(patienceMs, [], { signal: tooLong.signal })]);
  tooLong.abort();
  const unsafe = found.filter(({ kind }) => kind === 'unsafe');
  if (unsafe.length === 0) return;
  const error = configInvalid(file, unsafe);
  if (![...runtime.open(GRANT_FLOW)].some(isGiven)) throw error;
  log.error({ err: error }, 'started all the same, since something is held that has to end; nothing of this is given');
}
