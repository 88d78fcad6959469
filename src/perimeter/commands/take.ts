import { AppError } from '../../access/core/app-error.ts';
import { instantOf } from '../../access/core/clock.ts';
import type { CaseView, CommandHandler } from '../../durable/port.ts';
import { type Order, writerOf } from '../access-writer.ts';
import { contextOf } from '../grant-flow.ts';
import { sweptEnd } from '../swept.ts';
import { mayArriveForMs, mayHaveArrived } from '../write-trace.ts';
import { sleepUntil } from '../sleep-until.ts';
import { leftAlone } from './answers.ts';
import { currentOrder, type DirectoryParts } from './directory-parts.ts';

/** Takes away, until reading says that it is gone and nothing of ours can turn up any more. Thrown errors mean: again, without limit. */
export function take(parts: DirectoryParts): CommandHandler {
  return async (command, context) => {
    await parts.inFlight.settled(command.caseId);
    const order = currentOrder(parts.runtime, context);
    const end =
      order === undefined
        ? 'gone'
        : await takeAway(parts, context.view(), order).catch((error: unknown) =>
            laterOnDomainClock(parts, context.signal, error),
          );
    if (end === 'left') return leftAlone();
    return { events: [{ type: 'directory.gone', confirmedAt: instantOf(parts.clock.now()) }] };
  };
}

/** Entra's five minutes pass on its own clock. Where ours can be moved, for trying out, the wait is on that clock and not on the machine's. */
async function laterOnDomainClock({ config, clock }: DirectoryParts, signal: AbortSignal, error: unknown): Promise<never> {
  const waits = config.domainClock !== undefined && error instanceof AppError && error.code === 'directory.too-early';
  if (!waits) throw error;
  await sleepUntil(clock, clock.now() + (error.retryAfterMs ?? 0), signal);
  throw new AppError(error.code, error.message, { cause: error, retryable: true });
}

export type TakingParts = Pick<DirectoryParts, 'writers' | 'transportClock'>;

/**
 * Also the sweep's way for a case whose flow is stuck. `left`: what is there is somebody else's.
 * @throws {AppError} `directory.*` while it is not gone
 */
export async function takeAway({ writers, transportClock }: TakingParts, view: CaseView, order: Order): Promise<'gone' | 'left'> {
  const swept = sweptEnd(view);
  if (swept !== undefined) return swept;
  const { intent, assignment } = contextOf(view);
  if (intent === undefined) return 'gone';
  // No trace of a write: none was ever begun, and whatever is there is not ours.
  if (assignment === undefined && !mayHaveArrived(view)) return 'gone';
  const { found, theirs = false } = await writerOf(writers, order, intent.writer).take(order);
  if (found && !theirs) return 'gone';
  // Also when its answer named what was written: a reader, and a removal too, may not know yet what was given a moment ago.
  const wait = mayArriveForMs(view, transportClock);
  if (wait > 0) {
    throw new AppError('directory.settling', 'nothing of ours is there, but what was written may still turn up', {
      retryable: true,
      retryAfterMs: Math.min(wait, 5_000),
    });
  }
  return theirs ? 'left' : 'gone';
}
