import { randomBytes } from 'node:crypto';
import { AppError, codeOf } from '../../../access/core/app-error.ts';
import type { Log } from '../../../observe/log.ts';
import type { Fence } from './fence.ts';
import type { Room } from './room.ts';

/** More than a page, and nothing that can be compressed: it needs new room. */
const PROBE_BYTES = 64 * 1024;

/** Renews the lease while nothing is committed, and looks whether a full disk has room again. Returns how to stop. */
export function startHeartbeat(
  fence: Fence,
  room: Room,
  log: Log,
  { schema, everyMs }: { readonly schema: string; readonly everyMs: number },
): () => Promise<void> {
  let beating: Promise<void> | undefined;
  const beat = async (): Promise<void> => {
    try {
      if (room.mustProbe) await probe(fence, schema);
      else await fence.run(() => Promise.resolve());
    } catch (error) {
      if (codeOf(error) === HAS_ROOM) room.fits(true);
      else if (codeOf(error) !== 'store.full') log.warn({ err: error }, 'the lease of the store could not be renewed');
    } finally {
      beating = undefined;
    }
  };
  const timer = setInterval(() => {
    beating ??= beat();
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await beating;
  };
}

const HAS_ROOM = 'store.has-room';

/** A line that is rolled back whatever happens. */
function probe(fence: Fence, schema: string): Promise<never> {
  return fence.run(async (queries) => {
    await queries.query(`INSERT INTO ${schema}.lines (seq, line, head) VALUES (-1, $1, '')`, [randomBytes(PROBE_BYTES)]);
    throw new AppError(HAS_ROOM, 'there is room');
  });
}
