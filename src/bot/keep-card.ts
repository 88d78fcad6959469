import { AppError } from '../access/core/app-error.ts';
import { point } from '../access/core/point.ts';
import type { Address, Message, PostedMessage, Surface } from '../chat/surface.ts';
import { cardLink, digestOf, type Card } from './card-link.ts';
import type { Link } from '../durable/port.ts';
import { HIDDEN } from './shown-there.ts';

export interface CardJob {
  readonly key: string;
  readonly card: Card;
  readonly message: Message;
  /** Where to post it again when somebody deleted it; asked only then, since a channel has to be checked first. */
  readonly repostTo: () => Promise<Address | undefined>;
  readonly surface: Surface;
  readonly link: (link: Link) => Promise<void>;
}

const MOST_REPOSTS = 1;

/** Brings a message that stands somewhere up to date; posts it again, once, when it was deleted. */
export async function keepCard(job: CardJob, posted: PostedMessage): Promise<void> {
  const { card, key, message, surface, link } = job;
  const { hidden: _hidden, ...shown } = card;
  const digest = digestOf(message);
  if (digest === card.digest) return;
  try {
    await surface.update(posted, message);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'chat.message-gone') throw error;
    return repost(job);
  }
  await link(cardLink(key, { ...shown, digest, ...(message === HIDDEN ? { hidden: true } : {}) }));
}

async function repost(job: CardJob): Promise<void> {
  const { posted: _, digest: __, hidden: ___, ...card } = job.card;
  const reposts = card.reposts ?? 0;
  const address = reposts < MOST_REPOSTS ? await job.repostTo() : undefined;
  if (!address) {
    // Somebody deleted it; the case goes on without this copy.
    await job.link(cardLink(job.key, { ...card, unreachable: 'chat.message-gone' }));
    return;
  }
  const again = { ...card, reposts: reposts + 1 };
  await job.link(cardLink(job.key, again));
  await postCard({ ...job, card: again }, address);
}

/**
 * Posts a message and remembers it.
 *
 * No platform recognises a repeated post. So a message is posted without buttons, remembered, and only then given its buttons
 * by an edit: after a crash in between, the copy nobody remembers can do nothing, and there is never a second card that works.
 */
export async function postCard({ key, card, message, surface, link }: CardJob, address: Address): Promise<void> {
  const first = inertOf(message);
  point('cards.before-post');
  const posted: PostedMessage = await surface.post(address, first);
  point('cards.after-post');
  await link(cardLink(key, { ...card, posted, digest: digestOf(first) }));
  if (first === message) return;
  await surface.update(posted, message);
  await link(cardLink(key, { ...card, posted, digest: digestOf(message) }));
}

/** The same message without its buttons; the message itself when it has none. */
function inertOf(message: Message): Message {
  if (message.kind === 'request' && message.view.status === 'pending')
    return { kind: 'request', view: { ...message.view, inert: true } };
  if (message.kind === 'requester' && (message.view.canWithdraw || message.view.canRelease))
    return { kind: 'requester', view: { ...message.view, inert: true, canWithdraw: false, canRelease: false } };
  if (message.kind === 'alert' && message.view.status !== 'resolved')
    return { kind: 'alert', view: { ...message.view, inert: true } };
  return message;
}
