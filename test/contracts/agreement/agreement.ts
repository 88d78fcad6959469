/** How one table of ours, or one judge from npm, compares with what is published. */
export interface Agreement {
  readonly what: string;
  /** What was compared, in words: `limits`, `values`. */
  readonly of: string;
  readonly compared: number;
  /** Each a sentence that stays the same from run to run. */
  readonly differences: readonly string[];
  /** What cannot be compared, and why. */
  readonly apart?: string;
}

/** A difference that is meant, in differences.json. */
export interface KnownDifference {
  readonly what: string;
  /** The difference, or how it begins. */
  readonly difference: string;
  readonly reason: string;
}

export interface Verdict {
  readonly lines: readonly string[];
  readonly agreed: boolean;
}

/** Counts, and what differs without a listed reason; a listed one that no longer occurs counts as wrong too. */
export function judgeAgreement(agreements: readonly Agreement[], known: readonly KnownDifference[]): Verdict {
  const used = new Set<KnownDifference>();
  const lines: string[] = [];
  let unexplained = 0;
  for (const { what, of, compared, differences, apart } of agreements) {
    const open = differences.filter((difference) => {
      const reason = known.find((one) => one.what === what && difference.startsWith(one.difference));
      if (reason !== undefined) used.add(reason);
      return reason === undefined;
    });
    unexplained += open.length;
    const meant = differences.length - open.length;
    const differing = open.length > 0 ? `, ${open.length} DIFFER` : '';
    lines.push(
      ...open.map((difference) => `DIFFERS ${what}: ${difference}`),
      `${what}: ${compared} ${of} compared${differing}${meant > 0 ? `, ${meant} differ for a listed reason` : ''}`,
      ...(apart === undefined ? [] : [`  ${apart}`]),
    );
  }
  const stale = known.filter((one) => !used.has(one));
  lines.push(...stale.map(({ what, difference }) => `STALE ${what}: ${difference} does not occur any more`));
  return { lines, agreed: unexplained === 0 && stale.length === 0 };
}
