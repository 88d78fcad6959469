import { AppError } from '../../access/core/app-error.ts';
import type { Refusal } from '../../access/core/verdict.ts';
import type { CommandResult } from '../../durable/port.ts';
import type { Assignment } from '../../../flows/grant.ts';

/** What the commands that give tell the grant's flow. */
export function gave(assignment: Assignment): CommandResult {
  return { events: [{ type: 'directory.gave', assignment, nativeEnd: assignment.kind === 'pim' }] };
}

/** Somebody else gave the same, before or meanwhile: theirs stays. */
export function heldByOther(): CommandResult {
  const hint = 'You hold this already, not by Hallpass. Nothing was changed.';
  return { events: [{ type: 'directory.held', refusal: { code: 'grant.already-held', hint } }] };
}

/** The same, found out only when it was to be taken away. */
export function leftAlone(): CommandResult {
  const hint = 'Somebody else had given you the same. It was left as it is, and does not end with this request.';
  return { events: [{ type: 'directory.notOurs', refusal: { code: 'grant.already-held', hint } }] };
}

/** Only when it is certain that nothing of ours was written. */
export function refused(code: string, hint: string | undefined): CommandResult {
  return { events: [{ type: 'directory.giveRefused', refusal: { code, hint: hint ?? '' } }] };
}

export function refusedBy({ code, reason, hint }: Refusal): CommandResult {
  return refused(code, `${reason} ${hint}`);
}

export function unclear(code: string, hint: string | undefined): CommandResult {
  return { events: [{ type: 'directory.giveUnclear', refusal: { code, hint: hint ?? '' } }] };
}

/** Nothing is given on a full disk; taking goes on from a reserve. */
export function storeFull(): AppError {
  return new AppError('store.full', 'the disk of the perimeter is full: nothing is given', {
    retryable: true,
    hint: 'Make room on the disk of the perimeter. Taking away goes on meanwhile.',
  });
}
