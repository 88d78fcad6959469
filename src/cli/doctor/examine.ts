import { AppError, codeOf } from '../../access/core/app-error.ts';
import { apiAssignment } from './api-assignment.ts';
import { apiRegistration } from './api-registration.ts';
import { approvalRegistration } from './approval-registration.ts';
import { approvalTrust } from './approval-trust.ts';
import type { Check, DoctorParts } from './check.ts';
import { graphPermissions } from './graph-permissions.ts';

export const CHECKS: readonly Check[] = [apiRegistration, apiAssignment, approvalRegistration, approvalTrust, graphPermissions];

/** `unknown`: could not be checked, which is never a pass. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'missing' | 'unknown';
  readonly says: readonly string[];
  /** `missing`: mends it. `unknown`: shows it to somebody who may look. */
  readonly command?: string;
  /** Of what kept us from looking. */
  readonly code?: string;
}

export interface Report {
  readonly results: readonly Result[];
  readonly verdict: 'ok' | 'missing' | 'unknown';
}

/** Looks at everything that this configuration has, one after the other; one that cannot be checked does not stop the next. */
export async function examine(parts: DoctorParts, checks: readonly Check[] = CHECKS): Promise<Report> {
  const results: Result[] = [];
  for (const check of checks.filter(({ concerns }) => concerns === undefined || concerns(parts.config)))
    results.push(await resultOf(check, parts));
  const has = (state: Result['state']) => results.some((result) => result.state === state);
  return { results, verdict: has('missing') ? 'missing' : has('unknown') ? 'unknown' : 'ok' };
}

async function resultOf(check: Check, parts: DoctorParts): Promise<Result> {
  const { id, title } = check;
  try {
    const { problems = [], warnings = [], fine, mend } = await check.look(parts);
    if (problems.length > 0)
      return { id, title, state: 'missing', says: [...problems, ...warnings], command: mend ?? check.mend(parts) };
    return warnings.length > 0 ? { id, title, state: 'warning', says: warnings } : { id, title, state: 'ok', says: [fine] };
  } catch (error) {
    const why = error instanceof AppError ? (error.hint ?? error.code) : 'The answer was not understood.';
    return { id, title, state: 'unknown', says: [why], command: check.show(parts), code: codeOf(error) };
  }
}
