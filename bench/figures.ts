/** One line of the table: a figure of Hallpass beside what it is measured against, from the same run. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly ratio: string;
  readonly goal: string;
  /** `—` where no goal is set. */
  readonly met: 'yes' | 'NO' | '—';
}

/** The smallest value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const ms = (value: number): string =>
  `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')} ms`;
export const times = (ours: number, theirs: number): string => `${(ours / theirs).toFixed(ours / theirs < 10 ? 2 : 1)} ×`;
export const met = (isMet: boolean): Row['met'] => (isMet ? 'yes' : 'NO');

const HEAD: Row = { what: 'what', ours: 'Hallpass', against: 'against', ratio: 'ratio', goal: 'goal', met: '—' };

export function tableOf(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows].map((row, index) => [
    row.what,
    row.ours,
    row.against,
    row.ratio,
    row.goal,
    index === 0 ? 'met' : row.met,
  ]);
  const widths = HEAD_KEYS.map((_, column) => Math.max(...cells.map((cell) => cell[column]?.length ?? 0)));
  const lines = cells.map((cell) => `| ${cell.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

const HEAD_KEYS = Object.keys(HEAD);
