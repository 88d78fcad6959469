import type { ConfigRule } from '../../config/read-config.ts';
import { type Approvers, type GuardedEntitlement, type PerimeterConfig, stagesOf } from '../perimeter-config.ts';
import { deciders } from './named-people.ts';
import { type Problem, problem, unless } from './problem.ts';

/** One rule for each entitlement; paths from the entitlement on. */
type EntitlementRule = (entitlement: GuardedEntitlement, config: PerimeterConfig) => readonly Problem[];

const oneTarget: EntitlementRule = ({ directoryRole, group, azureRole }) =>
  unless(
    [directoryRole, group, azureRole].filter((target) => target !== undefined).length === 1,
    [],
    'needs exactly one of directoryRole, group and azureRole: what it gives',
  );

const azureScope: EntitlementRule = ({ azureRole }) => {
  if (azureRole === undefined) return [];
  const { scope, scopePattern } = azureRole;
  if ((scope === undefined) === (scopePattern === undefined))
    return [problem(['azureRole'], 'needs exactly one of scope and scopePattern: where it gives the role')];
  const named = (scope ?? scopePattern ?? '').split('/').slice(1);
  const path = ['azureRole', scope === undefined ? 'scopePattern' : 'scope'];
  return [
    ...unless(
      named.every((part) => /^[A-Za-z0-9()._-]+$/.test(part) || part === '*') && !named.some((part) => /^\.+$/.test(part)),
      path,
      'has a part that is no plain name; in scopePattern, * stands for one whole name',
    ),
    ...unless(scope === undefined || !named.includes('*'), path, 'holds a *: write it as scopePattern'),
    ...unless(scopePattern === undefined || named.includes('*'), path, 'holds no *: write it as scope'),
  ];
};

const receivers: EntitlementRule = ({ mayReceive: { people, groups } }) =>
  unless(people.length + groups.length > 0, ['mayReceive'], 'names nobody: nobody could ever receive it');

const approvers: EntitlementRule = (entitlement) => [
  ...unless(
    entitlement.approvers === undefined || entitlement.stages === undefined,
    ['stages'],
    'stands beside approvers: write either, approvers is one stage in short',
  ),
  ...unless(
    entitlement.approvalsNeeded === undefined || entitlement.approvers !== undefined,
    ['approvalsNeeded'],
    'needs approvers beside it; each of stages has its own',
  ),
  ...deciders(entitlement).flatMap(({ path, approvers: who }) => [
    ...unless(mostOf(who) > 0, path, 'names nobody: nobody could ever approve'),
    ...unless(
      who.ownersOf === undefined || entitlement.group !== undefined,
      [...path, 'ownersOf'],
      'is for groups alone: nothing else here has owners',
    ),
  ]),
  ...stagesOf(entitlement).flatMap((stage, at) =>
    unless(
      mostOf(stage.approvers) === 0 || stage.approvalsNeeded <= mostOf(stage.approvers),
      entitlement.stages === undefined ? ['approvalsNeeded'] : ['stages', at, 'approvalsNeeded'],
      `is more than the ${mostOf(stage.approvers)} who could approve`,
    ),
  ),
];

/** How many there can be at most; a group may have any number of members, and owners. */
function mostOf({ people, groups, managerOf, ownersOf }: Approvers): number {
  if (groups.length > 0 || ownersOf !== undefined) return Number.POSITIVE_INFINITY;
  return people.length + (managerOf === undefined ? 0 : 1);
}

const breakGlass: EntitlementRule = ({ breakGlass: broken, assurance }) => {
  if (broken === undefined) return [];
  const { people, groups } = broken.who;
  return [
    ...unless(people.length + groups.length > 0, ['breakGlass', 'who'], 'names nobody: nobody could ever break the glass'),
    ...unless(
      assurance === 'signed',
      ['assurance'],
      'is weaker than breakGlass allows: what one person may take alone is signed, and so is its approval',
    ),
  ];
};

const stepUp: EntitlementRule = ({ authenticationContext, assurance }, { approve }) => {
  if (authenticationContext === undefined) return [];
  const path = ['authenticationContext'];
  return [
    ...unless(assurance === 'signed', path, 'is for what is signed: a click in chat has no sign-in'),
    ...unless(
      approve === undefined || 'authenticationContext' in approve.stepUp,
      path,
      'needs approve.stepUp.authenticationContext: with promptLogin, Entra is asked for no context',
    ),
  ];
};

const RULES: readonly EntitlementRule[] = [oneTarget, azureScope, receivers, approvers, breakGlass, stepUp];

export const entitlementRules: ConfigRule<PerimeterConfig> = (config) =>
  config.entitlements.flatMap((entitlement, index) => [
    ...unless(
      config.entitlements.findIndex(({ id }) => id === entitlement.id) === index,
      ['entitlements', index, 'id'],
      'is used twice',
    ),
    ...RULES.flatMap((rule) =>
      rule(entitlement, config).map(({ path, message }) => problem(['entitlements', index, ...path], message)),
    ),
  ]);
