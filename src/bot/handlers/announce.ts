import type { CommandHandler } from '../../durable/port.ts';
import { findingCase, type FindingSources } from '../alert-cards.ts';
import type { Channels, Surfaces } from '../channels.ts';
import { replyToCards } from '../reply-to-cards.ts';

/** A reply beside the alert when it speaks up again: the card itself is edited in silence. */
export function announce({
  runtime,
  surfaces,
  channels,
  words,
}: FindingSources & { readonly surfaces: Surfaces; readonly channels: Channels }): CommandHandler {
  return async (command, context) => {
    const found = findingCase(runtime, context.view());
    if (!found || found.status === 'resolved') return undefined;
    await replyToCards({
      surfaces,
      channels,
      context,
      roles: ['alert'],
      name: `announce/${command.key}`,
      text: words.announcement(found),
      attempt: command.attempt,
    });
    return undefined;
  };
}
