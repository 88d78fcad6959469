import type { Clock } from '../access/core/clock.ts';

/** setTimeout overflows past 24.8 days and a machine may sleep: look again at least this often. */
const LONGEST_SLEEP_MS = 24 * 60 * 60_000;

/** Knows when which case has something due, by the domain clock, and wakes for it. */
export interface DueQueue {
  /** The case has something due then; asking again with another instant adds to it. */
  at(dueMs: number, caseId: string): void;
  start(): void;
  stop(): void;
}

interface Entry {
  readonly dueMs: number;
  readonly caseId: string;
}

/** `onDue` is told each case once per instant; the caller looks up what is really due, so that a stale entry does no harm. */
export function createDueQueue(clock: Clock, onDue: (caseId: string) => void): DueQueue {
  const heap: Entry[] = [];
  let timeout: NodeJS.Timeout | undefined;
  let running = false;
  let stopListening = (): void => undefined;

  const sleep = (): void => {
    clearTimeout(timeout);
    const first = heap[0];
    if (!running || first === undefined) return;
    timeout = setTimeout(wake, Math.min(LONGEST_SLEEP_MS, Math.max(0, first.dueMs - clock.now())));
  };
  const wake = (): void => {
    const now = clock.now();
    const due = new Set<string>();
    for (let first = heap[0]; first !== undefined && first.dueMs <= now; first = heap[0]) {
      due.add(first.caseId);
      removeFirst(heap);
    }
    sleep();
    for (const caseId of due) onDue(caseId);
  };
  return {
    at(dueMs, caseId) {
      const before = heap[0];
      insert(heap, { dueMs, caseId });
      if (heap[0] !== before) sleep();
    },
    start() {
      running = true;
      stopListening = clock.onMoved(wake);
      sleep();
    },
    stop() {
      running = false;
      stopListening();
      clearTimeout(timeout);
    },
  };
}

/** A binary heap: a thousand grants that end in the same second must not cost a sort each. */
function insert(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above.dueMs <= entry.dueMs) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

function removeFirst(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    const child = (heap[right]?.dueMs ?? Infinity) < (heap[left]?.dueMs ?? Infinity) ? right : left;
    const below = heap[child];
    if (below === undefined || below.dueMs >= last.dueMs) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
