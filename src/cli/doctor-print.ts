import type { DoctorReport, DoctorResult } from '../chat/doctor-report.ts';

const WORD: Readonly<Record<DoctorResult['state'], string>> = {
  ok: 'ok',
  warning: 'ok, but',
  missing: 'MISSING',
  unknown: 'could not check',
};
const VERDICT: Readonly<Record<DoctorReport['verdict'], string>> = {
  ok: 'Everything that was looked at is as it should be.',
  missing: 'Something is missing. Run what stands below it, then look again.',
  unknown: 'Nothing wrong was found, but something could not be checked: that is not the same as right.',
};

/** A heading for each thing looked at; a paragraph a check: its state, what was seen, and what to run. */
export function reportText({ results, verdict }: DoctorReport): string {
  const paragraph = ({ of, title, state, says, command }: DoctorResult, index: number) => [
    ...(results[index - 1]?.of === of ? [] : [of, '-'.repeat(of.length), '']),
    `${title}: ${WORD[state]}`,
    ...says.map((sentence) => `  ${plain(sentence)}`),
    ...(command === undefined ? [] : [`  ${state === 'missing' ? 'mend' : 'show'}: ${plain(command)}`]),
    '',
  ];
  return `${results.flatMap(paragraph).join('\n')}\n${VERDICT[verdict]}\n`;
}

/** Names in it are others': a line of theirs must not look like one of ours, nor move the cursor. */
const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');
