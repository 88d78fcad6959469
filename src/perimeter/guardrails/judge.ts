import { countedApprovals, currentStage } from '../../access/core/approvals.ts';
import type { Clock } from '../../access/core/clock.ts';
import type { RegisterGrant } from '../../access/core/perimeter-api.ts';
import { type Person, samePerson } from '../../access/core/person.ts';
import type { Target } from '../../access/core/target.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { FoundPeople, MembershipReader, PersonFacts } from '../../entra/membership-reader.ts';
import type { GrantContext, GrantOpening } from '../../../flows/grant.ts';
import { type GuardedEntitlement, type PerimeterConfig, type Stage, stagesOf } from '../perimeter-config.ts';
import { mayRegister, mayStillGive, needsOf, settingOf } from '../guardrails.ts';
import { mayApprove } from './may-approve.ts';
import { groupsOfReceivers, mayReceive } from './may-receive.ts';
import type { Seen } from './same-human.ts';
import { stillApproved } from './still-approved.ts';

/** A grant that waits for something: registered, and not refused at the door. */
export type Waiting = Pick<GrantContext, 'decisions' | 'signature'> & {
  readonly opening: Extract<GrantOpening, { kind: 'open' }>;
};

/**
 * The guardrails with the directory asked at this very moment: by people's ids alone, whatever anybody else says of them. What was asked
 * and refused for good is a verdict; what may mend itself is thrown (retryable `directory.*`), and nothing is decided.
 */
export interface Judge {
  mayRegister(request: RegisterGrant): Promise<Verdict>;
  /** May this person approve in the stage that waits now; or deny, which whoever may approve in any stage may. */
  mayDecide(grant: Waiting, approver: Person, decision: 'approve' | 'deny'): Promise<Verdict>;
  /** May this person sign the request as the one who asks? */
  maySign(grant: Waiting, person: Person): Promise<Verdict>;
  /** Everything again, right before it is given: the receiver, and everybody whose approval counts. Budgets are apart (budget-book.ts). */
  mayGive(grant: Waiting): Promise<Verdict>;
  /** May this person lift a freeze, besides those who signed for it before? */
  mayUnfreeze(person: Person, before: readonly Person[]): Promise<Verdict>;
}

export interface JudgeParts {
  readonly config: PerimeterConfig;
  readonly people: MembershipReader;
  /** Domain time: what is signed holds as long as the request may wait. */
  readonly clock: Clock;
}

export function createJudge({ config, people, clock }: JudgeParts): Judge {
  const asksWho = config.samePerson !== undefined && 'attribute' in config.samePerson;

  const look = async (person: Person, groups: readonly string[] = []): Promise<Seen> => ({
    person,
    facts: await people.factsOf(person.objectId, groups),
  });
  /** Of those who are only compared: nothing where ids are all that is compared. */
  const compared = (person: Person): Promise<Seen> => (asksWho ? look(person) : Promise.resolve({ person, facts: NOT_ASKED }));

  const receives = async (
    setting: GuardedEntitlement,
    { principal, breakGlass }: Pick<RegisterGrant, 'principal' | 'breakGlass'>,
  ) => {
    const { facts } = await look(principal, groupsOfReceivers(setting));
    return mayReceive(setting, principal, facts, { breakGlass });
  };

  async function approves(
    stage: Stage | undefined,
    target: Target,
    requester: Person,
    approver: Person,
    before: readonly Person[],
  ): Promise<Verdict> {
    const [seen, asker, found, ...earlier] = await Promise.all([
      look(approver, stage?.approvers.groups),
      compared(requester),
      Promise.all(foundFor(stage, target, requester)),
      ...before.map(compared),
    ]);
    return mayApprove(config, stage, { approver: seen, requester: asker, before: earlier, found });
  }

  function foundFor(stage: Stage | undefined, target: Target, principal: Person): readonly Promise<FoundPeople>[] {
    return [
      ...(stage?.approvers.managerOf === undefined ? [] : [people.managerOf(principal.objectId)]),
      ...(stage?.approvers.ownersOf === undefined ? [] : [target.kind === 'group' ? people.ownersOf(target.groupId) : NO_GROUP]),
    ];
  }

  return {
    async mayRegister(request) {
      const verdict = mayRegister(request, config);
      const setting = settingOf(config, request.entitlementId);
      return verdict.permitted && setting !== undefined ? receives(setting, request) : verdict;
    },

    async mayDecide({ opening: { registration, target, needs }, decisions }, approver, decision) {
      const setting = settingOf(config, registration.entitlementId);
      const still = mayStillGive(registration, target, config);
      if (!still.permitted || setting === undefined) return still;
      const stages = stagesOf(setting);
      const { requester } = registration;
      if (decision === 'approve') {
        const before = countedApprovals(decisions).map((one) => one.approver);
        return approves(stages[currentStage(needs, decisions) ?? 0], target, requester, approver, before);
      }
      const verdicts = await Promise.all(
        (stages.length === 0 ? [undefined] : stages).map((stage) => approves(stage, target, requester, approver, [])),
      );
      return verdicts.find(({ permitted }) => permitted) ?? verdicts[0] ?? permit;
    },

    async maySign({ opening: { registration, target } }, person) {
      const verdict = mayStillGive(registration, target, config);
      const setting = settingOf(config, registration.entitlementId);
      if (!verdict.permitted || setting === undefined) return verdict;
      return samePerson(person, registration.requester) ? receives(setting, registration) : NOT_THEIRS;
    },

    async mayGive(grant) {
      const { registration, target } = grant.opening;
      const setting = settingOf(config, registration.entitlementId);
      const still = mayStillGive(registration, target, config);
      if (!still.permitted || setting === undefined) return still;
      const enough = stillApproved(needsOf(setting, registration), grant, clock.now());
      if (!enough.permitted) return enough;
      const received = await receives(setting, registration);
      if (!received.permitted) return received;
      const approvals = countedApprovals(grant.decisions);
      for (const [index, { approver, stage }] of approvals.entries()) {
        const before = approvals.slice(0, index).map((one) => one.approver);
        const verdict = await approves(stagesOf(setting)[stage], target, registration.requester, approver, before);
        if (!verdict.permitted) return verdict;
      }
      return permit;
    },

    async mayUnfreeze(person, before) {
      const stage = { approvers: { people: config.unfreeze?.people ?? [], groups: [] }, approvalsNeeded: 1 };
      const [approver, ...earlier] = await Promise.all([look(person), ...before.map(compared)]);
      return mayApprove(config, stage, { approver, before: earlier, found: [] });
    },
  };
}

const NOT_ASKED: PersonFacts = { status: 'unknown', code: 'directory.not-asked', hint: '' };
const NO_GROUP: Promise<FoundPeople> = Promise.resolve({
  status: 'unknown',
  code: 'guardrail.approvals',
  hint: 'Only a group has owners: an administrator can name other approvers in perimeter.yaml.',
});

const NOT_THEIRS = refuse(
  'guardrail.requester',
  'A request is signed by the one who asks, and by nobody else.',
  'Sign in with the account that asked.',
);
