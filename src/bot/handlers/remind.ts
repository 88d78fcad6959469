import type { CommandHandler } from '../../durable/port.ts';
import { accessCase } from '../../chat/access-case.ts';
import { requestFacts, type FactSources } from '../../chat/request-facts.ts';
import { requestView } from '../../chat/projections/request-view.ts';
import { duration } from '../../chat/projections/words.ts';
import type { Channels, Surfaces } from '../channels.ts';
import { replyToCards } from '../reply-to-cards.ts';

/** A reply beside each card that waits for an approver. A crash between a reply and its link may repeat that reply. */
export function remind({
  surfaces,
  channels,
  ...sources
}: FactSources & { readonly surfaces: Surfaces; readonly channels: Channels }): CommandHandler {
  return async (command, context) => {
    const request = accessCase(context.view());
    if (request?.status !== 'pending') return undefined;
    const view = requestView(await requestFacts(sources, request, true));
    const text = `Still waiting for a decision: ${view.entitlement.name} for ${duration(view.durationMinutes)}, asked by ${view.requester.name}.`;
    await replyToCards({
      surfaces,
      channels,
      context,
      roles: ['approvers', 'direct'],
      name: `remind/${command.key}`,
      text,
      attempt: command.attempt,
    });
    return undefined;
  };
}
