import { addressesOf } from '../identity/cloud.ts';
import { listenRules } from '../config/listen-rules.ts';
import { type ConfigRule, readConfig } from '../config/read-config.ts';
import { approveRules } from './approve/approve-rules.ts';
import { type PerimeterConfig, perimeterConfigSchema } from './perimeter-config.ts';

/**
 * Reads perimeter.yaml: the guardrails, and how the perimeter itself is reached.
 * @throws {AppError} `config.unreadable`, `config.invalid` with every problem and its line
 */
export function loadPerimeterConfig(file: string): PerimeterConfig {
  return readConfig(file, perimeterConfigSchema, perimeterRules);
}

type Problem = ReturnType<ConfigRule<PerimeterConfig>>[number];
const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path, message });

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const isLoopback = (address: string) => LOOPBACK.has(new URL(address).hostname.replace(/^\[|\]$/g, ''));

const entitlements: ConfigRule<PerimeterConfig> = ({ entitlements: all, tenant }) =>
  all.flatMap(({ id, mayReceive }, index) => [
    ...(all.findIndex((other) => other.id === id) < index ? [problem(['entitlements', index, 'id'], 'is used twice')] : []),
    ...(mayReceive.people.length + mayReceive.groups.length === 0
      ? [problem(['entitlements', index, 'mayReceive'], 'names nobody: nobody could ever receive it')]
      : []),
    ...mayReceive.people.flatMap(({ tenantId }, at) =>
      tenantId.toLowerCase() === tenant.tenantId.toLowerCase()
        ? []
        : [problem(['entitlements', index, 'mayReceive', 'people', at, 'tenantId'], 'is another tenant than tenant.tenantId')],
    ),
  ]);

/** The identity that writes must not be the one that talks: a bot that is owned would hold both. */
const identities: ConfigRule<PerimeterConfig> = ({ tenant, caller }) =>
  tenant.clientId.toLowerCase() === caller.clientId.toLowerCase()
    ? [problem(['caller', 'clientId'], "is the perimeter's own identity: the bot needs an application of its own")]
    : [];

const domainClock: ConfigRule<PerimeterConfig> = ({ domainClock: clock, tenant, alarm }) => {
  const { login, graph, arm } = addressesOf(tenant.cloud);
  return clock && ![login, graph, arm, alarm.url].every(isLoopback)
    ? [problem(['domainClock'], 'is for trying out: it is accepted only when every outside address is loopback')]
    : [];
};

const perimeterRules = [approveRules, listenRules, entitlements, identities, domainClock];
