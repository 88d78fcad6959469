import type { Holding } from './holdings.ts';

const COLUMNS = [
  'person',
  'tenantId',
  'objectId',
  'entitlement',
  'scope',
  'privileged',
  'givenAt',
  'endsAt',
  'approvedBy',
  'isEnding',
  'isOverdue',
  'requestId',
] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string | boolean>>;

function rowOf({ person, who, entitlement, givenAt, endsAt, approvedBy, isEnding, isOverdue, caseId }: Holding): Row {
  return {
    person: who.name,
    tenantId: person.tenantId,
    objectId: person.objectId,
    entitlement: entitlement.name,
    scope: entitlement.scope,
    privileged: entitlement.privileged,
    givenAt,
    endsAt,
    approvedBy: approvedBy.map(({ name, assurance }) => `${name} (${assurance})`).join(', '),
    isEnding,
    isOverdue,
    requestId: caseId,
  };
}

export const jsonOf = (holdings: readonly Holding[]): { readonly now: readonly Row[] } => ({ now: holdings.map(rowOf) });

/** RFC 4180. */
export function csvOf(holdings: readonly Holding[]): string {
  const lines = holdings.map((holding) => {
    const row = rowOf(holding);
    return COLUMNS.map((column) => cell(String(row[column]))).join(',');
  });
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

/** A spreadsheet takes what begins so for a formula, and names come from people. @see https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
