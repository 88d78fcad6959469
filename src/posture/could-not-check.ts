import { AppError } from '../access/core/app-error.ts';
import type { WatchedCheckId } from './finding-detail.ts';
import type { Blind, Sighting } from './sighting.ts';

/** A failure as a reason not to conclude anything. Its words are the same each time, so that a repetition is no news. */
export function blindOf(error: unknown, what: string): Blind {
  if (!(error instanceof AppError)) {
    return { code: 'unknown', reason: `${what}: something unforeseen happened.`, todo: SEE_LOG, passing: true };
  }
  return { code: error.code, reason: `${what} (${error.code}).`, todo: error.hint ?? SEE_LOG, passing: error.retryable };
}

const SEE_LOG = 'Operators find the details in the log.';

/** What could not be checked is a finding of its own, never a pass. */
export function couldNotCheck(what: WatchedCheckId, blind: Blind): Sighting {
  const { code, reason, todo, command } = blind;
  return {
    subjectId: what,
    rung: 1,
    raise: true,
    detail: { check: 'could-not-check', what, code, reason, todo, ...(command === undefined ? {} : { command }) },
  };
}
