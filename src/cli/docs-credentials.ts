import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEANINGS } from '../identity/aadsts.ts';

const BEGIN = '<!-- numbers: npm run docs:credentials -->';
const END = '<!-- end of numbers -->';

/** Entra's numbers as a table, from what the product says at each. */
export function numbersTable(): string {
  const rows = Object.entries(MEANINGS).map(([number, { says, next, passes }]) => {
    const again = passes === true ? ' Tried again by itself.' : '';
    return `| [${number}](https://login.microsoftonline.com/error?code=${number}) | ${says} | ${next}${next.includes('tried again') ? '' : again} |`;
  });
  return ['| AADSTS | what it means here | what to do |', '|---|---|---|', ...rows].join('\n');
}

/** The page with the table of now. */
export function withNumbers(page: string): string {
  const [before, rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${numbersTable()}\n\n${END}${after}`;
}

export const CREDENTIALS_PAGE = join(import.meta.dirname, '../../docs/credentials.md');

if (import.meta.main) writeFileSync(CREDENTIALS_PAGE, withNumbers(readFileSync(CREDENTIALS_PAGE, 'utf8')));
