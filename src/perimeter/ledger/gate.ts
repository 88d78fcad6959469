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
  /** A request that nobody knows yet is refused while it is closed for longer than a clock takes to be set. */
  guard(registrar: Registrar): Registrar;
  /** A command that gives waits while it is closed. */
  wait(handler: CommandHandler): CommandHandler;
}

export interface Closed {
  readonly code: 'ledger.doubtful' | 'perimeter.frozen' | 'clock.skewed';
  /** For operators, and for whoever asked. */
  readonly sentence: string;
}

const LOOK_AGAIN_AFTER_MS = 5_000;

export interface GateParts {
  readonly freezes: Pick<FreezeDesk, 'openFreeze'>;
  readonly doubts: Pick<DoubtDesk, 'openDoubt'>;
  readonly clockWatch: Pick<ClockWatch, 'skewMs'>;
}

export function createGate({ freezes, doubts, clockWatch }: GateParts): Gate {
  function reasons(): readonly Closed[] {
    const closed: Closed[] = [];
    if (doubts.openDoubt() !== undefined) closed.push({ code: 'ledger.doubtful', sentence: DOUBTFUL });
    if (freezes.openFreeze() !== undefined) closed.push({ code: 'perimeter.frozen', sentence: FROZEN });
    const skewMs = clockWatch.skewMs();
    if (skewMs !== undefined) closed.push({ code: 'clock.skewed', sentence: skewed(skewMs) });
    return closed;
  }
  return {
    reasons,
    guard: (registrar) => ({
      ...registrar,
      async register(request) {
        const [closed] = reasons();
        if (closed === undefined || closed.code === 'clock.skewed' || (await registrar.find(request.requestId)) !== undefined)
          return registrar.register(request);
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
const FROZEN =
  'The perimeter is frozen: nothing is given until two people have signed that it may go on. Access is ended as ever.';

function skewed(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return `The clock of the perimeter is ${seconds} seconds ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's: nothing is given until it is set. Access is ended as ever.`;
}
