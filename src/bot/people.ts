import type { ChatAccount } from '../../flows/link.ts';
import { type AllStanding, sameAccount, type Standing } from '../access/may-link.ts';
import { personKey, sameTenant, type Person } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { People, Unknown } from '../chat/people.ts';
import type { ChatActor } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { accountKey, type Links } from './links.ts';

type PeopleSettings = Pick<HallpassConfig, 'tenants' | 'people' | 'teams' | 'slack'>;

export interface LinkedPeople extends People {
  /** Who stands for whom already, for whoever wants to link these two. */
  standing(account: ChatAccount, person: Person): AllStanding;
  /** Accounts that the file names for this person. */
  namedFor(person: Person): readonly ChatAccount[];
}

/** One account that stands for one person, by the file or by a link. */
interface Known {
  readonly person: Person;
  readonly account: ChatAccount;
}

/**
 * Slack: who is named under `people`, by workspace and Slack user id, and who has linked their account, to one person a tenant; what the file
 * says wins. Teams: tenant and object id come with the verified activity, and both the tenant and the place (a Teams tenant) must be one and the
 * same configured one. `linkUrl`: where people link their accounts, where that is set up.
 */
export function createPeople(
  config: PeopleSettings,
  links: Pick<Links, 'ofAccount' | 'ofPerson'>,
  linkUrl: string | undefined,
): LinkedPeople {
  const { teams, tenants } = config;
  const byFile = config.people.flatMap(({ person, slack }) =>
    slack.map(({ workspaceId, userId }): Known => ({ person, account: { platform: 'slack', workspaceId, userId } })),
  );
  const byAccount = Map.groupBy(byFile, ({ account }) => accountKey(account));
  const byPerson = Map.groupBy(byFile, ({ person }) => personKey(person));
  const named = (account: ChatAccount): readonly Known[] => byAccount.get(accountKey(account)) ?? [];
  const namedAs = (person: Person): readonly Known[] => byPerson.get(personKey(person)) ?? [];
  const isOurs = (tenantId: string) => tenants.some((tenant) => sameTenant(tenant.tenantId, tenantId));

  function fromSlack(account: ChatAccount): ReturnType<People['personsOf']> {
    const inFile = named(account);
    const linked = links
      .ofAccount(account)
      .filter(({ person }) => isOurs(person.tenantId) && !inFile.some((one) => sameTenant(one.person.tenantId, person.tenantId)));
    const sound = linked.filter((link) => !isContradicted(link));
    const persons = [...inFile, ...sound].map(({ person }) => person);
    if (persons.length > 0) return { persons };
    if (linked.length > 0) return { refusal: inConflict };
    return { refusal: linkUrl === undefined ? unmapped(account) : unlinked(linkUrl) };
  }
  /** Linked once, and since then the file names another account of the same workspace for this person. */
  const isContradicted = ({ person, account }: Known) => {
    const there = namedAs(person).filter((one) => one.account.workspaceId === account.workspaceId);
    return there.length > 0 && !there.some((one) => sameAccount(one.account, account));
  };

  const personsOf: People['personsOf'] = (actor) => {
    if (actor.platform === 'teams') return fromTeams(actor, isOurs);
    return fromSlack({ platform: 'slack', workspaceId: actor.workspaceId, userId: actor.userId });
  };
  return {
    personsOf,
    personOf(actor, tenantId) {
      const who = personsOf(actor);
      if ('refusal' in who) return who;
      const person = who.persons.find((one) => sameTenant(one.tenantId, tenantId));
      const name = tenants.find((tenant) => sameTenant(tenant.tenantId, tenantId))?.name ?? tenantId;
      return person ? { person } : { refusal: notOf(name, actor, linkUrl) };
    },
    addressesOf(person) {
      const linked = links.ofPerson(person).filter((link) => !isContradicted(link));
      const slack = [...namedAs(person), ...linked]
        .map(({ account }) => account)
        .filter(({ workspaceId }) => workspaceId === config.slack?.workspaceId)
        .slice(0, 1);
      // The connector takes an Entra object id as a member where the app is installed for that person.
      return teams && isOurs(person.tenantId)
        ? [...slack, { platform: 'teams', workspaceId: person.tenantId, userId: person.objectId }]
        : slack;
    },
    namedFor: (person) => namedAs(person).map(({ account }) => account),
    standing: (account, person) => ({
      linked: standingOf(links.ofAccount(account), links.ofPerson(person)),
      configured: standingOf(named(account), namedAs(person)),
    }),
  };
}

const standingOf = (account: readonly Known[], person: readonly Known[]): Standing => ({
  ofAccount: account.map((one) => one.person),
  ofPerson: person.map((one) => one.account),
});

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function fromTeams(actor: ChatActor, isOurs: (tenantId: string) => boolean): ReturnType<People['personsOf']> {
  const { tenantId, objectId, workspaceId } = actor;
  if (tenantId === undefined || !isOurs(tenantId) || !sameTenant(workspaceId, tenantId))
    return {
      refusal: refuse('people.foreign-tenant', 'This bot serves another organization.', 'Use your own organization’s Hallpass.'),
    };
  if (objectId === undefined || !GUID.test(objectId))
    return { refusal: refuse('people.unknown', 'Teams did not say who you are.', 'Write to the bot from your own account.') };
  return { persons: [{ tenantId: tenantId.toLowerCase(), objectId: objectId.toLowerCase() }] };
}

function unmapped({ workspaceId, userId }: ChatAccount): Refusal {
  return refuse(
    'people.unmapped',
    'Hallpass does not know which Microsoft Entra account is yours.',
    `Ask whoever runs Hallpass to add you under "people" in hallpass.yaml (workspace ${workspaceId}, user ${userId}).`,
  );
}

/** The address is the same for everybody: whoever gets it from somebody else links their own accounts there, or none. */
function unlinked(linkUrl: string): Unknown {
  const refusal = refuse(
    'people.unlinked',
    'Hallpass does not know yet which Microsoft account is yours.',
    'Link your accounts once: you sign in to Microsoft and to Slack, and confirm that both are yours. It takes a minute.',
  );
  return { ...refusal, linkUrl };
}

const inConflict = refuse(
  'people.in-conflict',
  'The configuration of Hallpass names another Slack account as yours than the one that you linked.',
  'Ask whoever runs Hallpass to correct the line under "people", or unlink this account: /access unlink.',
);

function notOf(name: string, { platform, workspaceId, userId }: ChatActor, linkUrl: string | undefined): Unknown {
  const reason = `This is about the tenant ${name}, and you are known here by an account of another one only.`;
  const code = 'people.no-account-there';
  if (platform === 'teams')
    return refuse(code, reason, `Use Teams with your account of ${name}, or Slack with that account linked.`);
  if (linkUrl !== undefined) return { ...refuse(code, reason, `Link your account of ${name} to this Slack account.`), linkUrl };
  return refuse(
    code,
    reason,
    `Ask whoever runs Hallpass to add it under "people" in hallpass.yaml (workspace ${workspaceId}, user ${userId}).`,
  );
}
