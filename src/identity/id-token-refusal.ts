import { AppError } from '../access/core/app-error.ts';

/** What an ID token has to be, in the order in which it is looked at. */
export type IdTokenRule =
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'claims'
  | 'tenant'
  | 'nonce'
  | 'stale'
  | 'app'
  | 'guest'
  | 'step-up'
  | 'person';

/** Which rule a wrong claim breaks, whoever looks at it. */
export const RULE_OF_CLAIM: Readonly<Record<string, IdTokenRule>> = {
  iss: 'issuer',
  aud: 'audience',
  exp: 'expired',
  nbf: 'expired',
  nonce: 'nonce',
};

const TOO_LONG = 'The sign-in took too long, or the clock of this machine is wrong. Begin again.';
const HINTS: Partial<Readonly<Record<IdTokenRule, string>>> = {
  expired: TOO_LONG,
  stale: TOO_LONG,
  signature:
    'What came back from the sign-in is not signed by a key of your tenant. Begin again; if it happens again, tell an administrator: something may stand between this page and Microsoft.',
  claims:
    'What came back from the sign-in lacks something that is needed here. An administrator can add the optional claims acct, auth_time and acrs to the app registration of this page.',
  guest: 'Only members of the tenant may sign here, and guests whom the configuration names. Sign in with a member account.',
  'step-up':
    'Entra did not say that the sign-in was as strong or as fresh as this needs. Begin again; if that does not help, an administrator can check the Conditional Access policy of the authentication context.',
  person: 'You signed in with another account than the one that looked at this. Begin again with one account.',
};

/** Without a cause: whoever looks at tokens throws errors that carry them. */
export function tokenRefused(rule: IdTokenRule, detail: string): AppError {
  return new AppError(`id-token.${rule}`, `the ID token was not accepted: ${rule} (${detail})`, {
    hint: HINTS[rule] ?? 'What came back from the sign-in is not what was asked for. Begin again.',
  });
}
