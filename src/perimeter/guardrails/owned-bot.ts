import { targetOf, type GuardedEntitlement, type PerimeterConfig } from '../perimeter-config.ts';
import { needsOf } from '../guardrails.ts';

/**
 * What a bot that is owned completely, with its token and its place in the network, could still do under this file: in sentences, each of
 * which the guardrails keep true.
 */
export function ownedBotCould({ entitlements, approvalsGoodForMinutes }: PerimeterConfig): readonly string[] {
  const chat = entitlements.filter(({ assurance }) => assurance === 'chat');
  const signed = entitlements.filter(({ assurance }) => assurance === 'signed');
  const unsigned = signed.filter((setting) => !needsOf(setting, { breakGlass: false }).requesterSigns).map(({ id }) => id);
  return [
    ...(chat.length === 0 ? ['Give nothing: nothing here is given on its word alone.'] : chat.map(giving)),
    ...signed.map(notGiving),
    ...(unsigned.length === 0
      ? []
      : [
          `Ask in the name of anybody who may receive ${listed(unsigned)}: whoever signs such a request gives it to somebody who may not have asked.`,
        ]),
    ...(signed.length === 0
      ? []
      : [`Put off what was signed: until ${count(approvalsGoodForMinutes, 'minute')} after it was asked for, and not longer.`]),
    'Refuse service: register nothing, deny or withdraw any request, and end any access before its time.',
    'Lie to people in chat: about who asks and why, who decided, and what was given. The page on which people sign, and Microsoft’s own records, it cannot change.',
  ];
}

function giving(setting: GuardedEntitlement): string {
  const { longestMinutes, atMostPerPrincipalPerDay, atMostLive, coolDownMinutes } = setting;
  const there = setting.azureRole?.scopePattern === undefined ? '' : ' there';
  const rest = coolDownMinutes === 0 ? '' : ` and not within ${count(coolDownMinutes, 'minute')} after it ended${there}`;
  return (
    `Give ${setting.id} (${whatOf(setting)}), whatever anybody decided, to ${receiversOf(setting)}, for up to ${count(longestMinutes, 'minute')} at a time: ` +
    `to each at most ${count(atMostPerPrincipalPerDay, 'time')} in 24 hours${rest}, and to at most ${atMostLive} at once.`
  );
}

function notGiving(setting: GuardedEntitlement): string {
  const { stages, requesterSigns } = needsOf(setting, { breakGlass: false });
  const approvers = stages.reduce((sum, needed) => sum + needed, 0);
  const signatures = `${count(approvers, 'approver')}${requesterSigns ? ' and of the requester' : ''}`;
  const { breakGlass } = setting;
  const broken =
    breakGlass === undefined
      ? ''
      : `; or of the requester alone, for up to ${count(breakGlass.longestMinutes, 'minute')} and at most ${count(breakGlass.perDay, 'time')} in 24 hours by all together`;
  return `Not give ${setting.id} (${whatOf(setting)}): that takes the signatures of ${signatures}, which Entra vouches for${broken}.`;
}

function whatOf(setting: GuardedEntitlement): string {
  const { azureRole } = setting;
  if (azureRole?.scopePattern !== undefined) return `Azure role ${azureRole.roleDefinitionId} at any ${azureRole.scopePattern}`;
  const target = targetOf(setting);
  if (target === undefined) return 'nothing';
  if (target.kind === 'group') return `membership of group ${target.groupId}`;
  return target.kind === 'directoryRole'
    ? `directory role ${target.roleDefinitionId} at ${target.directoryScopeId}`
    : `Azure role ${target.roleDefinitionId} at ${target.scope}`;
}

function receiversOf({ mayReceive: { people, groups } }: GuardedEntitlement): string {
  const named = people.length === 0 ? [] : [`${count(people.length, 'person', 'people')} named for it`];
  const inGroups = groups.length === 0 ? [] : [`the members of ${listed(groups.map((id) => `group ${id}`))}`];
  return [...named, ...inGroups].join(' and ');
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
