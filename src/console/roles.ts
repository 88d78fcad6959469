import { type Audience, groupsOf, inAudience, type Memberships } from '../access/audience.ts';
import type { Directory } from '../access/directory.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Person } from '../access/core/person.ts';
import type { RoleName } from '../config/hallpass-config.ts';
import type { GroupClaim } from '../identity/group-claim.ts';
import { LONGEST_SESSION_SECONDS, type ConsoleSession } from './session.ts';
import type { Visitor } from './visitor.ts';

export const ROLE_NAMES: readonly RoleName[] = ['viewer', 'auditor', 'operator'];
/** Somebody who leaves a group keeps its role for so long at most; a disabled account keeps nothing. */
const GROUPS_KNOWN_FOR_MS = 2 * 60_000;

export interface RolesParts {
  readonly roles: Readonly<Record<RoleName, Audience>>;
  /** Of a configured tenant. */
  readonly directoryOf: (tenantId: string) => Directory | undefined;
  readonly isNamedGuest: (person: Person) => boolean;
  readonly transportClock: Clock;
}

/** What people may do at the console. A look-up that fails refuses; it is never "no groups". */
export interface Roles {
  /**
   * The groups of a sign-in: by the token where it says them, else by the directory.
   * @throws {AppError} retryable `console.unknown`
   */
  begin(session: ConsoleSession, claim: GroupClaim): Promise<void>;
  /**
   * Looks up whoever asks for a page: the account at every request, the groups at least every two minutes.
   * @throws {AppError} `console.account-gone`, `console.disabled`, `console.guest`; retryable `console.unknown`
   */
  visitorOf(session: ConsoleSession): Promise<Visitor>;
}

export function createRoles({ roles, directoryOf, isNamedGuest, transportClock }: RolesParts): Roles {
  const groupIds = [...new Set(ROLE_NAMES.flatMap((name) => roles[name].groups.map((id) => id.toLowerCase())))];
  const known = new Map<string, { readonly groupIds: ReadonlySet<string>; readonly at: number }>();

  const directoryFor = ({ person: { tenantId } }: ConsoleSession): Directory => {
    const directory = directoryOf(tenantId);
    if (directory !== undefined) return directory;
    throw new AppError('console.foreign-tenant', 'a session of a tenant that is no longer configured', {
      hint: 'This console does not serve your organization any more.',
    });
  };
  const remember = (session: ConsoleSession, found: ReadonlySet<string>): void => {
    const now = transportClock.now();
    for (const [sessionId, { at }] of known) if (at + LONGEST_SESSION_SECONDS * 1_000 < now) known.delete(sessionId);
    known.set(session.sessionId, { groupIds: found, at: now });
  };
  const lookUp = (session: ConsoleSession): Promise<ReadonlySet<string>> =>
    groupIds.length === 0
      ? Promise.resolve(new Set<string>())
      : directoryFor(session).memberships(session.person.objectId, groupIds).catch(throwUnknown);
  async function groupsNow(session: ConsoleSession): Promise<Memberships> {
    const remembered = known.get(session.sessionId);
    if (remembered !== undefined && transportClock.now() < remembered.at + GROUPS_KNOWN_FOR_MS)
      return groupsOf(...remembered.groupIds);
    const found = await lookUp(session);
    remember(session, found);
    return groupsOf(...found);
  }

  return {
    async begin(session, claim) {
      const found = claim.status === 'here' ? groupIds.filter((id) => claim.groupIds.has(id)) : await lookUp(session);
      remember(session, new Set(found));
    },
    async visitorOf(session) {
      const { person } = session;
      const [account, groups] = await Promise.all([
        directoryFor(session).person(person.objectId).catch(throwUnknown),
        groupsNow(session),
      ]);
      if (!account.enabled) throw refused('console.disabled', 'Your account is disabled, so you are signed out.');
      if (account.guest && !isNamedGuest(person))
        throw refused(
          'console.guest',
          'This console is for members of the organization, and for guests whom its configuration names.',
        );
      const held = ROLE_NAMES.filter((name) => inAudience(person, roles[name], groups) === 'yes');
      return { person, name: account.displayName, roles: new Set(held), session };
    },
  };
}

function refused(code: string, hint: string): AppError {
  return new AppError(code, 'the directory says that this account may not be here', { hint });
}

function throwUnknown(cause: unknown): never {
  if (cause instanceof AppError && cause.code === 'directory.person-unknown')
    throw refused('console.account-gone', 'Your account is no longer in the directory, so you are signed out.');
  if (!(cause instanceof AppError)) throw cause;
  throw new AppError('console.unknown', 'the directory did not say who this is', {
    cause,
    hint: 'Microsoft Entra could not be asked just now what you may see here, so nothing is shown. Try again in a minute.',
    retryable: true,
  });
}
