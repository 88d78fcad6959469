/** Something in the evidence that cannot be true. One is enough: nothing else in the file is believed then. */
export interface Contradiction {
  /** Stable, for programs. */
  readonly code: string;
  readonly sentence: string;
}

export function isContradiction(value: object): value is Contradiction {
  return 'code' in value && 'sentence' in value;
}

/** How far it went; `pinned` and `anchored` are reached apart from each other, and both rest on `consistent`. */
export type Verdict = 'not verified' | 'consistent' | 'anchored' | 'pinned' | 'anchored and pinned';

export interface Verification {
  readonly verdict: Verdict;
  readonly requestId?: string;
  /** What the file says happened, in words. Worth as much as the verdict. */
  readonly says: readonly string[];
  readonly contradictions: readonly Contradiction[];
  readonly proved: readonly string[];
  readonly notProved: readonly string[];
}
