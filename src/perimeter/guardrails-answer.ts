import type { GuardrailsAnswer } from '../access/core/perimeter-api.ts';
import { type Target, targetKey } from '../access/core/target.ts';
import { listableScope } from '../azure/own-azure-records.ts';
import { sentenceOf } from './guardrails/group-standing.ts';
import type { GroupFinding } from './guardrails/look-at-groups.ts';
import { ownedBotCould } from './guardrails/owned-bot.ts';
import { guardrailsDigest, needsOf } from './guardrails.ts';
import { type GuardedEntitlement, type PerimeterConfig, targetOf } from './perimeter-config.ts';

/** What `GET /guardrails` says of the file: enough for the bot to explain, nothing that it may judge by. */
export async function guardrailsAnswer(
  config: PerimeterConfig,
  nativeEnd: (target: Target) => Promise<boolean>,
  findings: readonly GroupFinding[],
): Promise<Omit<GuardrailsAnswer, 'ledger' | 'notGiving'>> {
  const entitlements = await Promise.all(config.entitlements.map((setting) => entitlementAnswer(setting, nativeEnd, findings)));
  const contexts = [config.approve?.stepUp, ...config.entitlements].flatMap((step) =>
    step !== undefined && 'authenticationContext' in step ? (step.authenticationContext ?? []) : [],
  );
  return {
    digest: guardrailsDigest(config),
    ownedBotCould: [...ownedBotCould(config)],
    authenticationContexts: [...new Set(contexts)].toSorted(),
    entitlements,
  };
}

async function entitlementAnswer(
  setting: GuardedEntitlement,
  nativeEnd: (target: Target) => Promise<boolean>,
  findings: readonly GroupFinding[],
): Promise<GuardrailsAnswer['entitlements'][number]> {
  const found = findings.find(({ entitlementId }) => entitlementId === setting.id);
  const { id, longestMinutes, breakGlass } = setting;
  const target = askableTarget(setting);
  const needs = needsOf(setting, { breakGlass: false });
  return {
    id,
    kind: kindOf(setting),
    target: keyOf(setting),
    assurance: needs.assurance,
    protected: setting.protected === true,
    requesterSigns: needs.requesterSigns,
    approvalsNeeded: needs.stages.reduce((sum, stage) => sum + stage, 0),
    longestMinutes,
    ...(breakGlass === undefined ? {} : { breakGlassLongestMinutes: breakGlass.longestMinutes }),
    nativeEnd: target !== undefined && (await nativeEnd(target)),
    ...(found === undefined ? {} : { notGiven: sentenceOf(found) }),
  };
}

/**
 * What Azure or Entra can be asked about. Of a pattern, the part that is fixed; where the request names even the subscription there is
 * no place to ask at, and an end by itself is not promised. What is given there ends so all the same if it can (check-held.ts).
 */
function askableTarget(setting: GuardedEntitlement): Target | undefined {
  const { scopePattern, roleDefinitionId = '' } = setting.azureRole ?? {};
  const scope = scopePattern === undefined ? undefined : listableScope(scopePattern);
  return scope === undefined ? targetOf(setting) : { kind: 'azureRole', scope, roleDefinitionId };
}

function keyOf(setting: GuardedEntitlement): string {
  const { scopePattern = '', roleDefinitionId = '' } = setting.azureRole ?? {};
  return targetKey(targetOf(setting) ?? { kind: 'azureRole', scope: scopePattern, roleDefinitionId });
}

function kindOf({ directoryRole, group }: GuardedEntitlement): Target['kind'] {
  if (directoryRole !== undefined) return 'directoryRole';
  return group === undefined ? 'azureRole' : 'group';
}
