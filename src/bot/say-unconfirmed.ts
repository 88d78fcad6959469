import { accessCase } from '../chat/access-case.ts';
import { unconfirmedSentence } from '../chat/projections/outcome.ts';
import { entitlementWords } from '../chat/projections/words.ts';
import type { FactSources } from '../chat/request-facts.ts';
import type { CommandContext } from '../durable/port.ts';
import type { Channels, Surfaces } from './channels.ts';
import { replyToCards } from './reply-to-cards.ts';

/** Edits are silent: that the perimeter has not confirmed a decision or an end is also said beside the requester's message, once each. */
export async function sayUnconfirmed(
  { surfaces, channels, settings }: Pick<FactSources, 'settings'> & { readonly surfaces: Surfaces; readonly channels: Channels },
  context: CommandContext,
): Promise<void> {
  const request = accessCase(context.view());
  const sentence = request && unconfirmedSentence(request);
  if (!request || sentence === undefined) return;
  const { entitlementId } = request.context.request;
  const text = `${entitlementWords(settings.get(entitlementId), entitlementId).name}: ${sentence}`;
  const name = request.status === 'ending' ? 'unconfirmed' : 'unanswered';
  await replyToCards({ surfaces, channels, context, roles: ['requester'], name, text, attempt: 0 });
}
