import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../access/core/app-error.ts';
import type { Control, LiveGrant } from '../perimeter/freeze/control.ts';

const LOOK_EVERY_MS = 1_000;

const doubtful = (): AppError =>
  new AppError('ledger.doubtful', 'what the ledger knows is gone, and it is in doubt: there may be more', {
    hint: 'Stop the perimeter, run "hallpass perimeter reconcile --yes", and run this again.',
  });

/**
 * Orders it, and watches until all of it is known to be gone or the patience is over; what is left then.
 * @throws {AppError} `ledger.doubtful` when more may be live than the ledger knows, `revoke.incomplete`
 */
export async function revokeAll(
  control: Control,
  patienceMs: number,
  say: (line: string) => void,
): Promise<readonly LiveGrant[]> {
  const ordered = new Set((await control.revokeAll()).map(({ grantId }) => grantId));
  say(`${ordered.size} grants are being ended. Entra may keep what was given less than five minutes ago until then.`);
  const until = performance.now() + patienceMs;
  for (let before = ordered.size; ; ) {
    // Also what came in between: whoever orders this wants nothing left.
    const left = await control.live();
    if (left.length === 0) {
      if (await control.isDoubted()) throw doubtful();
      say('Everything is known to be gone.');
      return [];
    }
    if (left.length !== before) say(`${left.length} left.`);
    before = left.length;
    if (performance.now() >= until) {
      say('Not known to be gone yet; the perimeter goes on trying, without limit:');
      for (const { grantId, state } of left) say(`  ${grantId}  ${state}`);
      return left;
    }
    await sleep(LOOK_EVERY_MS);
  }
}
