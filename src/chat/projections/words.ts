import type { DirectoryPerson } from '../../access/directory.ts';
import { personKey, type Person } from '../../access/core/person.ts';
import type { EntitlementSetting } from '../../config/hallpass-config.ts';
import type { EntitlementWords, Named } from '../views.ts';

/** What the directory says about the people of a case, as far as it could be asked. */
export type KnownPeople = ReadonlyMap<string, DirectoryPerson>;

export function named(people: KnownPeople, person: Person): Named {
  const known = people.get(personKey(person));
  // Without an answer from the directory the id is all we have: never a name from a chat payload.
  if (!known) return { name: `Account ${person.objectId.slice(0, 8)}…` };
  const about = [known.jobTitle, known.department].filter((part) => part !== undefined && part !== '').join(', ');
  return { name: known.displayName, ...(about === '' ? {} : { about }) };
}

export function entitlementWords(setting: EntitlementSetting | undefined, entitlementId: string): EntitlementWords {
  if (!setting)
    return { name: entitlementId, describes: 'No longer in the configuration.', privileged: true, scope: 'not known' };
  return {
    name: setting.name,
    describes: setting.describes,
    privileged: setting.privileged,
    scope: setting.tenantName === undefined ? scopeOf(setting) : `${scopeOf(setting)}, in ${setting.tenantName}`,
  };
}

function scopeOf({ directoryRole, group, azureRole }: EntitlementSetting): string {
  if (azureRole !== undefined) return azureScopeWords(azureRole.scope);
  if (group !== undefined) return 'what the group has';
  return scopeWords(directoryRole?.directoryScopeId ?? '/');
}

/** The last two segments say most: `resource group web`. */
function azureScopeWords(scope: string): string {
  const [kind = '', name = ''] = scope.split('/').slice(-2);
  const known: Readonly<Record<string, string>> = {
    subscriptions: 'subscription',
    resourcegroups: 'resource group',
    managementgroups: 'management group',
  };
  return `${known[kind.toLowerCase()] ?? kind} ${name}`;
}

function scopeWords(directoryScopeId: string): string {
  if (directoryScopeId === '/') return 'whole tenant';
  if (directoryScopeId.startsWith('/administrativeUnits/')) return 'one administrative unit';
  return `one object (${directoryScopeId.slice(1, 9)}…)`;
}

/** `1 h 30 min`, the way the cards say it. */
export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** Only for sentences shown at once, to the one who clicked: it would go stale on a card. */
export function ago(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1000));
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${plural(seconds, 'second')} ago`;
  if (seconds < 3600) return `${plural(Math.floor(seconds / 60), 'minute')} ago`;
  if (seconds < 86_400) return `${plural(Math.floor(seconds / 3600), 'hour')} ago`;
  return `${plural(Math.floor(seconds / 86_400), 'day')} ago`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
