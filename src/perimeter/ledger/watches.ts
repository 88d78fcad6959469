import type { CommandHandler } from '../../durable/port.ts';
import { type Control, createControl } from '../freeze/control.ts';
import { createFreezeDesk, type FreezeDesk } from '../freeze/freeze-desk.ts';
import { soundFreeze } from '../freeze/sound-freeze.ts';
import type { Judge } from '../guardrails/judge.ts';
import type { PerimeterParts } from '../assemble.ts';
import { createStandingAlarms } from '../standing-alarms.ts';
import type { Sweep } from '../sweep.ts';
import { createDoubtDesk } from './doubt-desk.ts';
import { type DriftWatch, startDriftWatch } from './drift-watch.ts';
import { createGate, type Gate } from './gate.ts';
import { type LedgerCheck, startLedgerCheck } from './ledger-check.ts';
import { createSeenHeads, type SeenHeads } from './seen-heads.ts';
import { soundDoubt } from './sound-doubt.ts';

/** What watches over the ledger, the clock and what was given, and may stop all giving at once. */
export interface Watches {
  readonly gate: Gate;
  readonly freezes: FreezeDesk;
  readonly seenHeads: SeenHeads;
  readonly handlers: Readonly<Record<string, CommandHandler>>;
  /** After the runtime runs. */
  start(sweep: Sweep): {
    readonly control: Control;
    readonly drift: DriftWatch;
    readonly check: Pick<LedgerCheck, 'problem'>;
    stop(): void;
  };
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

export function createWatches(parts: PerimeterParts, judge: Judge): Watches {
  const { config, runtime, clockWatch, transportClock, log, people } = parts;
  const freezes = createFreezeDesk({ runtime, mayUnfreeze: (person, before) => judge.mayUnfreeze(person, before) });
  const doubts = createDoubtDesk(runtime);
  const alarms = createStandingAlarms(config.alarm.url, transportClock, log);
  let check: LedgerCheck | undefined;
  const gate = createGate({ freezes, doubts, clockWatch, isLedgerChecked: () => check?.isDone === true });

  /** Whoever does not give asks nothing of Microsoft either, and would never hear that its clock is right again. */
  async function watchClock(): Promise<void> {
    const skewed = gate.reasons().find(({ code }) => code === 'clock.skewed');
    if (skewed === undefined) alarms.clear('clock.skewed');
    else {
      alarms.raise('clock.skewed', skewed.sentence);
      await people.factsOf(NOBODY, []).catch(() => undefined);
    }
    await alarms.round();
  }

  return {
    gate,
    freezes,
    seenHeads: createSeenHeads(runtime, doubts),
    handlers: { soundFreeze: soundFreeze(runtime, config.alarm.url), soundDoubt: soundDoubt(config.alarm.url) },
    start(sweep) {
      const checking = startLedgerCheck({ ...parts, doubts });
      check = checking;
      const drift = startDriftWatch({ ...parts, everyMinutes: config.driftEveryMinutes });
      const timer = setInterval(() => void watchClock(), config.sweepEverySeconds * 1_000).unref();
      return {
        drift,
        check: checking,
        control: createControl({ runtime, freezes, sweep, alarms }),
        stop() {
          clearInterval(timer);
          checking.stop();
          drift.stop();
        },
      };
    },
  };
}
