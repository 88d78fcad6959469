import { checkCard } from './card-check.ts';
import { type ConnectorAnswer, refused } from './connector-answer.ts';
import { isWire, type Wire, wordOf } from '../wire.ts';

/** "The size limit for messages is about 100 KB", counted in UTF-16 (…/bots/how-to/format-your-bot-messages). */
const MESSAGE_BYTES = 100 * 1024;
const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';
const TEXT_FORMATS = ['plain', 'markdown', 'xml'];

export interface MessageContent {
  readonly text: string;
  readonly cards: readonly Wire[];
}

type Read = { readonly ok: true; readonly content: MessageContent } | { readonly ok: false; readonly refusal: ConnectorAnswer };

/** Reads what a bot wants to send: a message with text, cards or both; everything else is refused with the connector's codes. */
export function readMessage(activity: unknown): Read {
  const bad = (message: string): Read => ({ ok: false, refusal: refused(400, 'BadSyntax', message) });
  if (!isWire(activity)) return bad('Activity is required.');
  if (Buffer.byteLength(JSON.stringify(activity), 'utf16le') > MESSAGE_BYTES) {
    return { ok: false, refusal: refused(413, 'MessageSizeTooBig', 'Message size too large.') };
  }
  if (activity['type'] !== 'message') return bad(`Unknown activity type: ${wordOf(activity['type'])}`);
  const text = activity['text'];
  if (text !== undefined && text !== null && typeof text !== 'string') return bad('text must be a string');
  const format = activity['textFormat'];
  if (format !== undefined && !TEXT_FORMATS.includes(wordOf(format))) return bad('Unknown textFormat');
  const attachments = activity['attachments'] ?? [];
  if (!Array.isArray(attachments)) return bad('attachments must be an array');
  const cards: Wire[] = [];
  for (const attachment of attachments) {
    const type = isWire(attachment) ? attachment['contentType'] : undefined;
    if (!isWire(attachment) || type !== ADAPTIVE_CARD) return bad(`Unknown attachment type: ${wordOf(type)}`);
    const problems = checkCard(attachment['content']);
    if (problems.length > 0) return bad(`Invalid adaptive card: ${problems.join('; ')}`);
    if (isWire(attachment['content'])) cards.push(attachment['content']);
  }
  if (!text && cards.length === 0) return bad('Message must have text or an attachment.');
  return { ok: true, content: { text: text ?? '', cards } };
}
