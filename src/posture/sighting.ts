import type { CouldNotCheckDetail, FindingDetail } from './finding-detail.ts';

/** One thing that a check saw. */
export interface Sighting<D extends FindingDetail = FindingDetail> {
  /** Stable between scans: one finding a subject. */
  readonly subjectId: string;
  /** How urgent, growing. */
  readonly rung: number;
  /** False: it only keeps an open finding up to date, and begins none. */
  readonly raise: boolean;
  readonly detail: D;
}

/** Why a check could not be made, and what would mend it. */
export type Blind = Pick<CouldNotCheckDetail, 'code' | 'reason' | 'todo' | 'command'> & {
  /** True when it may pass by itself: said only after it has lasted. */
  readonly passing: boolean;
};

export interface Look {
  readonly sightings: readonly Sighting[];
  /** Absent only when everything was seen: then, and only then, what is not among the sightings is gone. */
  readonly blind?: Blind;
}

export interface LookContext {
  /** What the open finding of this subject knows. */
  previous(subjectId: string): { readonly rung: number; readonly detail: FindingDetail | undefined } | undefined;
  readonly signal: AbortSignal;
}

/** One collector with its check. Throws only what is unforeseen, which counts as blind. */
export interface Watch {
  readonly checkId: CouldNotCheckDetail['what'];
  look(context: LookContext): Promise<Look>;
}
