import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import type { AuthorizeRequest } from './authorize-request.ts';

/** A request whose pages somebody is looking at. */
export interface Pending {
  readonly context: string;
  /** The browser that has the pages: nobody else's answer counts. */
  readonly browserId: string;
  readonly request: AuthorizeRequest;
  /** Chosen, and signed in. */
  readonly objectId?: string;
  /** Credentials were shown for this request: what `prompt=login` wants. */
  readonly isFresh: boolean;
  readonly hasConsented: boolean;
}

export interface PendingSignIns {
  open(browserId: string, request: AuthorizeRequest): Pending;
  /** Undefined for one that is over, too old, or another browser's. */
  find(context: string, browserId: string): Pending | undefined;
  change(pending: Pending, changes: Partial<Pick<Pending, 'objectId' | 'isFresh' | 'hasConsented'>>): Pending;
  close(pending: Pending): void;
}

const PATIENCE_MS = 30 * 60_000;

export function createPendingSignIns(now: Clock): PendingSignIns {
  const all = new Map<string, { readonly pending: Pending; readonly openedAt: number }>();
  return {
    open(browserId, request) {
      const at = now.now();
      for (const [context, { openedAt }] of all) if (openedAt + PATIENCE_MS < at) all.delete(context);
      const pending = { context: randomBytes(24).toString('base64url'), browserId, request, isFresh: false, hasConsented: false };
      all.set(pending.context, { pending, openedAt: at });
      return pending;
    },
    find(context, browserId) {
      const found = all.get(context);
      if (found === undefined || found.openedAt + PATIENCE_MS < now.now()) return undefined;
      return found.pending.browserId === browserId ? found.pending : undefined;
    },
    change(pending, changes) {
      const next = { ...pending, ...changes };
      const openedAt = all.get(pending.context)?.openedAt ?? now.now();
      all.set(pending.context, { pending: next, openedAt });
      return next;
    },
    close: ({ context }) => void all.delete(context),
  };
}
