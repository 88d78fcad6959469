import { createHash } from 'node:crypto';
import type { RegisterGrant } from '../access/core/perimeter-api.ts';
import { type Person, samePerson } from '../access/core/person.ts';
import { permit, refuse, type Verdict } from '../access/core/verdict.ts';
import type { PersonFacts } from '../entra/membership-reader.ts';
import { sameTarget, type Target } from '../access/core/target.ts';
import { type GuardedEntitlement, type PerimeterConfig, stagesOf, targetOf } from './perimeter-config.ts';
import type { Needs } from '../access/core/approvals.ts';

type Asked = Pick<RegisterGrant, 'requester' | 'principal' | 'entitlementId' | 'durationMinutes' | 'breakGlass'>;

/**
 * May this be registered at all? Judged from the request and the perimeter's own file, before anybody is looked up. The bot has judged
 * by its own rules; this is a second judgement on purpose, and believes none of it.
 */
export function mayRegister(request: Asked, config: PerimeterConfig): Verdict {
  const setting = config.entitlements.find(({ id }) => id === request.entitlementId);
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
  if (request.durationMinutes > setting.longestMinutes)
    return refuse(
      'guardrail.duration',
      `The longest duration here is ${setting.longestMinutes} minutes.`,
      `Ask for at most ${setting.longestMinutes} minutes.`,
    );
  return permit;
}

/** The same judgement again when it is given: the file may have changed while the request waited. */
export function mayStillGive(registration: Asked, target: Target, config: PerimeterConfig): Verdict {
  const verdict = mayRegister(registration, config);
  if (!verdict.permitted) return verdict;
  const setting = config.entitlements.find(({ id }) => id === registration.entitlementId);
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

/** May this person hold it, as the directory says right now? A failed look-up is never "no groups". */
export function mayReceive(setting: GuardedEntitlement, principal: Person, facts: PersonFacts): Verdict {
  if (facts.status === 'unknown') return refuse(facts.code, 'The directory did not say who this is.', facts.hint);
  if (facts.status === 'absent')
    return refuse('guardrail.principal-absent', 'This person is not in the tenant.', 'Ask with an account of the tenant.');
  if (!facts.enabled)
    return refuse('guardrail.principal-disabled', 'This account is disabled.', 'An administrator can enable the account.');
  if (facts.userType.toLowerCase() !== 'member')
    return refuse(
      'guardrail.principal-guest',
      'Only members of the tenant may hold this.',
      'Ask with a member account of the tenant.',
    );
  const named = setting.mayReceive.people.some((person) => samePerson(person, principal));
  const inGroup = setting.mayReceive.groups.some((group) => facts.memberOf.has(group.toLowerCase()));
  if (!named && !inGroup)
    return refuse(
      'guardrail.receiver',
      'The perimeter may not give this to you.',
      'An administrator can add you, or a group of yours, to mayReceive in perimeter.yaml.',
    );
  return permit;
}

/** May `approver` decide for this person? Who may approve at all is the bot's rule, for entitlements of assurance `chat`. */
export function mayDecide(approver: Person, requester: Person, principal: Person, config: PerimeterConfig): Verdict {
  if (!sameId(approver.tenantId, config.tenant.tenantId))
    return refuse(
      'guardrail.approver-tenant',
      'The approver must belong to the tenant of the perimeter.',
      'Ask an approver of that tenant.',
    );
  if (samePerson(approver, requester) || samePerson(approver, principal))
    return refuse('guardrail.self-approval', 'Nobody approves for themselves.', 'Ask somebody else to approve.');
  return permit;
}

/** The groups whose membership decides. */
export function groupsAskedFor(setting: GuardedEntitlement): readonly string[] {
  return setting.mayReceive.groups;
}

/** Names the guardrails: two perimeters with the same digest judge alike. Keys are in the schema's order. */
export function guardrailsDigest(config: PerimeterConfig): string {
  return createHash('sha256').update(JSON.stringify(config.entitlements)).digest('hex');
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
