import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MACHINE_CHECKS, SLACK_CHECKS, TEAMS_CHECKS, TENANT_CHECKS } from './doctor/bot-groups.ts';
import { PERIMETER_CHECKS } from './doctor/perimeter-groups.ts';

const BEGIN = '<!-- checks -->';
const END = '<!-- /checks -->';
const GROUPS = [
  ['the bot’s identity, in each tenant', TENANT_CHECKS],
  ['Slack', SLACK_CHECKS],
  ['Teams', TEAMS_CHECKS],
  ['the machine of the bot', MACHINE_CHECKS],
  ['the perimeter’s identity and machine', PERIMETER_CHECKS],
] as const;

/** Each check by its id, as `--json` names it, and its title. */
export function checksTable(): string {
  const rows = GROUPS.map(([of, checks]) => `| ${of} | ${checks.map(({ id, title }) => `${title} (\`${id}\`)`).join(' · ')} |`);
  return ['| of | looks at |', '|---|---|', ...rows].join('\n');
}

/** docs/doctor.md with the table between its two marks; `npm run docs:doctor` writes it. */
export function withChecks(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${checksTable()}\n\n${END}${after}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = join(import.meta.dirname, '../../docs/doctor.md');
  writeFileSync(page, withChecks(readFileSync(page, 'utf8')));
  process.stdout.write('docs/doctor.md\n');
}
