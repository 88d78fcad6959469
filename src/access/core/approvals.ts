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

/** Index of the stage that waits for approvals; undefined when all have theirs. A person counts once, whatever the stage. */
export function currentStage(needs: Needs, decisions: readonly Approval[]): number | undefined {
  const counted = new Set<string>();
  const perStage = needs.stages.map(() => 0);
  for (const { decision, approver, stage } of decisions) {
    if (decision !== 'approve' || counted.has(personKey(approver))) continue;
    counted.add(personKey(approver));
    perStage[stage] = (perStage[stage] ?? 0) + 1;
  }
  const open = needs.stages.findIndex((needed, stage) => (perStage[stage] ?? 0) < needed);
  return open === -1 ? undefined : open;
}

/** How many approvals the current stage still waits for. */
export function stillMissing(needs: Needs, decisions: readonly Approval[]): number {
  const stage = currentStage(needs, decisions);
  if (stage === undefined) return 0;
  const here = new Set(
    decisions.filter((one) => one.decision === 'approve' && one.stage === stage).map((one) => personKey(one.approver)),
  );
  return (needs.stages[stage] ?? 0) - here.size;
}
