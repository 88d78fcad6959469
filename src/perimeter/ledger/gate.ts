import { AppError } from '../../access/core/app-error.ts';
import type { CommandHandler } from '../../durable/port.ts';
import type { FreezeDesk } from '../freeze/freeze-desk.ts';
import type { Registrar } from '../registrar.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { DoubtDesk } from './doubt-desk.ts';

/** What stops all giving at once, whatever the guardrails say. Taking never passes here. */
export interface Gate {
  /** The gravest reason first; none: giving goes on. */
  reasons(): readonly Closed[];
  /** A request that nobody knows yet is refused, unless what closes it passes by itself. */
  guard(registrar: Registrar): Registrar;
  /** A command that gives waits while it is closed. */
  wait(handler: CommandHandler): CommandHandler;
}

export interface Closed {
  readonly code: 'ledger.doubtful' | 'perimeter.frozen' | 'clock.skewed' | 'ledger.unchecked';
  /** For operators, and for whoever asked. */
  readonly sentence: string;
}

/** Looked at again soon: a decision is waiting. */
const LOOK_AGAIN_AFTER_MS = 1_000;
const PASSING: readonly Closed['code'][] = ['clock.skewed', 'ledger.unchecked'];

export interface GateParts {
  readonly freezes: Pick<FreezeDesk, 'openFreeze'>;
  readonly doubts: Pick<DoubtDesk, 'openDoubt'>;
  readonly clockWatch: Pick<ClockWatch, 'skewMs'>;
  readonly isLedgerChecked: () => boolean;
}

export function createGate({ freezes, doubts, clockWatch, isLedgerChecked }: GateParts): Gate {
  function reasons(): readonly Closed[] {
    const closed: Closed[] = [];
    if (doubts.openDoubt() !== undefined) closed.push({ code: 'ledger.doubtful', sentence: DOUBTFUL });
    if (freezes.openFreeze() !== undefined) closed.push({ code: 'perimeter.frozen', sentence: FROZEN });
    const skewMs = clockWatch.skewMs();
    if (skewMs !== undefined) closed.push({ code: 'clock.skewed', sentence: skewed(skewMs) });
    if (!isLedgerChecked()) closed.push({ code: 'ledger.unchecked', sentence: UNCHECKED });
    return closed;
  }
  return {
    reasons,
    guard: (registrar) => ({
      ...registrar,
      async register(request) {
        const [closed] = reasons();
        const passes = closed === undefined || PASSING.includes(closed.code);
        if (passes || (await registrar.find(request.requestId)) !== undefined) return registrar.register(request);
        throw new AppError(closed.code, `not registered: ${closed.code}`, { hint: closed.sentence });
      },
    }),
    wait: (handler) => (command, context) => {
      const [closed] = reasons();
      if (closed === undefined) return handler(command, context);
      throw new AppError(closed.code, `waits: ${closed.code}`, {
        hint: closed.sentence,
        retryable: true,
        retryAfterMs: LOOK_AGAIN_AFTER_MS,
      });
    },
  };
}

const DOUBTFUL =
  'The ledger of the perimeter is not the one that was seen before: nothing is given until an operator has run "hallpass perimeter reconcile". Access is ended as ever.';
const UNCHECKED =
  "The ledger has not been compared with Microsoft's records since the start: nothing is given until it is. Access is ended as ever.";
const FROZEN =
  'The perimeter is frozen: nothing is given until two people have signed that it may go on. Access is ended as ever.';

function skewed(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return `The clock of the perimeter is ${seconds} seconds ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's: nothing is given until it is set. Access is ended as ever.`;
}
