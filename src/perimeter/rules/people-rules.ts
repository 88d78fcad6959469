import type { ConfigRule } from '../../config/read-config.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';
import { audiencesOf } from './named-people.ts';
import { type Problem, problem, unless } from './problem.ts';

const lower = (id: string) => id.toLowerCase();

/** Everybody who is named lives in the tenant, is no emergency account, and is named once in each place. */
const named: ConfigRule<PerimeterConfig> = (config) => {
  const emergency = new Set(config.emergencyAccounts.map(lower));
  return audiencesOf(config).flatMap(({ path, audience: { people, groups } }) => [
    ...twice(
      [...path, 'people'],
      people.map(({ objectId }) => objectId),
    ),
    ...twice([...path, 'groups'], groups),
    ...people.flatMap(({ tenantId, objectId }, at) => [
      ...unless(
        lower(tenantId) === lower(config.tenant.tenantId),
        [...path, 'people', at, 'tenantId'],
        'is another tenant than tenant.tenantId',
      ),
      ...unless(
        !emergency.has(lower(objectId)),
        [...path, 'people', at, 'objectId'],
        'is one of emergencyAccounts: these neither receive nor decide anything here',
      ),
    ]),
  ]);
};

const lists: ConfigRule<PerimeterConfig> = ({ emergencyAccounts, hostedOn, samePerson }) => [
  ...twice(['emergencyAccounts'], emergencyAccounts),
  ...twice(['hostedOn'], hostedOn),
  ...(samePerson !== undefined && 'pairs' in samePerson ? samePerson.pairs : []).flatMap(([one, other], at) =>
    unless(lower(one) !== lower(other), ['samePerson', 'pairs', at], 'is one account twice: a pair is two accounts of one human'),
  ),
];

function twice(path: readonly PropertyKey[], ids: readonly string[]): readonly Problem[] {
  const all = ids.map(lower);
  return all.flatMap((id, at) => (all.indexOf(id) < at ? [problem([...path, at], 'is named twice')] : []));
}

export const peopleRules: ConfigRule<PerimeterConfig> = (config) => [...named(config), ...lists(config)];
