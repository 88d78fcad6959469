import { countedApprovals, currentStage, type Needs } from '../../access/core/approvals.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { GrantContext } from '../../../flows/grant.ts';

/**
 * Is what was decided enough right now, by what is needed now? The guardrails may have become stricter since it was asked for, and what
 * was signed holds only until its `notAfter`.
 */
export function stillApproved(
  needs: Needs,
  { decisions, signature }: Pick<GrantContext, 'decisions' | 'signature'>,
  nowMs: number,
): Verdict {
  if (currentStage(needs, decisions) !== undefined || (needs.requesterSigns && signature === undefined)) return STRICTER;
  const approvals = countedApprovals(decisions);
  if (needs.assurance === 'signed' && approvals.some(({ assurance }) => assurance !== 'signed')) return STRICTER;
  const signed = [
    ...approvals.filter(({ assurance }) => assurance === 'signed'),
    ...(signature === undefined ? [] : [signature]),
  ];
  // What names no end of its own holds for no time at all.
  return signed.every(({ notAfter }) => nowMs < Date.parse(notAfter ?? '')) ? permit : EXPIRED;
}

const STRICTER = refuse(
  'guardrail.approvals',
  'The guardrails ask for more than was approved and signed for this request.',
  'Ask again: the perimeter has other rules for it by now.',
);

const EXPIRED = refuse(
  'approval.expired',
  'What was signed for this request holds no longer: too much time passed before it could be given.',
  'Ask again.',
);
