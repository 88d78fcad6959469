import type { Clock } from '../access/core/clock.ts';
import type { Log } from '../observe/log.ts';
import { postToAlarm } from './commands/sound-alarm.ts';

/** Alarms about the process itself, which no case of the ledger stands for. Sent until the address has taken them. */
export interface StandingAlarms {
  /** Sounds now, and every half hour until it is cleared. */
  raise(kind: string, text: string): void;
  clear(kind: string): void;
  /** Sounds until it was heard once. */
  once(kind: string, text: string): void;
  /** Sends what is due; called every few seconds by whoever keeps time. */
  round(): Promise<void>;
}

const AGAIN_AFTER_MS = 30 * 60_000;

interface Standing {
  readonly text: string;
  readonly isOnce: boolean;
  dueMs: number;
}

export function createStandingAlarms(url: string, transportClock: Clock, log: Log): StandingAlarms {
  const standing = new Map<string, Standing>();
  const add = (kind: string, text: string, isOnce: boolean): void => {
    const known = standing.get(kind);
    if (known !== undefined && !isOnce) return;
    standing.set(kind, { text, isOnce, dueMs: 0 });
    log.error({ alarm: kind }, text);
  };
  return {
    raise: (kind, text) => add(kind, text, false),
    once: (kind, text) => add(kind, text, true),
    clear: (kind) => void standing.delete(kind),
    async round() {
      for (const [kind, one] of standing) {
        if (transportClock.now() < one.dueMs) continue;
        try {
          await postToAlarm(url, { text: `Hallpass: ${one.text}`, kind });
          one.dueMs = transportClock.now() + AGAIN_AFTER_MS;
          if (one.isOnce && standing.get(kind) === one) standing.delete(kind);
        } catch (err) {
          log.error({ err, alarm: kind }, 'the alarm could not be sounded; it is tried again');
        }
      }
    },
  };
}
