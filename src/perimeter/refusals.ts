import { refusals, type RefusalsEvent } from '../../flows/refusals.ts';
import { type Clock, instantOf } from '../access/core/clock.ts';
import type { Actor, Flow, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import type { CallKind } from './caller-limits.ts';
import { GRANT_FLOW } from './grant-flow.ts';

export const REFUSALS_FLOW = 'refusals';
export const refusalsFlow: Flow = { machine: refusals, commands: {} };

export interface Refused {
  readonly code: string;
  readonly call: CallKind | 'page' | 'sign-in';
  /** What the address names, known or not. */
  readonly requestId?: string | undefined;
}

/** What was refused at the door or on the page becomes durable, in numbers, some time after the answer. */
export interface RefusalBook {
  /** Never throws, never waits: whoever floods us must not make the answer slower. */
  note(refused: Refused): void;
  close(): void;
}

/** Milliseconds of real time. Whoever is refused could fill the disk otherwise: at most 240 entries of some 600 bytes an hour. */
const SAME_EVERY_MS = 60_000;
const WINDOW_MS = 10 * 60_000;
const IN_WINDOW = 40;
const LOOK_EVERY_MS = 2_000;
const PERIMETER: Actor = { kind: 'system', name: 'perimeter' };

type Count = Omit<RefusalsEvent, 'type' | 'at'>;

/**
 * The first refusal of a kind is written at once, later ones as one entry a minute. What waits is counted in memory, one number for each code
 * and kind of call, both of which are ours: a kill loses it. While the disk is full nothing is written.
 */
export function createRefusalBook(
  { runtime, clock, log }: { readonly runtime: Runtime; readonly clock: Clock; readonly log: Log },
  nowMs = () => performance.now(),
): RefusalBook {
  /** Whoever waits longest comes first. */
  const waiting = new Map<string, Count>();
  let written: readonly { readonly key: string; readonly ms: number }[] = [];
  let isWriting = false;

  async function write({ requestId = '', ...count }: Count): Promise<void> {
    const about = runtime.read(requestId)?.flow === GRANT_FLOW ? { requestId } : {};
    const [open] = runtime.open(REFUSALS_FLOW);
    const caseId = open?.caseId ?? `refusals${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;
    if (open === undefined) await runtime.begin(REFUSALS_FLOW, caseId, {}, PERIMETER);
    await runtime.send(caseId, { type: 'refused', ...count, ...about }, PERIMETER);
  }

  async function look(): Promise<void> {
    for (const [key, count] of waiting) {
      const ms = nowMs();
      written = written.filter((one) => ms - one.ms < WINDOW_MS);
      if (runtime.degraded || written.length >= IN_WINDOW) return;
      if (written.some((one) => one.key === key && ms - one.ms < SAME_EVERY_MS)) continue;
      waiting.delete(key);
      written = [...written, { key, ms }];
      await write(count);
    }
  }

  function lookSoon(): void {
    if (isWriting || waiting.size === 0) return;
    isWriting = true;
    setImmediate(() => {
      look()
        .catch((err: unknown) => log.warn({ err }, 'refusals could not be written into the journal'))
        .finally(() => {
          isWriting = false;
        });
    });
  }

  const timer = setInterval(lookSoon, LOOK_EVERY_MS).unref();
  return {
    note({ code, call, requestId }) {
      const key = `${code} ${call}`;
      const at = instantOf(clock.now());
      const { count, firstAt } = waiting.get(key) ?? { count: 0, firstAt: at };
      const named = requestId === undefined ? {} : { requestId };
      waiting.set(key, { code, call, count: count + 1, firstAt, lastAt: at, ...named });
      if (count === 0) lookSoon();
    },
    close: () => clearInterval(timer),
  };
}
