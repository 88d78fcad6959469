import { AppError } from './core/app-error.ts';
import type { Account, Memberships } from './audience.ts';

export interface DirectoryPerson {
  readonly objectId: string;
  readonly displayName: string;
  readonly jobTitle?: string;
  readonly department?: string;
  readonly enabled: boolean;
  readonly guest: boolean;
}

/** What the bot asks of Microsoft Entra, read only. A failed look-up throws; it is never "none". */
export interface Directory {
  /** @throws {AppError} `directory.person-unknown`, `directory.forbidden`, `directory.unavailable` (retryable) */
  person(objectId: string): Promise<DirectoryPerson>;
  /** Which of `groupIds` this person is in, nested ones included; ids in lower case. @throws {AppError} as `person` */
  memberships(objectId: string, groupIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** People in a group, nested ones included, by object id. @throws {AppError} as `person` */
  members(groupId: string): Promise<readonly string[]>;
}

/** The directory of one tenant; for a tenant that the configuration does not name, one whose every look-up fails. */
export type DirectoryOf = (tenantId: string) => Directory;

/** Account and memberships at this moment, side by side; what fails is `unknown` with the code of the failure. */
export async function askAbout(
  directory: Directory,
  objectId: string,
  groupIds: readonly string[],
): Promise<{ readonly account: Account; readonly groups: Memberships }> {
  const [person, groups] = await Promise.allSettled([
    directory.person(objectId),
    groupIds.length === 0 ? Promise.resolve<ReadonlySet<string>>(new Set()) : directory.memberships(objectId, groupIds),
  ]);
  return {
    account:
      person.status === 'fulfilled'
        ? { status: 'known', enabled: person.value.enabled }
        : { status: 'unknown', code: codeOfFailure(person.reason) },
    groups:
      groups.status === 'fulfilled'
        ? { status: 'known', groupIds: groups.value }
        : { status: 'unknown', code: codeOfFailure(groups.reason) },
  };
}

/** Only what the reader itself foresees counts as an answer of the directory; a bug of ours is not one. */
function codeOfFailure(reason: unknown): string {
  if (reason instanceof AppError) return reason.code;
  throw reason;
}
