import { type Person, personKey } from './person.ts';

/** Whose word an approval is: the bot's, or Entra's own (verified by the perimeter). */
export type Assurance = 'chat' | 'signed';

/** What has to come together before anything is given; fixed when the request is registered. */
export interface Needs {
  /** How many different people have to approve in each stage, in order. None: nobody has to. */
  readonly stages: readonly number[];
  /** What an approval has to be to count. A denial counts whoever brings it. */
  readonly assurance: Assurance;
  /** The requester signs the request too. */
  readonly requesterSigns: boolean;
}

interface Approval {
  readonly decision: 'approve' | 'deny';
  readonly approver: Person;
  readonly stage: number;
}

/** The approvals that count: a person counts once, whatever the stage. In the order in which they came. */
export function countedApprovals<T extends Approval>(decisions: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return decisions.filter(({ decision, approver }) => {
    const key = personKey(approver);
    if (decision !== 'approve' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Index of the stage that waits for approvals; undefined when all have theirs. */
export function currentStage(needs: Needs, decisions: readonly Approval[]): number | undefined {
  const open = needs.stages.findIndex((needed, stage) => inStage(stage, decisions) < needed);
  return open === -1 ? undefined : open;
}

/** How many approvals the current stage still waits for. */
export function stillMissing(needs: Needs, decisions: readonly Approval[]): number {
  const stage = currentStage(needs, decisions);
  return stage === undefined ? 0 : (needs.stages[stage] ?? 0) - inStage(stage, decisions);
}

function inStage(stage: number, decisions: readonly Approval[]): number {
  return countedApprovals(decisions).filter((one) => one.stage === stage).length;
}
