import { provesNothingWritten } from '../../access/core/answered-error.ts';
import { AppError } from '../../access/core/app-error.ts';
import { point } from '../../access/core/point.ts';
import { permit, type Verdict } from '../../access/core/verdict.ts';
import type { Command, CommandContext, CommandHandler, CommandResult } from '../../durable/port.ts';
import type { Assignment, GrantContext } from '../../../flows/grant.ts';
import { type AccessWriter, type Order, writerOf } from '../access-writer.ts';
import { evidenceDigestFor } from '../evidence/evidence-digest.ts';
import { contextOf } from '../grant-flow.ts';
import type { Judge } from '../guardrails/judge.ts';
import { mayHaveArrived, noteWrite, worthLookingForMs } from '../write-trace.ts';
import { gave, heldByOther, refused, refusedBy, storeFull, unclear } from './answers.ts';
import { currentOrder, type DirectoryParts } from './directory-parts.ts';

export interface GiveParts extends DirectoryParts {
  readonly judge: Pick<Judge, 'mayGive'>;
}

/** So long what was judged right before the intent may be written without asking again. */
const JUDGED_FOR_MS = 10_000;

/**
 * Writes one assignment, once: what an earlier try may have written is looked for first, and a refusal ends the grant at once only when
 * it is certain that nothing of ours is there.
 */
export function give(parts: GiveParts): CommandHandler {
  return (command, context) =>
    parts.inFlight.during(command.caseId, async () => (context.signal.aborted ? undefined : write(parts, command, context)));
}

async function write(parts: GiveParts, command: Command, context: CommandContext): Promise<CommandResult | undefined> {
  const current = currentOrder(parts.runtime, context);
  const grant = contextOf(context.view());
  const { intent } = grant;
  if (current === undefined || intent === undefined) return undefined;
  const earlier = mayHaveArrived(context.view());
  const verdict = await judgedAgain(parts, command, grant, intent.readAt);
  if (!verdict.permitted) return earlier ? unclear(verdict.code, `${verdict.reason} ${verdict.hint}`) : refusedBy(verdict);
  // After a start, commands run before the timers that are due: what ended meanwhile is for the taking alone.
  if (parts.clock.now() >= Date.parse(current.endsAt)) return undefined;
  if (parts.runtime.degraded) throw storeFull();
  // Only here: taking away needs no evidence, and must not be held up by it.
  const evidenceDigest = evidenceDigestFor(grant);
  const order: Order = { ...current, ...(evidenceDigest === undefined ? {} : { evidenceDigest }) };
  const writer = writerOf(parts.writers, order, intent.writer);
  try {
    const found = earlier ? await writer.find(order) : undefined;
    return gave(found ?? (await firstTime(parts, context, writer, order)));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.retryable) {
      if (!earlier && provesNothingWritten(error)) await noteWrite(context, 'refused', parts.transportClock);
      throw error;
    }
    if (error.code === 'directory.exists') return earlier ? ourOwn(parts, context, writer, order) : heldByOther();
    const certain = !earlier && provesNothingWritten(error);
    return certain ? refused(error.code, error.hint) : unclear(error.code, error.hint);
  }
}

/** A try that waited, for Graph, for the end of a freeze or for a new process, is judged as what the file and the directory say by now. */
async function judgedAgain(
  { judge, clock }: GiveParts,
  { attempt, redelivered }: Command,
  { opening, ...approved }: GrantContext,
  readAt: string,
): Promise<Verdict> {
  const isFresh = attempt === 0 && !redelivered && clock.now() - Date.parse(readAt) < JUDGED_FOR_MS;
  return isFresh || opening.kind !== 'open' ? permit : judge.mayGive({ opening, ...approved });
}

async function firstTime(
  parts: DirectoryParts,
  context: CommandContext,
  writer: AccessWriter,
  order: Order,
): Promise<Assignment> {
  await noteWrite(context, 'begun', parts.transportClock);
  // Withdrawn while the disk was at work: PIM would keep it for five minutes. Thrown, so that a mere shutdown leaves it to the next process.
  if (context.signal.aborted) throw new AppError('grant.cancelled', 'not wanted any more', { retryable: true });
  point('give.before-write');
  try {
    return await writer.give(order);
  } finally {
    // Also when the answer says "not yet": PIM works on after it.
    point('give.after-write');
  }
}

/** Held by now, and an earlier try may be why: reads may lag behind it, so it is looked for as long as one could. */
async function ourOwn(
  parts: DirectoryParts,
  context: CommandContext,
  writer: AccessWriter,
  order: Order,
): Promise<CommandResult> {
  const found = await writer.find(order);
  if (found !== undefined) return gave(found);
  if (worthLookingForMs(context.view(), parts.transportClock) > 0)
    throw new AppError('directory.settling', 'held, and not yet seen by whom', { retryable: true });
  return unclear('grant.already-held', 'You hold this already. Whatever Hallpass added was taken away again.');
}
