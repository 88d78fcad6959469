import type { Clock } from '../access/core/clock.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { codeOf } from '../access/core/app-error.ts';
import type { WriterKind } from '../../flows/grant.ts';
import type { Order } from './access-writer.ts';
import { takeAway, type TakingParts } from './commands/take.ts';
import { contextOf, GRANT_FLOW, orderOf, stateNameOf } from './grant-flow.ts';
import type { InFlight } from './in-flight.ts';
import { SWEPT, sweptEnd } from './swept.ts';

/**
 * Ends do not hang on a machine: every round looks at the ledger's own column, besides the flow's timers. What is due is told to its flow;
 * a case whose flow is stuck (poisoned) is taken away directly, until reading says that it is gone.
 */
export interface Sweep {
  /** One round; resolves when everything it began has ended. */
  round(): Promise<void>;
  /** Takes a stuck grant away before its end has come. What fails is tried again when it has. */
  endNow(grantId: string): Promise<void>;
  stop(): void;
}

export interface SweepParts extends TakingParts {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Log;
  readonly everySeconds: number;
  readonly inFlight: InFlight;
  /** The perimeter's own alarm, for what no flow reports any more. */
  readonly soundAlarm: (stuck: Stuck) => Promise<void>;
}

export interface Stuck {
  readonly grantId: string;
  readonly order: Order;
  readonly writer: WriterKind;
  readonly tries: number;
  readonly code: string;
}

/** As in flows/grant.ts. */
export const ALARM_AFTER_MS = 6 * 60_000;
const ALARM_AGAIN_AFTER_MS = 30 * 60_000;

const GIVES = ['checkHeld', 'give'];
const WAITS_FOR_END = ['checking', 'giving', 'active'];

export function startSweep(parts: SweepParts): Sweep {
  const { runtime, clock, log } = parts;
  const busy = new Set<string>();
  const stuck = new Map<string, { tries: number; alarmDueMs: number }>();
  let stopped = false;

  async function look(view: CaseView): Promise<void> {
    const endsAt = view.columns['endsAt'];
    if (typeof endsAt !== 'string' || Date.parse(endsAt) > clock.now() || busy.has(view.caseId)) return;
    busy.add(view.caseId);
    try {
      if (view.status === 'poisoned') await takeDirectly(view);
      else if (WAITS_FOR_END.includes(stateNameOf(view.state)))
        await runtime.send(view.caseId, { type: 'endsDue' }, { kind: 'system', name: 'sweep' });
    } catch (err) {
      if (!stopped) log.warn({ err, grantId: view.caseId }, 'the sweep could not end a grant; it is tried again next round');
    } finally {
      busy.delete(view.caseId);
    }
  }

  async function takeDirectly({ caseId }: CaseView): Promise<void> {
    // A write may be under way that no command stands for any more.
    await parts.inFlight.settled(caseId);
    const view = runtime.read(caseId);
    const order = view === undefined ? undefined : orderOf(view, '');
    if (view === undefined || order === undefined || sweptEnd(view) !== undefined) return;
    const { intent } = contextOf(view);
    let end: Awaited<ReturnType<typeof takeAway>>;
    try {
      end = await takeAway(parts, view, order);
    } catch (error) {
      if (intent !== undefined) await noteStuck({ grantId: view.caseId, order, writer: intent.writer, code: codeOf(error) });
      throw error;
    }
    stuck.delete(view.caseId);
    // A giving that is still under way may write after this look: not over, and looked at again next round.
    if (runtime.read(view.caseId)?.pending.some(({ name }) => GIVES.includes(name)) === true) return;
    // Also for what was never given: until it is known to be over, it stands in the way of the next request.
    const at = new Date(clock.now()).toISOString();
    await runtime.link(view.caseId, { key: SWEPT, value: end === 'left' ? { leftAt: at } : { confirmedAt: at } });
    log.error(
      { grantId: view.caseId },
      end === 'left'
        ? 'the flow of this grant is stuck; the role was given by somebody else, and stays'
        : 'the flow of this grant is stuck; the sweep saw to it that the access is gone',
    );
  }

  /** The alarm of the flow hangs on the flow: whoever is stuck has none but this. */
  async function noteStuck(seen: Omit<Stuck, 'tries'>): Promise<void> {
    const firstDueMs = Date.parse(seen.order.endsAt) + ALARM_AFTER_MS;
    const one = stuck.get(seen.grantId) ?? { tries: 0, alarmDueMs: firstDueMs };
    stuck.set(seen.grantId, one);
    one.tries += 1;
    if (clock.now() < one.alarmDueMs) return;
    log.error(
      { grantId: seen.grantId, tries: one.tries, code: seen.code },
      'overdue: access is still there, and its flow is stuck',
    );
    try {
      await parts.soundAlarm({ ...seen, tries: one.tries });
      one.alarmDueMs = clock.now() + ALARM_AGAIN_AFTER_MS;
    } catch (err) {
      log.error({ err, grantId: seen.grantId }, 'the alarm could not be sounded; it is tried again next round');
    }
  }

  async function endNow(grantId: string): Promise<void> {
    const view = runtime.read(grantId);
    if (view === undefined || busy.has(grantId)) return;
    busy.add(grantId);
    await takeDirectly(view).finally(() => busy.delete(grantId));
  }

  const round = async (): Promise<void> => {
    if (!stopped) await Promise.all([...runtime.open(GRANT_FLOW)].map(look));
  };
  const timer = setInterval(() => void round(), parts.everySeconds * 1_000);
  const stopListening = clock.onMoved(() => void round());
  void round();
  return {
    round,
    endNow,
    stop() {
      stopped = true;
      clearInterval(timer);
      stopListening();
    },
  };
}
