import type { GuardrailsAnswer } from '../access/core/perimeter-api.ts';
import type { Target } from '../access/core/target.ts';
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
  return { digest: guardrailsDigest(config), ownedBotCould: [...ownedBotCould(config)], entitlements };
}

async function entitlementAnswer(
  setting: GuardedEntitlement,
  nativeEnd: (target: Target) => Promise<boolean>,
  findings: readonly GroupFinding[],
): Promise<GuardrailsAnswer['entitlements'][number]> {
  const found = findings.find(({ entitlementId }) => entitlementId === setting.id);
  const { id, longestMinutes, breakGlass } = setting;
  const target = targetOf(setting) ?? PATTERN;
  const needs = needsOf(setting, { breakGlass: false });
  return {
    id,
    kind: target.kind,
    assurance: needs.assurance,
    protected: setting.protected === true,
    requesterSigns: needs.requesterSigns,
    approvalsNeeded: needs.stages.reduce((sum, stage) => sum + stage, 0),
    longestMinutes,
    ...(breakGlass === undefined ? {} : { breakGlassLongestMinutes: breakGlass.longestMinutes }),
    nativeEnd: await nativeEnd(target),
    ...(found === undefined ? {} : { notGiven: sentenceOf(found) }),
  };
}

/** Stands for a scope that only the request names: whether Azure can end grants does not hang on it. */
const PATTERN: Target = { kind: 'azureRole', scope: '/subscriptions/00000000-0000-0000-0000-000000000000', roleDefinitionId: '' };
