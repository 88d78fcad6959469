import { checkCard } from './card-check.ts';
import { isWire, type Wire } from '../wire.ts';

export type InvokeAnswer =
  | { readonly kind: 'card'; readonly card: Wire }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  /** Not an answer that Teams understands; `why` is for whoever builds the bot. */
  | { readonly kind: 'unusable'; readonly why: string };

/**
 * The body of the answer to `adaptiveCard/action`: `{ statusCode, type, value }`.
 * @see https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/Universal-actions-for-adaptive-cards/Work-with-Universal-Actions-for-Adaptive-Cards#response-format
 */
export function readInvokeAnswer(body: unknown): InvokeAnswer {
  const unusable = (why: string): InvokeAnswer => ({ kind: 'unusable', why });
  if (!isWire(body)) return unusable('the answer has no body');
  const { statusCode, type, value } = body;
  if (typeof statusCode !== 'number' || typeof type !== 'string') return unusable('statusCode and type are needed');
  switch (type) {
    case 'application/vnd.microsoft.card.adaptive': {
      const problems = statusCode === 200 ? checkCard(value) : ['a card goes with statusCode 200'];
      return problems.length === 0 && isWire(value) ? { kind: 'card', card: value } : unusable(problems.join('; '));
    }
    case 'application/vnd.microsoft.activity.message':
      return statusCode === 200 && typeof value === 'string'
        ? { kind: 'text', text: value }
        : unusable('a message is a text with 200');
    case 'application/vnd.microsoft.error': {
      if (statusCode < 400 || !isWire(value) || typeof value['code'] !== 'string' || typeof value['message'] !== 'string') {
        return unusable('an error has a statusCode of 400 or 500 and a value of code and message');
      }
      return { kind: 'error', text: value['message'] };
    }
    default:
      return unusable(`unknown type ${type}`);
  }
}
