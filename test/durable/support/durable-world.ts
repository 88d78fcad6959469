import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { assign, setup } from 'xstate';
import { effect } from '../../../src/access/core/effect.ts';
import type { Clock } from '../../../src/access/core/clock.ts';
import type { Actor, CommandHandler, Flow, Runtime } from '../../../src/durable/port.ts';
import { openRuntime, type RuntimeOptions } from '../../../src/durable/runtime.ts';
import type { Log } from '../../../src/observe/log.ts';

export const START = Date.parse('2026-03-01T08:00:00.000Z');
export const MINUTE = 60_000;
export const bot: Actor = { kind: 'system', name: 'bot' };
export const silent: Log = pino({ level: 'silent' });

export interface VirtualClock extends Clock {
  advance(ms: number): void;
}

export function virtualClock(startMs = START): VirtualClock {
  const listeners = new Set<() => void>();
  let nowMs = startMs;
  return {
    now: () => nowMs,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    advance(ms) {
      nowMs += ms;
      for (const listener of listeners) listener();
    },
  };
}

/** What was logged, for promises about what an operator is told. */
export function recordingLog(): Log & { readonly lines: readonly Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return Object.assign(log, { lines });
}

type DoorEvent =
  | { readonly type: 'open'; readonly at: string }
  | { readonly type: 'stay'; readonly at: string; readonly note: string }
  | { readonly type: 'knock'; readonly at: string }
  | { readonly type: 'wave'; readonly at: string }
  | { readonly type: 'break'; readonly at: string }
  | { readonly type: 'never'; readonly at: string }
  | { readonly type: 'lock'; readonly at: string };

interface DoorContext {
  readonly minutes: number;
  readonly notes: readonly string[];
  readonly openedAt?: string;
}

/** A small flow with everything in it: delays from context and event, effects, facts that are listed, left out, or throw. */
export const door = setup({
  types: { input: {} as { readonly minutes: number; readonly at: string }, context: {} as DoorContext, events: {} as DoorEvent },
  delays: {
    patience: ({ context }) => context.minutes * MINUTE,
    halfway: ({ context }) => (context.minutes * MINUTE) / 2,
    nonsense: () => Number.NaN,
  },
  actions: {
    ring: effect,
    show: effect,
    wave: effect,
    close: effect,
    noteOpened: assign(({ event }) => ({ openedAt: event.at })),
    noteStay: assign({ notes: ({ context, event }) => (event.type === 'stay' ? [...context.notes, event.note] : context.notes) }),
    breakDown: assign(() => {
      throw new Error('the hinge broke');
    }),
  },
}).createMachine({
  id: 'door',
  version: '1',
  context: ({ input }) => ({ minutes: input.minutes, notes: [] }),
  initial: 'shut',
  states: {
    shut: {
      entry: ['ring', 'show'],
      after: { halfway: { actions: 'wave' }, patience: 'locked' },
      on: {
        wave: { actions: 'wave' },
        open: { target: 'ajar', actions: 'noteOpened' },
        knock: {},
        stay: { actions: ['noteStay', 'show'] },
        break: { actions: 'breakDown' },
      },
    },
    ajar: {
      entry: 'show',
      after: { patience: { target: 'shut' } },
      on: { lock: 'locked', never: 'waitingForNever', stay: { actions: 'noteStay' }, open: {} },
    },
    waitingForNever: { after: { nonsense: 'locked' } },
    locked: { entry: ['close', 'show'], type: 'final' },
  },
});

export const doorFlow: Flow = {
  machine: door,
  commands: {
    ring: { lane: 'bell' },
    show: { lane: 'cards', coalesces: true },
    wave: { lane: 'cards' },
    close: { lane: 'bell', cancels: ['ring'] },
  },
  columns: (context) => ({ openedAt: (context as DoorContext).openedAt ?? null }),
};

export const idle: CommandHandler = () => Promise.resolve(undefined);
export const idleDoor: Readonly<Record<string, CommandHandler>> = { ring: idle, show: idle, wave: idle, close: idle };

export interface Bench {
  readonly clock: VirtualClock;
  open(change?: Partial<RuntimeOptions>): Promise<Runtime>;
  /** Closes what is open and removes what it kept. */
  clear(): Promise<void>;
}

export interface Workbench extends Bench {
  readonly folder: string;
}

export function workbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-durable-'));
  const clock = virtualClock();
  const opened: Runtime[] = [];
  return {
    folder,
    clock,
    async open(change = {}) {
      const { limits, ...rest } = change;
      const runtime = await openRuntime({
        flows: [doorFlow],
        folder,
        clock,
        log: silent,
        ...rest,
        limits: { reserveBytes: 0, closeGraceMs: 200, ...limits },
      });
      opened.push(runtime);
      return runtime;
    },
    async clear() {
      for (const runtime of opened) await runtime.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the runtime committed a line for which `until` holds, or already had. */
export async function committed(runtime: Runtime, until: () => boolean): Promise<void> {
  if (until()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = runtime.onCommit(() => {
    if (until()) resolve();
  });
  await promise;
  stop();
}
