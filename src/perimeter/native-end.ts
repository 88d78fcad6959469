import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Target } from '../access/core/target.ts';
import { type AccessWriters, writerOf } from './access-writer.ts';

/** Licences change rarely; a tenant that buys P2 is noticed within this time. */
const KEEP_MS = 15 * 60_000;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Can Entra or Azure end grants of this kind by themselves here, i.e. has the tenant Privileged Identity Management? Asked with the permission
 * that giving needs anyway: reading what is held fails with a code of its own without the licence. Not knowing is an error, never a "no".
 */
export function createNativeEndProbe(writers: AccessWriters, transportClock: Clock): (target: Target) => Promise<boolean> {
  const known = new Map<Target['kind'], { readonly value: boolean; readonly at: number }>();
  return async (target) => {
    const before = known.get(target.kind);
    if (before !== undefined && transportClock.now() - before.at < KEEP_MS) return before.value;
    const probe = { grantId: 'probe', principalId: NOBODY, target, endsAt: '', justification: '' };
    const value = await writerOf(writers, probe, 'pim')
      .held(probe)
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof AppError && error.code === 'directory.not-licensed') return false;
          throw error;
        },
      );
    known.set(target.kind, { value, at: transportClock.now() });
    return value;
  };
}
