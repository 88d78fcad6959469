import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import { issued } from '../../issued.ts';
import type { AuthorizeRequest } from './authorize-request.ts';

/** What a person agreed to, as it stood when the code was made. */
export interface CodeGrant {
  readonly request: AuthorizeRequest;
  readonly objectId: string;
  readonly sessionId: string;
  /** Transport clock, milliseconds. */
  readonly authenticatedAt: number;
  /** Authentication contexts that are satisfied. */
  readonly contexts: readonly string[];
}

export type Found =
  | { readonly status: 'open'; readonly grant: CodeGrant; readonly redeem: () => void }
  | { readonly status: 'redeemed'; readonly grant: CodeGrant }
  | { readonly status: 'expired'; readonly grant: CodeGrant }
  | { readonly status: 'unknown' };

export interface AuthorizationCodes {
  issue(grant: CodeGrant): string;
  find(code: string): Found;
}

/** "Typically, they expire after about 10 minutes": https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
const LIFETIME_MS = 10 * 60_000;
/** For as long it is still told apart from one that never was. */
const REMEMBERED_MS = 60 * 60_000;
/** Entra's codes are about as long: nobody's address bar, log or proxy may cut them. */
const RANDOM_BYTES = 600;

export function createAuthorizationCodes(now: Clock): AuthorizationCodes {
  const codes = new Map<string, { readonly grant: CodeGrant; readonly issuedAt: number; redeemed: boolean }>();
  return {
    issue(grant) {
      const at = now.now();
      for (const [code, { issuedAt }] of codes) if (issuedAt + REMEMBERED_MS < at) codes.delete(code);
      const code = issued('code', `1.A${randomBytes(RANDOM_BYTES).toString('base64url')}`);
      codes.set(code, { grant, issuedAt: at, redeemed: false });
      return code;
    },
    find(code) {
      const entry = codes.get(code);
      if (entry === undefined) return { status: 'unknown' };
      const { grant } = entry;
      if (entry.redeemed) return { status: 'redeemed', grant };
      if (now.now() >= entry.issuedAt + LIFETIME_MS) return { status: 'expired', grant };
      return {
        status: 'open',
        grant,
        redeem() {
          entry.redeemed = true;
        },
      };
    },
  };
}
