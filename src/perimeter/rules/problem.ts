import type { PathProblem } from '../../config/read-config.ts';

export type Problem = PathProblem;

export const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path, message });

/** Those where it does not hold, as problems. */
export const unless = (holds: boolean, path: readonly PropertyKey[], message: string): readonly Problem[] =>
  holds ? [] : [problem(path, message)];
