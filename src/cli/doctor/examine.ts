import { AppError, codeOf } from '../../access/core/app-error.ts';
import type { DoctorReport, DoctorResult } from '../../chat/doctor-report.ts';
import type { Check } from './check.ts';

/** Checks that look at the same thing: an identity in a tenant, a platform, this machine. */
export interface Group {
  readonly of: string;
  /** One after the other; one that cannot be checked does not stop the next. `begin` is told the title of each before it is looked at. */
  look(begin: (title: string) => void): AsyncGenerator<DoctorResult, void, undefined>;
}

/** `open` makes what the checks look with. What cannot be made, a secret that is not there, is one missing thing. */
export function groupOf<Parts>(of: string, open: () => Parts, checks: readonly Check<Parts>[]): Group {
  return {
    of,
    async *look(begin) {
      let parts: Parts;
      try {
        parts = open();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const mend = error.hint === undefined ? {} : { command: error.hint };
        yield {
          of,
          id: 'opened',
          title: 'What the file names',
          state: 'missing',
          says: [error.message],
          ...mend,
          code: error.code,
        };
        return;
      }
      for (const check of checks) {
        if (check.concerns?.(parts) === false) continue;
        begin(check.title);
        yield await resultOf(of, check, parts);
      }
    },
  };
}

/** Looks at everything there is, in order. */
export async function examine(
  groups: readonly Group[],
  begin: (of: string, title: string) => void = () => undefined,
): Promise<DoctorReport> {
  const results: DoctorResult[] = [];
  for (const group of groups) for await (const result of group.look((title) => begin(group.of, title))) results.push(result);
  const has = (state: DoctorResult['state']) => results.some((result) => result.state === state);
  return { results, verdict: has('missing') ? 'missing' : has('unknown') ? 'unknown' : 'ok' };
}

async function resultOf<Parts>(of: string, check: Check<Parts>, parts: Parts): Promise<DoctorResult> {
  const { id, title } = check;
  try {
    const { problems = [], warnings = [], fine, mend } = await check.look(parts);
    if (problems.length > 0)
      return { of, id, title, state: 'missing', says: [...problems, ...warnings], command: mend ?? check.mend(parts) };
    return warnings.length > 0
      ? { of, id, title, state: 'warning', says: warnings }
      : { of, id, title, state: 'ok', says: [fine] };
  } catch (error) {
    return { of, id, title, state: 'unknown', says: saidBy(error), command: check.show(parts), code: codeOf(error) };
  }
}

/** Entra's refusals say in their message what is wrong; of everything else the hint is for people. */
function saidBy(error: unknown): readonly string[] {
  if (!(error instanceof AppError)) return ['The answer was not understood.'];
  const hint = error.hint ?? error.code;
  return error.code.startsWith('identity.') ? [error.message, hint] : [hint];
}
