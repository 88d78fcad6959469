import type { CheckWords } from '../check-words.ts';
import type { CouldNotCheckDetail } from '../finding-detail.ts';

const WHAT: Readonly<Record<CouldNotCheckDetail['what'], { readonly title: string; readonly unknown: string }>> = {
  'root-user-access-administrator': {
    title: 'Could not check who controls every Azure subscription',
    unknown: 'Somebody may hold access to all of Azure, and Hallpass would not see it.',
  },
  'expiring-credential': {
    title: 'Could not check secrets and certificates',
    unknown: 'Some may end soon, and Hallpass would not see it.',
  },
};

export function couldNotCheckWords(detail: CouldNotCheckDetail): CheckWords {
  const { title, unknown } = WHAT[detail.what];
  return {
    severity: 'medium',
    title,
    lines: [{ text: detail.reason }, { text: `${unknown} What is open stays open until it can be checked again.` }],
    todo: detail.todo,
    ...(detail.command === undefined ? {} : { command: detail.command }),
    facts: [
      { label: 'Check', text: detail.what },
      { label: 'Why', text: detail.reason },
      { label: 'Code', text: detail.code },
    ],
  };
}
