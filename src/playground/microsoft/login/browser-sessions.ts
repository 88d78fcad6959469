import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import type { DirectoryUser } from '../tenant/directory.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';

/** An account that is signed in, in one browser. Instants by the transport clock, milliseconds. */
export interface SignedIn {
  readonly objectId: string;
  /** The `sid` claim. */
  readonly sessionId: string;
  readonly authenticatedAt: number;
  /** When a second factor was shown last. */
  readonly confirmedAt: number | undefined;
}

export interface BrowserSessions {
  /** Accounts of this browser that can still sign in. */
  signedIn(browserId: string): readonly SignedIn[];
  account(browserId: string, objectId: string): SignedIn | undefined;
  /** With credentials: a new `auth_time`, and no second factor yet. */
  authenticate(browserId: string, objectId: string): SignedIn;
  /** With the second factor. */
  confirm(browserId: string, objectId: string): SignedIn | undefined;
  end(browserId: string): void;
}

export function createBrowserSessions(tenant: TenantModel, now: Clock): BrowserSessions {
  const browsers = new Map<string, Map<string, SignedIn>>();
  const of = (browserId: string) => {
    const accounts = browsers.get(browserId) ?? new Map<string, SignedIn>();
    browsers.set(browserId, accounts);
    return accounts;
  };
  const sessions: BrowserSessions = {
    signedIn: (browserId) => [...of(browserId).values()].filter(({ objectId }) => mayEnter(tenant.directory.user(objectId))),
    account: (browserId, objectId) => sessions.signedIn(browserId).find((one) => one.objectId === objectId),
    authenticate(browserId, objectId) {
      const sessionId = of(browserId).get(objectId)?.sessionId ?? randomUUID();
      const signedIn = { objectId, sessionId, authenticatedAt: now.now(), confirmedAt: undefined };
      of(browserId).set(objectId, signedIn);
      return signedIn;
    },
    confirm(browserId, objectId) {
      const account = sessions.account(browserId, objectId);
      if (account === undefined) return undefined;
      const confirmed = { ...account, confirmedAt: now.now() };
      of(browserId).set(objectId, confirmed);
      return confirmed;
    },
    end: (browserId) => void browsers.delete(browserId),
  };
  return sessions;
}

export const mayEnter = (user: DirectoryUser | undefined): user is DirectoryUser => user?.accountEnabled === true;
