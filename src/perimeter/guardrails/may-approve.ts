import { type Person, samePerson } from '../../access/core/person.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { FoundPeople } from '../../entra/membership-reader.ts';
import type { PerimeterConfig, Stage } from '../perimeter-config.ts';
import { accountMay, isAmong, isNamed } from './may-receive.ts';
import { SAME_HUMAN, type Seen, twoPeople } from './same-human.ts';

/** What the directory says, at this moment, of who wants to approve and of the others. */
export interface ApprovalFacts {
  readonly approver: Seen;
  /** Who is the principal, too. Absent where it is about no request. */
  readonly requester?: Seen;
  /** Who has approved before. */
  readonly before: readonly Seen[];
  /** Where the stage names them: the manager of the principal, the owners of the group. */
  readonly found: readonly FoundPeople[];
}

/**
 * May this person approve in this stage? Nobody approves for themselves, under whatever account, and no two accounts of one human count
 * as two people. No stage: the file leaves it to the bot's rule who approves (`chat`), and only the person is judged. That the principal
 * is a user, and so has no members who could approve for themselves, `mayReceive` has seen to.
 */
export function mayApprove(config: PerimeterConfig, stage: Stage | undefined, facts: ApprovalFacts): Verdict {
  const { approver, requester, before } = facts;
  const { person } = approver;
  const asked = beforeLookingUp(config, facts);
  if (!asked.permitted) return asked;
  const account = accountMay('approver', approver.facts, stage !== undefined && isNamed(person, stage.approvers));
  if (!account.permitted) return account;
  for (const found of facts.found)
    if (found.status === 'unknown') return refuse(found.code, 'The directory did not say who may approve this.', found.hint);
  if (stage !== undefined && !isListed(stage, facts))
    return refuse(
      'guardrail.approver',
      'The perimeter does not take this approval: the approver is not among those whom it may take it from.',
      'One of the others has to approve, or an administrator can change the approvers in perimeter.yaml.',
    );
  for (const other of [...(requester === undefined ? [] : [requester]), ...before]) {
    const two = twoPeople(config.samePerson, approver, other);
    if (!two.permitted) return two;
  }
  return permit;
}

function beforeLookingUp(config: PerimeterConfig, { approver: { person }, requester, before }: ApprovalFacts): Verdict {
  if (person.tenantId.toLowerCase() !== config.tenant.tenantId.toLowerCase())
    return refuse(
      'guardrail.approver-tenant',
      'The approver must belong to the tenant of the perimeter.',
      'Ask an approver of that tenant.',
    );
  if (requester !== undefined && samePerson(person, requester.person))
    return refuse('guardrail.self-approval', 'Nobody approves for themselves.', 'Ask somebody else to approve.');
  if (before.some((other) => samePerson(person, other.person))) return SAME_HUMAN;
  return isEmergencyAccount(config, person) ? EMERGENCY : permit;
}

function isListed({ approvers }: Stage, { approver, found }: ApprovalFacts): boolean {
  if (isAmong(approver.person, approver.facts, approvers)) return true;
  const id = approver.person.objectId.toLowerCase();
  return found.some((people) => people.status === 'known' && people.ids.has(id));
}

export function isEmergencyAccount({ emergencyAccounts }: PerimeterConfig, { objectId }: Person): boolean {
  return emergencyAccounts.some((id) => id.toLowerCase() === objectId.toLowerCase());
}

export const EMERGENCY = refuse(
  'guardrail.emergency-account',
  'Emergency accounts neither receive nor approve anything here.',
  'Use an account of your own.',
);
