import type { PointName } from '../../src/access/core/point.ts';

export type Role = 'bot' | 'perimeter';

export interface Target {
  readonly role: Role;
  readonly point: PointName;
}

const STORE: readonly PointName[] = [
  'store.before-append',
  'store.after-append',
  'store.after-fsync',
  'store.before-checkpoint-rename',
  'store.after-checkpoint-rename',
  'store.text-written',
  'command.before-run',
  'command.before-finish',
];
const PERIMETER: readonly PointName[] = [
  ...STORE,
  'give.before-write',
  'give.after-write',
  'take.before-write',
  'take.after-write',
];
const BOT: readonly PointName[] = [
  ...STORE,
  'register.before-call',
  'register.after-call',
  'decide.before-call',
  'decide.after-call',
  'end.before-call',
  'end.after-call',
  'cards.before-post',
  'cards.after-post',
  'feed.before-commit',
  'feed.after-commit',
];

/** Every place of both processes where a kill is wanted. */
export const TARGETS: readonly Target[] = [
  ...PERIMETER.map((point): Target => ({ role: 'perimeter', point })),
  ...BOT.map((point): Target => ({ role: 'bot', point })),
];

export const nameOf = ({ role, point }: Target): string => `${role} ${point}`;

/** A small generator with a 32-bit state: the same seed makes the same run of choices. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `perPoint` kills at each target, in an order that the seed decides. */
export function killPlan(perPoint: number, random: () => number): Target[] {
  const plan = TARGETS.flatMap((target) => Array.from({ length: perPoint }, () => ({ target, order: random() })));
  return plan.toSorted((a, b) => a.order - b.order).map(({ target }) => target);
}
