import type { Message, PostedMessage } from '../chat/surface.ts';
import type { CardRole } from './card-link.ts';
import { unreadable } from './channel-looks.ts';
import type { Channels } from './channels.ts';

/** In the place of a card whose channel has become unfit: no names, no role, no text of anybody, no buttons. */
export const HIDDEN: Message = {
  kind: 'note',
  text: 'Hidden: others than it is meant for may read this channel. Operators have been told; it comes back when that is mended.',
};

const IN_A_CHANNEL: readonly CardRole[] = ['approvers', 'alert'];

/**
 * What may stand there now. Fitness was asked before posting; a channel may have got other readers since, and an edit tells them as much as
 * a post. A channel that cannot be read is looked at once more before it counts as unfit: cards must not flicker with the network.
 * @throws {AppError} `chat.unreadable`, retryable
 */
export async function shownThere(
  channels: Pick<Channels, 'checkBeforePost' | 'isUnfit'>,
  role: CardRole,
  { platform, workspaceId, channelId }: PostedMessage,
  message: Message,
): Promise<Message> {
  if (!IN_A_CHANNEL.includes(role)) return message;
  const address = { platform, workspaceId, channelId };
  const fitness = await channels.checkBeforePost(address);
  if (fitness.fit) return message;
  if (fitness.code === 'unreadable' && !channels.isUnfit(address)) throw unreadable(address, fitness);
  return HIDDEN;
}
