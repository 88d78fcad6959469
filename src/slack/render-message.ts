import type { KnownBlock } from '@slack/types';
import type { Message } from '../chat/surface.ts';
import { alertCard, alertText } from './alert-card.ts';
import { plainSection } from './blocks.ts';
import { inMrkdwn } from './mrkdwn.ts';
import { requestCard, requestText } from './request-card.ts';
import { requesterCard, requesterText } from './requester-card.ts';

/** Blocks, and the sentence for notifications and screen readers. */
export function renderMessage(message: Message): { readonly text: string; readonly blocks: KnownBlock[] } {
  if (message.kind === 'request') return { text: requestText(message.view), blocks: requestCard(message.view) };
  if (message.kind === 'requester') return { text: requesterText(message.view), blocks: requesterCard(message.view) };
  if (message.kind === 'alert') return { text: alertText(message.view), blocks: alertCard(message.view) };
  return { text: inMrkdwn(message.text, 1_000), blocks: [plainSection(message.text)] };
}
