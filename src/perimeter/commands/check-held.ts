import { AppError } from '../../access/core/app-error.ts';
import { instantOf } from '../../access/core/clock.ts';
import type { CommandHandler, CommandResult } from '../../durable/port.ts';
import type { WriterKind } from '../../../flows/grant.ts';
import { writerOf } from '../access-writer.ts';
import { contextOf } from '../grant-flow.ts';
import { stillShown, takenJustNow } from '../taken-just-now.ts';
import { settingOf } from '../guardrails.ts';
import type { BudgetBook } from '../guardrails/budget-book.ts';
import type { Judge } from '../guardrails/judge.ts';
import { heldByOther, refused, refusedBy, storeFull } from './answers.ts';
import { currentOrder, type DirectoryParts } from './directory-parts.ts';

export interface CheckParts extends DirectoryParts {
  readonly judge: Judge;
  readonly budgets: BudgetBook;
}

/**
 * Before anything is written: the guardrails once more (time has passed since the registration and the approvals), the way to write, and
 * whether somebody gave the same already.
 */
export function checkHeld(parts: CheckParts): CommandHandler {
  return (_command, context) => check(parts, context);
}

async function check(parts: CheckParts, context: Parameters<CommandHandler>[1]): Promise<CommandResult | undefined> {
  const { config, runtime, writers, judge, budgets, clock } = parts;
  // Withdrawn or lapsed meanwhile: nothing is asked for what nobody will be given.
  if (context.view().status === 'done') return undefined;
  if (runtime.degraded) throw storeFull();
  const order = currentOrder(runtime, context);
  const { opening, ...approved } = contextOf(context.view());
  if (order === undefined || opening.kind !== 'open') return undefined;

  const { registration, target } = opening;
  const setting = settingOf(config, registration.entitlementId);
  if (setting === undefined)
    return refused('guardrail.entitlement', 'This access is no longer in the guardrails of the perimeter.');
  const verdict = await judge.mayGive({ opening, ...approved });
  if (!verdict.permitted) return refusedBy(verdict);

  try {
    let writer: WriterKind = 'pim';
    const readAt = instantOf(clock.now());
    const held = await writerOf(writers, order, 'pim')
      .held(order)
      .catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'directory.not-licensed') throw error;
        writer = 'plain';
        return setting.endsOnlyByHallpass && setting.protected !== true
          ? writerOf(writers, order, 'plain').held(order)
          : undefined;
      });
    if (held === undefined)
      return refused(
        'guardrail.no-native-end',
        'Entra cannot end this by itself here, and the guardrails do not say endsOnlyByHallpass.',
      );
    if (held.length > 0) {
      const taken = takenJustNow(runtime, context.view(), clock);
      if (held.every((id) => taken.has(id))) throw stillShown();
      return heldByOther();
    }
    const room = await budgets.reserve(setting, order.grantId, registration, target);
    return room.permitted ? { events: [{ type: 'directory.absent', readAt, writer }] } : refusedBy(room);
  } catch (error) {
    // Unknown whether it can be given is a refusal; only what may mend itself is asked again.
    if (!(error instanceof AppError) || error.retryable) throw error;
    return refused(error.code, error.hint);
  }
}
