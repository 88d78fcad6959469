import type { DoctorReport, DoctorResult } from '../doctor-report.ts';
import type { DetailsView } from '../views.ts';

type State = DoctorResult['state'];

/** What has to be done first. */
const ORDER: readonly State[] = ['missing', 'unknown', 'warning'];
const WORD: Readonly<Record<State, string>> = { missing: 'missing', unknown: 'could not check', warning: 'ok, but', ok: 'ok' };
const TITLE: Readonly<Record<DoctorReport['verdict'], string>> = {
  ok: 'Hallpass is as it should be',
  missing: 'Something is missing',
  unknown: 'Something could not be checked',
};

/** What is not right first, each with what mends or shows it; what is right in one line for each thing that was looked at. */
export function doctorView({ results, verdict }: DoctorReport): DetailsView {
  const wrong = ORDER.flatMap((state) => results.filter((result) => result.state === state));
  const right = results.filter(({ state }) => state === 'ok');
  return {
    title: TITLE[verdict],
    facts: [
      ...wrong.flatMap(({ of, title, state, says, command }) => [
        { label: `${title} (${of}): ${WORD[state]}`, text: says.join(' · ') },
        ...(command === undefined ? [] : [{ label: 'Command', text: command }]),
      ]),
      ...[...new Set(right.map(({ of }) => of))].map((of) => ({
        label: `${of}: ok`,
        text: right
          .filter((result) => result.of === of)
          .map(({ title }) => title)
          .join(', '),
      })),
    ],
  };
}
