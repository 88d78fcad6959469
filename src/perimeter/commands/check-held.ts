import { AppError } from '../../access/core/app-error.ts';
import { instantOf } from '../../access/core/clock.ts';
import type { CommandHandler, CommandResult } from '../../durable/port.ts';
import type { WriterKind } from '../../../flows/grant.ts';
import { writerOf } from '../access-writer.ts';
import { contextOf } from '../grant-flow.ts';
import { stillShown, takenJustNow } from '../taken-just-now.ts';
import { groupsAskedFor, mayReceive, mayStillGive } from '../guardrails.ts';
import { heldByOther, refused, storeFull } from './answers.ts';
import { currentOrder, type DirectoryParts } from './directory-parts.ts';

/**
 * Before anything is written: the guardrails once more (time has passed since the registration), the way to write, and whether somebody
 * gave the same already.
 */
export function checkHeld(parts: DirectoryParts): CommandHandler {
  return (_command, context) => check(parts, context);
}

async function check(parts: DirectoryParts, context: Parameters<CommandHandler>[1]): Promise<CommandResult | undefined> {
  const { config, runtime, writers, people, clock } = parts;
  if (runtime.degraded) throw storeFull();
  const order = currentOrder(runtime, context);
  const { opening } = contextOf(context.view());
  if (order === undefined || opening.kind !== 'open') return undefined;

  const { registration } = opening;
  const setting = config.entitlements.find(({ id }) => id === registration.entitlementId);
  if (setting === undefined)
    return refused('guardrail.entitlement', 'This access is no longer in the guardrails of the perimeter.');
  const still = mayStillGive(registration, opening.target, config);
  if (!still.permitted) return refused(still.code, `${still.reason} ${still.hint}`);
  const verdict = mayReceive(setting, registration.principal, await people.factsOf(order.principalId, groupsAskedFor(setting)));
  if (!verdict.permitted) return refused(verdict.code, verdict.hint);

  try {
    let writer: WriterKind = 'pim';
    const readAt = instantOf(clock.now());
    const held = await writerOf(writers, order, 'pim').held(order).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'directory.not-licensed') throw error;
      writer = 'plain';
      return setting.endsOnlyByHallpass ? writerOf(writers, order, 'plain').held(order) : undefined;
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
    return { events: [{ type: 'directory.absent', readAt, writer }] };
  } catch (error) {
    // Unknown whether it can be given is a refusal; only what may mend itself is asked again.
    if (!(error instanceof AppError) || error.retryable) throw error;
    return refused(error.code, error.hint);
  }
}
