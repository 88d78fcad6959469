import { instantOf } from '../../access/core/clock.ts';

export type FarEndName = 'login' | 'graph' | 'arm' | 'slack' | 'teams';

/**
 * `throttled` 429 with Retry-After · `internal` 500 · `unavailable` 503 with Retry-After · `reset` connection closed before
 * anything was done · `lost` done, but the connection closed before the answer · `slow` right answer, late · `stale` right
 * answer of a while ago (reads only).
 */
export type FaultKind = 'throttled' | 'internal' | 'unavailable' | 'reset' | 'lost' | 'slow' | 'stale';
export const FAULT_KINDS: readonly FaultKind[] = ['throttled', 'internal', 'unavailable', 'reset', 'lost', 'slow', 'stale'];

export interface FaultRule {
  /** Left out: every far end. */
  readonly farEnds?: readonly FarEndName[];
  readonly method?: string;
  /** Matched on the path with its query. */
  readonly path?: RegExp;
  /** 0 to 1: the share of matching calls that get a fault. */
  readonly rate: number;
  readonly kinds?: readonly FaultKind[];
  readonly retryAfterSeconds?: number;
  readonly slowMs?: number;
  readonly staleMs?: number;
  /** The rule is spent after so many faults. */
  readonly times?: number;
}

export interface ImposedFault {
  /** By the transport clock. */
  readonly at: string;
  readonly farEnd: FarEndName;
  readonly method: string;
  readonly path: string;
  readonly kind: FaultKind | 'offline';
  /** How long this alone keeps a caller that obeys from succeeding: Retry-After, lateness or staleness; 0 otherwise. */
  readonly delayMs: number;
}

export interface FaultableCall {
  readonly farEnd: FarEndName;
  readonly method: string;
  readonly path: string;
  /** Only reads can be stale; some of them are POST. */
  readonly isRead: boolean;
}

export interface PickedFault {
  readonly kind: FaultKind;
  readonly retryAfterSeconds: number;
  readonly slowMs: number;
  readonly staleMs: number;
}

export interface FaultSwitch {
  readonly id: string;
  readonly label: string;
  readonly on: boolean;
}

export interface Faults {
  /** Adds a rule; the first rule that matches and draws a fault wins. Returns how to take it back. */
  add(rule: FaultRule): () => void;
  /** Takes back every rule, switch and outage. Log and counts stay. */
  clear(): void;
  /** Starts the sequence of random draws again: the same seed and the same calls give the same faults. */
  seed(value: number): void;
  /** Every call is cut off at once until it is switched on again. */
  setOffline(farEnd: FarEndName, offline: boolean): void;
  isOffline(farEnd: FarEndName): boolean;
  /** Every read of Graph and ARM answers as it was this long ago; 0 ends it. */
  setStaleness(ms: number): void;
  readonly stalenessMs: number;
  readonly switches: readonly FaultSwitch[];
  /** @throws {RangeError} an id that is not among `switches` */
  turn(id: string, on: boolean): void;
  readonly log: readonly ImposedFault[];
  counts(): Readonly<Record<string, number>>;
  onChange(listener: () => void): () => void;
  /** For the servers: which fault this call gets, if any. */
  pick(call: FaultableCall): PickedFault | undefined;
  /** For the servers: writes down what was done to a call. */
  note(fault: Omit<ImposedFault, 'at'>): void;
}

const MICROSOFT: readonly FarEndName[] = ['graph', 'arm'];
const SWITCHES: readonly { id: string; label: string; rules?: readonly FaultRule[]; offline?: FarEndName; staleMs?: number }[] = [
  { id: 'failing', label: '30 % of the calls to Graph and ARM fail', rules: [{ farEnds: MICROSOFT, rate: 0.3 }] },
  {
    id: 'slow',
    label: 'Graph and ARM answer two seconds late',
    rules: [{ farEnds: MICROSOFT, rate: 1, kinds: ['slow'], slowMs: 2_000 }],
  },
  { id: 'stale', label: 'Graph and ARM show what was true five seconds ago', staleMs: 5_000 },
  { id: 'graph-offline', label: 'Microsoft Graph cannot be reached', offline: 'graph' },
  { id: 'arm-offline', label: 'Azure Resource Manager cannot be reached', offline: 'arm' },
  { id: 'login-offline', label: 'Entra sign-in cannot be reached', offline: 'login' },
];
const LOG_KEPT = 50_000;

export function createFaults(now: () => number): Faults {
  let rules: { rule: FaultRule; left: number }[] = [];
  let random = mulberry32(1);
  let staleness = 0;
  const offline = new Set<FarEndName>();
  const turned = new Map<string, () => void>();
  const log: ImposedFault[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const faults: Faults = {
    add(rule) {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.push(entry);
      return () => {
        rules = rules.filter((other) => other !== entry);
      };
    },
    clear() {
      rules = [];
      turned.clear();
      offline.clear();
      staleness = 0;
      changed();
    },
    seed(value) {
      random = mulberry32(value);
    },
    setOffline(farEnd, isOff) {
      if (isOff) offline.add(farEnd);
      else offline.delete(farEnd);
      changed();
    },
    isOffline: (farEnd) => offline.has(farEnd),
    setStaleness(ms) {
      staleness = ms;
      changed();
    },
    get stalenessMs() {
      return staleness;
    },
    get switches() {
      return SWITCHES.map(({ id, label }) => ({ id, label, on: turned.has(id) }));
    },
    turn(id, on) {
      const preset = SWITCHES.find((other) => other.id === id);
      if (preset === undefined) throw new RangeError(`no fault is called ${id}`);
      turned.get(id)?.();
      turned.delete(id);
      if (on) turned.set(id, switchOn(faults, preset));
      changed();
    },
    log,
    counts: () =>
      Object.fromEntries(
        Map.groupBy(log, (fault) => `${fault.farEnd} ${fault.kind}`)
          .entries()
          .map(([key, all]) => [key, all.length]),
      ),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    pick(call) {
      for (const entry of rules) {
        if (entry.left < 1 || !matches(entry.rule, call) || random() >= entry.rule.rate) continue;
        const kinds = (entry.rule.kinds ?? FAULT_KINDS).filter((kind) => kind !== 'stale' || call.isRead);
        const kind = kinds[Math.floor(random() * kinds.length)];
        if (kind === undefined) continue;
        entry.left -= 1;
        const { retryAfterSeconds = 1, slowMs = 300, staleMs = 1_000 } = entry.rule;
        return { kind, retryAfterSeconds, slowMs, staleMs };
      }
      return undefined;
    },
    note(fault) {
      log.push({ at: instantOf(now()), ...fault });
      if (log.length > LOG_KEPT) log.splice(0, log.length - LOG_KEPT);
    },
  };
  return faults;
}

function switchOn(faults: Faults, preset: (typeof SWITCHES)[number]): () => void {
  const undo = (preset.rules ?? []).map((rule) => faults.add(rule));
  if (preset.offline !== undefined) faults.setOffline(preset.offline, true);
  if (preset.staleMs !== undefined) faults.setStaleness(preset.staleMs);
  return () => {
    for (const takeBack of undo) takeBack();
    if (preset.offline !== undefined) faults.setOffline(preset.offline, false);
    if (preset.staleMs !== undefined) faults.setStaleness(0);
  };
}

function matches(rule: FaultRule, call: FaultableCall): boolean {
  if (rule.farEnds !== undefined && !rule.farEnds.includes(call.farEnd)) return false;
  if (rule.method !== undefined && rule.method !== call.method) return false;
  return rule.path === undefined || rule.path.test(call.path);
}

/** A small generator with a 32-bit state: good enough to spread faults, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
