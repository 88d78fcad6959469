import type { ChatAccount } from '../../flows/link.ts';
import { type Person, samePerson } from './core/person.ts';
import { permit, refuse, type Verdict } from './core/verdict.ts';

/** What a chat platform says of an account right now. */
export interface ChatAccountFacts {
  /** The workspace that the account belongs to, whatever workspace it was seen in. */
  readonly workspaceId: string;
  /** Where it can be told: of the workspace that Hallpass works in. */
  readonly workspaceName?: string;
  readonly name: string;
  readonly deactivated: boolean;
  /** A bot or an app's user. */
  readonly machine: boolean;
  /** Lets in only some channels. */
  readonly guest: boolean;
}

/** What the directory says of the person right now. */
export interface LinkPersonFacts {
  readonly enabled: boolean;
  readonly guest: boolean;
}

/** `linking:` of the configuration, with the one workspace and tenant that need no naming. */
export interface LinkSettings {
  readonly workspaceIds: readonly string[];
  readonly tenantIds: readonly string[];
  /** Guests of Entra who may link all the same. */
  readonly guests: readonly Person[];
  /** Guests of the workspace who may link all the same. */
  readonly slackGuests: readonly ChatAccount[];
}

/** Who stands for whom already. */
export interface Standing {
  readonly ofAccount: readonly Person[];
  readonly ofPerson: readonly ChatAccount[];
}
export interface AllStanding {
  readonly linked: Standing;
  /** By `people:` of the configuration, which stays as it is. */
  readonly configured: Standing;
}

export const sameAccount = (a: ChatAccount, b: ChatAccount): boolean =>
  a.platform === b.platform && a.workspaceId === b.workspaceId && a.userId === b.userId;

/** May this chat account stand for this person? Pure and total. Looked at by ids; no name or address is ever compared. */
export function mayLink(
  account: ChatAccount,
  slack: ChatAccountFacts,
  person: Person,
  entra: LinkPersonFacts,
  settings: LinkSettings,
  standing: AllStanding,
): Verdict {
  return (
    slackVerdict(account, slack, settings) ?? entraVerdict(person, entra, settings) ?? standingVerdict(account, person, standing)
  );
}

/** What is wrong with the chat account by itself; undefined when nothing is. */
function slackVerdict(account: ChatAccount, slack: ChatAccountFacts, settings: LinkSettings): Verdict | undefined {
  if (!settings.workspaceIds.includes(account.workspaceId) || account.workspaceId !== slack.workspaceId)
    return refuse(
      'link.other-workspace',
      'This Slack account belongs to another workspace.',
      'Sign in to Slack with your account of the workspace in which Hallpass works.',
    );
  if (slack.deactivated)
    return refuse('link.slack-deactivated', 'This Slack account is deactivated.', 'Ask an owner of the workspace.');
  if (slack.machine) return refuse('link.slack-machine', 'This Slack account belongs to an app.', 'Sign in as yourself.');
  if (slack.guest && !settings.slackGuests.some((named) => sameAccount(named, account)))
    return refuse(
      'link.slack-guest',
      'This Slack account is a guest of the workspace.',
      'Guests link only where whoever runs Hallpass has named them in its configuration.',
    );
  return undefined;
}

function entraVerdict(person: Person, entra: LinkPersonFacts, settings: LinkSettings): Verdict | undefined {
  if (!settings.tenantIds.some((tenantId) => tenantId.toLowerCase() === person.tenantId.toLowerCase()))
    return refuse(
      'link.other-tenant',
      'This Microsoft account belongs to another organization.',
      'Sign in to Microsoft with the account that your own organization gave you.',
    );
  if (!entra.enabled)
    return refuse('link.entra-disabled', 'Your account is disabled in Microsoft Entra.', 'Ask your administrator.');
  if (entra.guest && !settings.guests.some((named) => samePerson(named, person)))
    return refuse(
      'link.entra-guest',
      'This Microsoft account is a guest of the organization.',
      'Guests link only where whoever runs Hallpass has named them in its configuration.',
    );
  return undefined;
}

function standingVerdict(account: ChatAccount, person: Person, { linked, configured }: AllStanding): Verdict {
  const [byLink, byFile] = [rivalsIn(linked, account, person), rivalsIn(configured, account, person)];
  if (byLink === 'same' || byFile === 'same')
    return refuse('link.done-already', 'These two accounts are linked already.', 'Nothing to do.');
  if (byFile !== 'none')
    return refuse(
      'link.configured',
      'The configuration of Hallpass says already who one of these two accounts is.',
      'Ask whoever runs Hallpass to correct the line under "people", or to take it out; then link.',
    );
  if (byLink === 'account')
    return refuse(
      'link.account-taken',
      'This Slack account is linked to another Microsoft account.',
      'Unlink it first: type /access unlink in Slack with this account. Then link again.',
    );
  if (byLink === 'person')
    return refuse(
      'link.person-taken',
      'Your Microsoft account is linked to another Slack account of this workspace.',
      'Unlink that one first, under “My links” in the console. Then link again.',
    );
  return permit;
}

/** Whether these very two stand for each other, or which of them is taken. One account is one person a tenant, one person has one account a workspace. */
function rivalsIn({ ofAccount, ofPerson }: Standing, account: ChatAccount, person: Person) {
  const people = ofAccount.filter(({ tenantId }) => tenantId.toLowerCase() === person.tenantId.toLowerCase());
  if (people.some((one) => samePerson(one, person))) return 'same';
  if (people.length > 0) return 'account';
  const there = ofPerson.filter(
    ({ platform, workspaceId }) => platform === account.platform && workspaceId === account.workspaceId,
  );
  return there.length > 0 ? 'person' : 'none';
}
