import type { Report, Result } from './doctor/examine.ts';

const WORD: Readonly<Record<Result['state'], string>> = {
  ok: 'ok',
  warning: 'ok, but',
  missing: 'MISSING',
  unknown: 'could not check',
};
const VERDICT: Readonly<Record<Report['verdict'], string>> = {
  ok: 'Everything that was looked at is as it should be.',
  missing: 'Something is missing. Run what stands below it, then look again.',
  unknown: 'Nothing wrong was found, but something could not be checked: that is not the same as right.',
};

/** A paragraph a check: its state, what was seen, and what to run. */
export function reportText({ results, verdict }: Report): string {
  const paragraph = ({ title, state, says, command }: Result) => [
    `${title}: ${WORD[state]}`,
    ...says.map((sentence) => `  ${sentence}`),
    ...(command === undefined ? [] : [`  ${state === 'missing' ? 'mend' : 'show'}: ${command}`]),
    '',
  ];
  return `${results.flatMap(paragraph).join('\n')}\n${VERDICT[verdict]}\n`;
}
