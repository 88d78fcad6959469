import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { AccessWriters } from './access-writer.ts';
import type { PerimeterConfig } from './perimeter-config.ts';

/** Licences change rarely; a tenant that buys P2 is noticed within this time. */
const KEEP_MS = 15 * 60_000;

/**
 * Can Entra end grants by itself here, i.e. has the tenant Privileged Identity Management? Asked with the permission that giving needs
 * anyway: reading what is held fails with a code of its own without the licence. Not knowing is an error, never a "no".
 */
export function createNativeEndProbe(
  config: PerimeterConfig,
  writers: AccessWriters,
  transportClock: Clock,
): () => Promise<boolean> {
  let known: { readonly value: boolean; readonly at: number } | undefined;
  return async () => {
    if (known !== undefined && transportClock.now() - known.at < KEEP_MS) return known.value;
    const [first] = config.entitlements;
    const probe = {
      grantId: 'probe',
      principalId: '00000000-0000-0000-0000-000000000000',
      role: first?.directoryRole ?? { roleDefinitionId: '', directoryScopeId: '/' },
      endsAt: '',
      justification: '',
    };
    const value = await writers.pim.held(probe).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'directory.not-licensed') return false;
        throw error;
      },
    );
    known = { value, at: transportClock.now() };
    return value;
  };
}
