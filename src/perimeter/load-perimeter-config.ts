import { addressesOf } from '../identity/cloud.ts';
import { isLoopback } from '../config/domain-clock.ts';
import { listenRules } from '../config/listen-rules.ts';
import { type ConfigRule, readConfig } from '../config/read-config.ts';
import { approveRules } from './approve/approve-rules.ts';
import { type PerimeterConfig, perimeterConfigSchema } from './perimeter-config.ts';
import { entitlementRules } from './rules/entitlement-rules.ts';
import { peopleRules } from './rules/people-rules.ts';
import { problem, unless } from './rules/problem.ts';
import { protectedRules } from './rules/protected-rules.ts';

/**
 * Reads perimeter.yaml: the guardrails, and how the perimeter itself is reached. What of it only the directory can tell is asked later
 * (guardrails/refuse-unsafe-groups.ts).
 * @throws {AppError} `config.unreadable`, `config.invalid` with every problem and its line
 */
export function loadPerimeterConfig(file: string): PerimeterConfig {
  return readConfig(file, perimeterConfigSchema, perimeterRules);
}

/** The identity that writes must not be the one that talks, and people sign in to neither: a bot that is owned would hold both. */
const identities: ConfigRule<PerimeterConfig> = ({ tenant, caller, approve }) => {
  const [own, bot, signIn] = [tenant.clientId, caller.clientId, approve?.clientId].map((id) => id?.toLowerCase());
  return [
    ...unless(own !== bot, ['caller', 'clientId'], "is the perimeter's own identity: the bot needs an application of its own"),
    ...unless(
      signIn !== own && signIn !== bot,
      ['approve', 'clientId'],
      'is the identity of the perimeter or of the bot: people sign in to an application of its own',
    ),
  ];
};

/** Our own tenant is no other one, and a managed identity has tokens of the tenant where it lives alone. */
const auxiliary: ConfigRule<PerimeterConfig> = ({ tenant: { tenantId, credential, auxiliaryTenantIds: others } }) =>
  others.flatMap((other, at) => [
    ...unless(other.toLowerCase() !== tenantId.toLowerCase(), ['tenant', 'auxiliaryTenantIds', at], 'is tenant.tenantId'),
    ...unless(
      !('managedIdentity' in credential),
      ['tenant', 'auxiliaryTenantIds', at],
      'needs an app registration that is known there: a managed identity has tokens of its own tenant only',
    ),
  ]);

const unfreeze: ConfigRule<PerimeterConfig> = (config) =>
  unless(
    config.unfreeze === undefined || config.approve !== undefined,
    ['unfreeze'],
    'needs the section approve: a freeze is lifted by signatures',
  );

const domainClock: ConfigRule<PerimeterConfig> = ({ domainClock: clock, tenant, alarm }) => {
  const { login, graph, arm } = addressesOf(tenant.cloud);
  return clock && ![login, graph, arm, alarm.url].every(isLoopback)
    ? [problem(['domainClock'], 'is for trying out: it is accepted only when every outside address is loopback')]
    : [];
};

const perimeterRules = [
  listenRules,
  approveRules,
  entitlementRules,
  peopleRules,
  protectedRules,
  identities,
  auxiliary,
  unfreeze,
  domainClock,
];
