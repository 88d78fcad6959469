import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Address, Message, PostedMessage } from '../chat/surface.ts';
import type { CaseView, Link } from '../durable/port.ts';

const platform = z.enum(['slack', 'teams']);
const postedSchema = z.object({
  platform,
  workspaceId: z.string(),
  channelId: z.string(),
  messageId: z.string(),
  serviceUrl: z.string().exactOptional(),
});

/** What is remembered of one message of a case. */
export interface Card {
  readonly role: 'requester' | 'approvers' | 'direct' | 'alert';
  readonly posted?: PostedMessage;
  /** Of what was rendered last, so that nothing is sent that changes nothing. */
  readonly digest?: string;
  /** Its channel was unfit when it was rendered last: it shows nothing, and is rendered again once the channel is fit. */
  readonly hidden?: true;
  /** Deleted messages are posted again, once. */
  readonly reposts?: number;
  /** Code of why there is nobody to be reached: not tried again. */
  readonly unreachable?: string;
}
export type CardRole = Card['role'];

const cardSchema = z.object({
  role: z.enum(['requester', 'approvers', 'direct', 'alert']),
  posted: postedSchema.exactOptional(),
  digest: z.string().exactOptional(),
  hidden: z.literal(true).exactOptional(),
  reposts: z.number().exactOptional(),
  unreachable: z.string().exactOptional(),
});

const PREFIX = 'card/';

export function cardsOf(view: Pick<CaseView, 'links'>): ReadonlyMap<string, Card> {
  return new Map(
    view.links.flatMap(({ key, value }) => {
      const card = key.startsWith(PREFIX) ? cardSchema.safeParse(value) : undefined;
      return card?.success ? [[key, card.data] as const] : [];
    }),
  );
}

export function cardLink(key: string, card: Card): Link {
  return { key, value: card };
}

export function keyOfAddress(address: Address): string {
  return `${PREFIX}${address.platform}/${address.workspaceId}/${'channelId' in address ? address.channelId : `user/${address.userId}`}`;
}

const ADOPTED = `${PREFIX}adopted/`;

export function keyOfAdopted(message: PostedMessage): string {
  return `${ADOPTED}${message.platform}/${message.channelId}/${message.messageId}`;
}

export function adoptedIn(view: Pick<CaseView, 'links'>): number {
  return view.links.filter(({ key }) => key.startsWith(ADOPTED)).length;
}

export function hasHidden(view: Pick<CaseView, 'links'>): boolean {
  return [...cardsOf(view).values()].some(({ hidden }) => hidden === true);
}

/** By the whole address: a platform counts its messages anew in each channel. */
export function holds(view: Pick<CaseView, 'links'>, message: PostedMessage): boolean {
  return [...cardsOf(view).values()].some(
    ({ posted }) =>
      posted?.platform === message.platform && posted.channelId === message.channelId && posted.messageId === message.messageId,
  );
}

export function isKnown(view: Pick<CaseView, 'links'>, message: PostedMessage): boolean {
  return [...cardsOf(view).values()].some(
    ({ posted }) => posted?.platform === message.platform && posted.messageId === message.messageId,
  );
}

export function digestOf(message: Message): string {
  return createHash('sha256').update(JSON.stringify(message)).digest('base64url');
}
