import type { BotServiceTokens, ChannelTokenLies } from './bot-service-tokens.ts';
import { isWire, type Wire } from '../wire.ts';

/** Bot Service waits 10 to 15 s for an invoke; the longer figure (microsoft-teams docs, issues 6461 and 13460). */
export const ANSWER_WITHIN_MS = 15_000;

export type Delivered =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: unknown; readonly ms: number }
  | {
      readonly outcome: 'failed';
      readonly shown: string;
      readonly status?: number;
      readonly body?: unknown;
      readonly ms: number;
    };

export const SOMETHING_WENT_WRONG = 'Something went wrong. Please try again.';

export interface DeliveryOptions {
  readonly tokens: BotServiceTokens;
  readonly messagesUrl: (() => string) | undefined;
  readonly serviceUrl: () => string;
  readonly patienceMs: number;
}

/** Brings activities to the bot's endpoint, each with a token of the Bot Service. */
export function createDelivery(options: DeliveryOptions) {
  /** Posts as it is, with any authorization or none; what the bot said comes back raw. For tests of refusals. */
  async function post(body: string, authorization: string | undefined): Promise<Delivered> {
    const started = performance.now();
    const ms = () => Math.round(performance.now() - started);
    if (!options.messagesUrl) return { outcome: 'failed', shown: SOMETHING_WENT_WRONG, ms: 0 };
    try {
      const response = await fetch(options.messagesUrl(), {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...(authorization ? { authorization } : {}) },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(options.patienceMs),
      });
      const answer = parsed(await response.text());
      if (response.ok) return { outcome: 'answered', status: response.status, body: answer, ms: ms() };
      return { outcome: 'failed', shown: SOMETHING_WENT_WRONG, status: response.status, body: answer, ms: ms() };
    } catch {
      return { outcome: 'failed', shown: SOMETHING_WENT_WRONG, ms: ms() };
    }
  }
  return {
    post,
    async send(activity: Wire, lies: ChannelTokenLies = {}): Promise<Delivered> {
      const token = await options.tokens.issue(options.serviceUrl(), lies);
      return await post(JSON.stringify(activity), `Bearer ${token}`);
    },
  };
}

export type Delivery = ReturnType<typeof createDelivery>;

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isWire(value) ? value : text;
  } catch {
    return text;
  }
}
