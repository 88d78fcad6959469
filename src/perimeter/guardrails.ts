import { digestOf } from '../access/core/canonical.ts';
import type { RegisterGrant } from '../access/core/perimeter-api.ts';
import { samePerson } from '../access/core/person.ts';
import { permit, refuse, type Verdict } from '../access/core/verdict.ts';
import { sameTarget, type Target } from '../access/core/target.ts';
import { EMERGENCY, isEmergencyAccount } from './guardrails/may-approve.ts';
import { type GuardedEntitlement, type PerimeterConfig, stagesOf, targetOf } from './perimeter-config.ts';
import type { Needs } from '../access/core/approvals.ts';

type Asked = Pick<
  RegisterGrant,
  'requester' | 'principal' | 'entitlementId' | 'durationMinutes' | 'approvalWindowMinutes' | 'breakGlass'
>;

/**
 * May this be registered at all? Judged from the request and the perimeter's own file, before anybody is looked up. The bot has judged
 * by its own rules; this is a second judgement on purpose, and believes none of it.
 */
export function mayRegister(request: Asked, config: PerimeterConfig): Verdict {
  const setting = settingOf(config, request.entitlementId);
  if (setting === undefined)
    return refuse('guardrail.entitlement', 'The perimeter does not give this.', 'An administrator can add it to perimeter.yaml.');
  const strangers = [request.requester, request.principal].some(({ tenantId }) => !sameId(tenantId, config.tenant.tenantId));
  if (strangers)
    return refuse(
      'guardrail.tenant',
      'Requester and principal must belong to the tenant of the perimeter.',
      'Ask with an account of that tenant.',
    );
  if (!samePerson(request.requester, request.principal))
    return refuse('guardrail.requester', 'Access is given only to the person who asks.', 'Ask for yourself.');
  if (isEmergencyAccount(config, request.principal)) return EMERGENCY;
  const longest = request.breakGlass ? setting.breakGlass?.longestMinutes : setting.longestMinutes;
  if (longest === undefined)
    return refuse('guardrail.break-glass', 'Nobody may take this without approval.', 'Ask for it in the usual way.');
  if (request.durationMinutes > longest)
    return refuse(
      'guardrail.duration',
      `The longest duration here is ${longest} minutes.`,
      `Ask for at most ${longest} minutes.`,
    );
  const { approvalsGoodForMinutes: goodFor } = config;
  if (request.approvalWindowMinutes > goodFor)
    return refuse(
      'guardrail.approval-window',
      `A request waits for at most ${goodFor} minutes here.`,
      'An administrator can let the bot ask for that (requests.approvalWindowMinutes of hallpass.yaml).',
    );
  return permit;
}

export function settingOf({ entitlements }: PerimeterConfig, entitlementId: string): GuardedEntitlement | undefined {
  return entitlements.find(({ id }) => id === entitlementId);
}

/** The same judgement again when it is given: the file may have changed while the request waited. */
export function mayStillGive(registration: Asked, target: Target, config: PerimeterConfig): Verdict {
  const verdict = mayRegister(registration, config);
  if (!verdict.permitted) return verdict;
  const setting = settingOf(config, registration.entitlementId);
  const now = setting && targetOf(setting, target.kind === 'azureRole' ? target.scope : undefined);
  return now !== undefined && sameTarget(now, target)
    ? permit
    : refuse('guardrail.entitlement', 'The guardrails mean something else by this name since it was asked for.', 'Ask again.');
}

/** What has to come together before it is given. For `chat` without approvers, one word of the bot's. */
export function needsOf(setting: GuardedEntitlement, { breakGlass }: Pick<Asked, 'breakGlass'>): Needs {
  if (breakGlass) return { stages: [], requesterSigns: true, assurance: 'signed' };
  const stages = stagesOf(setting).map(({ approvalsNeeded }) => approvalsNeeded);
  return { stages: stages.length === 0 ? [1] : stages, requesterSigns: setting.protected === true, assurance: setting.assurance };
}

/**
 * Names the guardrails: two perimeters of one version with the same digest judge alike. Of everything in the file that judges, and nothing
 * that says how the perimeter is hosted.
 */
export function guardrailsDigest(config: PerimeterConfig): string {
  const { tenant, caller, approve, approvalsGoodForMinutes, emergencyAccounts, hostedOn, unfreeze, entitlements } = config;
  const { cloud, tenantId } = tenant;
  const human = config.samePerson;
  const signing = approve && { clientId: approve.clientId, stepUp: approve.stepUp };
  // JSON has no "undefined": what the file does not say is not there.
  const people = { human, emergencyAccounts, unfreeze };
  const said = { v: 1, cloud, tenantId, caller, signing, ...people, approvalsGoodForMinutes, hostedOn, entitlements };
  return digestOf(JSON.parse(JSON.stringify(said)), 'hex');
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
