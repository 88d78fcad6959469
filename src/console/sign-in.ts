import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Person } from '../access/core/person.ts';
import { groupClaimOf } from '../identity/group-claim.ts';
import { tokenRefused } from '../identity/id-token-refusal.ts';
import type { VerifiedIdToken, VerifyIdToken } from '../identity/id-token.ts';
import { beginSignIn, type OidcClient } from '../identity/oidc-client.ts';
import { declined } from '../identity/sign-in-declined.ts';
import type { Log } from '../observe/log.ts';
import { isSameText, setCookie } from '../web/own-forms.ts';
import type { SealedCookie } from '../web/sealed-cookie.ts';
import type { Attempt } from './attempt.ts';
import { ownPath } from './own-path.ts';
import type { Roles } from './roles.ts';
import type { Sessions } from './session.ts';
import { chooseTenantPage } from './sign-in-pages.ts';

/** A tenant whose people may come in: where they sign in, and how its tokens are verified. */
export interface Door {
  readonly tenantId: string;
  /** As the configuration calls it. */
  readonly name: string;
  readonly client: OidcClient;
  readonly verify: VerifyIdToken;
}

export interface SignInParts {
  /** At least one. */
  readonly doors: readonly Door[];
  readonly sessions: Sessions;
  readonly attempts: SealedCookie<Attempt>;
  readonly roles: Roles;
  readonly isNamedGuest: (person: Person) => boolean;
  readonly transportClock: Clock;
  readonly log: Log;
}

const WORDS = { page: 'the console', nothing: 'Nobody was signed in.' };

/**
 * Sends the browser to the sign-in of a tenant. Whoever wrote the link, it ends where somebody of that tenant signs in as themselves.
 * `to`: a page of ours to go on to; `tenant`: by id, where there are several; `choose`: lets the person choose among accounts.
 * @throws {AppError} `sign-in.foreign-target`, `page.unknown`, retryable `identity.unavailable`
 */
export async function beginAtDoor(c: Context, { doors, attempts, transportClock }: SignInParts): Promise<Response> {
  const to = ownPath(c.req.query('to'));
  const tenantId = c.req.query('tenant')?.toLowerCase();
  const door = tenantId === undefined && doors.length === 1 ? doors[0] : doors.find((each) => each.tenantId === tenantId);
  if (door === undefined && tenantId === undefined) return c.html(chooseTenantPage(doors, to));
  if (door === undefined) throw new AppError('page.unknown', 'a sign-in at a tenant that is not configured', UNKNOWN_TENANT);
  const attempt = {
    ...beginSignIn(randomBytes(32).toString('base64url')),
    tenantId: door.tenantId,
    to,
    begunAt: transportClock.now(),
  };
  const next = await door.client.authorizeUrl(attempt, { choose: c.req.query('choose') !== undefined });
  setCookie(c, await attempts.seal(attempt));
  return c.redirect(next, 303);
}

const UNKNOWN_TENANT = { hint: 'This console does not serve that organization. Open the console itself.' };

/**
 * Entra sent the browser back. Nothing is redeemed unless this very browser began this very sign-in; then the token is verified, its groups are
 * read or looked up, and a new session begins. The token is kept nowhere.
 * @throws {AppError} `sign-in.*`, `id-token.*`, retryable `identity.unavailable`, `console.unknown`
 */
export async function finishAtDoor(c: Context, parts: SignInParts): Promise<Response> {
  const { doors, attempts, sessions, roles, log } = parts;
  const cookies = c.req.header('cookie');
  const attempt = await attempts.open(cookies);
  if (attempt === undefined) throw beginAgain();
  const { search, searchParams } = new URL(c.req.url);
  // The attempt stays: a link that somebody else made must not end it.
  if (!isSameText(searchParams.get('state') ?? '', attempt.state)) throw crossed();
  setCookie(c, attempts.gone);
  const error = searchParams.get('error');
  if (error !== null) throw declined(error, searchParams.get('error_description') ?? undefined, WORDS);
  const door = doors.find(({ tenantId }) => tenantId === attempt.tenantId);
  if (door === undefined) throw beginAgain();

  const idToken = await door.client.redeem(search, attempt);
  const verified = await door.verify(idToken, { nonce: attempt.nonce, begunAt: attempt.begunAt });
  assertAtHome(verified, parts);
  const { person, claims } = verified;
  const session = sessions.create(person, nameIn(verified));
  await roles.begin(session, groupClaimOf(claims));
  const before = await sessions.read(cookies);
  if (before !== undefined) sessions.end(before);
  setCookie(c, await sessions.keep(session));
  log.info({ tenantId: person.tenantId, objectId: person.objectId }, 'signed in at the console');
  return c.redirect(attempt.to, 303);
}

/**
 * `acct` says what kind of account it is here, and was looked at; `idp`, where it is not this tenant, that its home is elsewhere, whatever kind
 * it was made here.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
function assertAtHome({ person, claims: { idp } }: VerifiedIdToken, { isNamedGuest }: SignInParts): void {
  const isHere = idp === undefined || (typeof idp === 'string' && idp.toLowerCase().split('/').includes(person.tenantId));
  if (!isHere && !isNamedGuest(person)) throw tokenRefused('guest', 'idp');
}

function nameIn({ person, claims }: VerifiedIdToken): string {
  const { name } = claims;
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : person.objectId;
}

function beginAgain(): AppError {
  return new AppError('sign-in.begin-again', 'no sign-in of this browser is known', {
    hint: 'This sign-in was begun in another browser, or too long ago. Nobody was signed in. Begin again.',
  });
}

function crossed(): AppError {
  return new AppError('sign-in.crossed', 'the state is not that of the sign-in of this browser', {
    hint: 'This answer belongs to another sign-in: of another window, or one that you did not begin. Nobody was signed in. Begin again.',
  });
}
