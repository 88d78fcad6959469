import { createLimits } from '../../src/playground/microsoft/limits.ts';

/** One call to Graph as its published limits count it. */
export interface CountedCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly cost: number;
}

const NOBODY = new URL('https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments');

/**
 * How long after the start each of `count` grants has made its calls, when nothing but Graph's published limits takes time: a virtual clock,
 * every call sent at once, and again when its Retry-After is over. Milliseconds.
 */
export function limitsFloor(count: number, calls: readonly CountedCall[]): readonly number[] {
  let nowMs = 0;
  const limits = createLimits({ now: () => nowMs, onMoved: () => () => undefined });
  return Array.from({ length: count }, () => {
    for (const { method, cost } of calls) {
      for (let spent = limits.graph('bench', method, cost, NOBODY); spent.answer !== undefined; ) {
        nowMs += Number(spent.headers['retry-after']) * 1_000;
        spent = limits.graph('bench', method, cost, NOBODY);
      }
    }
    return nowMs;
  });
}
