import { personKey, samePerson, type Person } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { People } from '../chat/people.ts';
import type { Address, ChatActor } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';

type PeopleSettings = Pick<HallpassConfig, 'tenant' | 'people' | 'teams' | 'slack'>;

/**
 * Slack: only who is mapped by hand under `people`, by workspace and Slack user id. Teams: tenant and object id come with the
 * verified activity, and both the tenant and the place (a Teams tenant) must be the configured one.
 */
export function createPeople(config: PeopleSettings): People {
  const bySlack = new Map<string, Person>();
  const slackOf = new Map<string, Address[]>();
  for (const { person, slack } of config.people) {
    for (const { workspaceId, userId } of slack) {
      bySlack.set(`${workspaceId}/${userId}`, person);
      if (workspaceId !== config.slack?.workspaceId) continue;
      slackOf.set(personKey(person), [...(slackOf.get(personKey(person)) ?? []), { platform: 'slack', workspaceId, userId }]);
    }
  }
  const { teams, tenant } = config;
  return {
    personOf(actor) {
      if (actor.platform === 'teams') return fromTeams(actor, tenant.tenantId);
      const person = bySlack.get(`${actor.workspaceId}/${actor.userId}`);
      return person ? { person } : { refusal: unmapped(actor) };
    },
    addressesOf(person) {
      const slack = (slackOf.get(personKey(person)) ?? []).slice(0, 1);
      // The connector takes an Entra object id as a member where the app is installed for that person.
      return teams && samePerson(person, { ...person, tenantId: teams.tenantId })
        ? [...slack, { platform: 'teams', workspaceId: teams.tenantId, userId: person.objectId }]
        : slack;
    },
  };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function fromTeams(actor: ChatActor, tenantId: string): { readonly person: Person } | { readonly refusal: Refusal } {
  const foreign = {
    refusal: refuse('people.foreign-tenant', 'This bot serves another organization.', 'Use your own organization’s Hallpass.'),
  };
  if (actor.tenantId?.toLowerCase() !== tenantId.toLowerCase()) return foreign;
  if (actor.workspaceId.toLowerCase() !== tenantId.toLowerCase()) return foreign;
  if (actor.objectId === undefined || !GUID.test(actor.objectId))
    return { refusal: refuse('people.unknown', 'Teams did not say who you are.', 'Write to the bot from your own account.') };
  return { person: { tenantId, objectId: actor.objectId.toLowerCase() } };
}

function unmapped(actor: ChatActor): Refusal {
  return refuse(
    'people.unmapped',
    'Hallpass does not know which Microsoft Entra account is yours.',
    `Ask whoever runs Hallpass to add you under "people" in hallpass.yaml (workspace ${actor.workspaceId}, user ${actor.userId}).`,
  );
}
