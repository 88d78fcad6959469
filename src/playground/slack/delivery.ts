import { createHmac } from 'node:crypto';
import { isWire, type Wire } from '../wire.ts';
import type { SocketMode } from './socket-mode.ts';

/** https://docs.slack.dev/interactivity/handling-user-interaction: acknowledge "within 3 seconds". */
export const ACK_WITHIN_MS = 3000;

export type DeliveryKind = 'slash_commands' | 'interactive' | 'events_api';

/** What came of a delivery. `shown` is Slack's own word for the failure, as the person gets to see it. */
export type Delivered =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly body: unknown;
      readonly ms: number;
      readonly noRetry: boolean;
    }
  | {
      readonly outcome: 'failed';
      readonly shown: 'operation_timeout' | 'dispatch_failed';
      readonly status?: number;
      readonly ms: number;
      readonly noRetry: boolean;
    };

export interface DeliveryOptions {
  readonly signingSecret: string;
  readonly eventsUrl: (() => string) | undefined;
  readonly socket: SocketMode;
  readonly patienceMs: number;
}

export interface RetryMark {
  readonly num: number;
  readonly reason: 'http_timeout' | 'http_error';
}

export type Delivery = ReturnType<typeof createDelivery>;

/** What a request says about itself; a test changes one of them to make it lie. */
export interface DeliveryLies {
  readonly signingSecret?: string;
  /** How old the request claims to be; negative for one from the future. */
  readonly ageSeconds?: number;
  /** In place of the signature; empty for none. */
  readonly signature?: string;
}

/** Brings payloads to the app: through its socket while one is connected, else signed over HTTP. */
export function createDelivery(options: DeliveryOptions) {
  async function send(kind: DeliveryKind, payload: Wire, retry?: RetryMark): Promise<Delivered> {
    if (options.socket.connected()) return await options.socket.send(kind, payload, options.patienceMs, retry);
    const { body, contentType } = encode(kind, payload);
    return await post(options, body, contentType, { retry });
  }
  return {
    send,
    /** Posts any body over HTTP, signed or with a lie. For tests of refusals. */
    post: async (body: string, contentType: string, lies: DeliveryLies = {}) => await post(options, body, contentType, { lies }),
  };
}

/** The body of an HTTP delivery: a form for commands and interactions, JSON for events. */
export function encode(kind: DeliveryKind, payload: Wire): { readonly body: string; readonly contentType: string } {
  if (kind === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const fields = kind === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  return { body: new URLSearchParams(fields).toString(), contentType: 'application/x-www-form-urlencoded' };
}

/** `v0=` and the HMAC-SHA256 of `v0:{timestamp}:{raw body}` (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function signatureOf(signingSecret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`;
}

async function post(
  options: DeliveryOptions,
  body: string,
  contentType: string,
  { retry, lies = {} }: { readonly retry?: RetryMark | undefined; readonly lies?: DeliveryLies },
): Promise<Delivered> {
  const started = performance.now();
  const timestamp = Math.floor(Date.now() / 1000) - (lies.ageSeconds ?? 0);
  const signature = lies.signature ?? signatureOf(lies.signingSecret ?? options.signingSecret, timestamp, body);
  const took = () => Math.round(performance.now() - started);
  if (!options.eventsUrl) return { outcome: 'failed', shown: 'dispatch_failed', ms: 0, noRetry: true };
  try {
    const response = await fetch(options.eventsUrl(), {
      method: 'POST',
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': signature,
        ...(retry ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason } : {}),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(options.patienceMs),
    });
    const answer = await response.text();
    const noRetry = response.headers.get('x-slack-no-retry') === '1';
    if (response.status !== 200) {
      return { outcome: 'failed', shown: 'dispatch_failed', status: response.status, ms: took(), noRetry };
    }
    return { outcome: 'answered', status: 200, body: parsed(answer), ms: took(), noRetry };
  } catch (error) {
    const shown = Reflect.get(Object(error), 'name') === 'TimeoutError' ? 'operation_timeout' : 'dispatch_failed';
    return { outcome: 'failed', shown, ms: took(), noRetry: false };
  }
}

/** JSON where it is JSON, undefined where nothing was sent, else the text. */
export function parsed(answer: string): unknown {
  if (answer === '') return undefined;
  try {
    const value: unknown = JSON.parse(answer);
    return isWire(value) ? value : answer;
  } catch {
    return answer;
  }
}
