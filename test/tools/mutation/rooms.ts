import { readFileSync } from 'node:fs';

/** What is changed on purpose, by what it is for. Whole files; of some, from one line to another (the lines are looked up by their text). */
export const ROOMS = {
  guardrails: [
    'src/perimeter/guardrails.ts',
    'src/perimeter/guardrails/budget-book.ts',
    'src/perimeter/guardrails/budgets.ts',
    'src/perimeter/guardrails/group-standing.ts',
    'src/perimeter/guardrails/judge.ts',
    'src/perimeter/guardrails/known-roles.ts',
    'src/perimeter/guardrails/look-at-groups.ts',
    'src/perimeter/guardrails/may-approve.ts',
    'src/perimeter/guardrails/may-receive.ts',
    'src/perimeter/guardrails/owned-bot.ts',
    'src/perimeter/guardrails/protected-set.ts',
    'src/perimeter/guardrails/refuse-unsafe-groups.ts',
    'src/perimeter/guardrails/same-human.ts',
    'src/perimeter/guardrails/still-approved.ts',
    'src/perimeter/guardrails/too-many-wait.ts',
    'src/perimeter/rules/entitlement-rules.ts',
    'src/perimeter/rules/named-people.ts',
    'src/perimeter/rules/people-rules.ts',
    'src/perimeter/rules/protected-rules.ts',
    part('src/perimeter/perimeter-config.ts', '/** What the entitlement gives;'),
    'src/access/core/approvals.ts',
    'src/access/core/person.ts',
    'src/access/core/target.ts',
  ],
  tokens: [
    'src/access/core/canonical.ts',
    'src/access/core/statement.ts',
    'src/identity/id-token.ts',
    'src/identity/id-token-refusal.ts',
    'src/identity/id-token-signature.ts',
    'src/perimeter/caller-token.ts',
    'src/perimeter/evidence/evidence-digest.ts',
    'src/perimeter/evidence/evidence-file.ts',
    'src/perimeter/evidence/evidence-record.ts',
    'src/perimeter/evidence/journal-story.ts',
    'src/perimeter/evidence/outside-record.ts',
    'src/perimeter/evidence/record-match.ts',
    'src/perimeter/evidence/remarks.ts',
    'src/perimeter/evidence/told-by-journal.ts',
    'src/perimeter/evidence/verify.ts',
    'src/perimeter/evidence/verify-act.ts',
  ],
  ledger: [
    'src/perimeter/ledger/clock-watch.ts',
    'src/perimeter/ledger/doubt-desk.ts',
    'src/perimeter/ledger/drift-watch.ts',
    'src/perimeter/ledger/gate.ts',
    'src/perimeter/ledger/ledger-check.ts',
    'src/perimeter/ledger/own-records.ts',
    'src/perimeter/ledger/seen-heads.ts',
    'src/perimeter/ledger/sound-doubt.ts',
    'src/perimeter/reconcile/plan.ts',
    'src/perimeter/swept.ts',
    'flows/doubt.ts',
    'flows/freeze.ts',
    part('flows/grant.ts', 'const MINUTE_MS', '}).createMachine({'),
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The quick tests of these rooms: no other process, and no Microsoft of the playground. */
export const MUTATION_TESTS = [
  'test/access/core/*.test.ts',
  'test/identity/{id-token,caller-token}*.test.ts',
  'test/perimeter/guardrails/!(in-the-tenant|groups-in-the-tenant).test.ts',
  'test/perimeter/evidence/!(from-the-page|every-change).test.ts',
  'test/perimeter/ledger/*.test.ts',
  'test/perimeter/{guardrails,caller-token,clock-watch,load-perimeter-config*,reconcile-plan*,swept}.test.ts',
];

function part(file: string, from: string, to?: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = (text: string) => lines.findIndex((line) => line.startsWith(text)) + 1;
  return `${file}:${at(from)}-${to === undefined ? lines.length : at(to)}`;
}
