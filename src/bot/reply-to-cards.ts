import { AppError } from '../access/core/app-error.ts';
import type { PostedMessage } from '../chat/surface.ts';
import type { CommandContext } from '../durable/port.ts';
import { cardsOf, type CardRole } from './card-link.ts';
import { unreadable } from './channel-looks.ts';
import type { Channels, Surfaces } from './channels.ts';

export interface Reply {
  readonly surfaces: Surfaces;
  readonly channels: Pick<Channels, 'checkBeforePost'>;
  readonly context: CommandContext;
  readonly roles: readonly CardRole[];
  /** One reply of this name per card: remembered, so that a retry does not repeat those that went out. */
  readonly name: string;
  readonly text: string;
  /** Attempts before this one. A channel that cannot be read is asked again a few times, and then passed over. */
  readonly attempt: number;
}

/** Longer would hold up the cards of the case, which wait in the same lane. */
const MOST_ATTEMPTS = 5;

/**
 * Says something beside the cards of a case, in their threads. A card that cannot be replied to is passed over; so is one whose
 * channel has become unfit since it was posted.
 */
export async function replyToCards({ surfaces, channels, context, roles, name, text, attempt }: Reply): Promise<void> {
  const view = context.view();
  const said = new Set(view.links.map(({ key }) => key));
  let notRead: AppError | undefined;
  for (const [key, { role, posted }] of cardsOf(view)) {
    const mark = `said/${name}/${key}`;
    const surface = posted && surfaces.get(posted.platform);
    if (!posted || !surface || !roles.includes(role) || said.has(mark)) continue;
    const address = addressOf(posted);
    const fitness = IN_A_CHANNEL.includes(role) ? await channels.checkBeforePost(address) : FIT;
    if (!fitness.fit) {
      if (fitness.code === 'unreadable') notRead ??= unreadable(address, fitness);
      continue;
    }
    try {
      await surface.post(address, { kind: 'note', text }, posted);
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
    }
    await context.link({ key: mark, value: true });
  }
  if (notRead && attempt < MOST_ATTEMPTS) throw notRead;
}

const IN_A_CHANNEL: readonly CardRole[] = ['approvers', 'alert'];
const FIT = { fit: true } as const;

function addressOf({ platform, workspaceId, channelId }: PostedMessage) {
  return { platform, workspaceId, channelId };
}
