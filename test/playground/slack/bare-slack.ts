import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type SlackFarEnd, type SlackOptions, startSlack } from '../../../src/playground/slack/start.ts';
import { SECRETS } from './bolt-bot.ts';

export interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly [name: string]: unknown;
}

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface BareSlack {
  readonly slack: SlackFarEnd;
  /** Calls a method as a client would: form-encoded, structures as JSON text. `token: null` sends none. */
  readonly call: (method: string, args?: object, token?: string | null) => Promise<Answer>;
  readonly raw: (method: string, init: RequestInit) => Promise<Response>;
  /** A fresh trigger, as a command of this person would bring it. */
  readonly trigger: (userId: string) => Promise<string>;
  /** The newest delivery, its `payload` opened. */
  readonly lastDelivery: () => Readonly<Record<string, unknown>>;
  /** What the app does with each delivery from now on; by default it answers 200 and nothing. */
  answer: (response: ServerResponse) => void;
  readonly deliveries: readonly Delivery[];
  readonly stop: () => Promise<void>;
}

/** A workspace whose app is the test itself: it sees what Slack delivers, and answers it empty. */
export async function bareSlack(options: Partial<SlackOptions> = {}): Promise<BareSlack> {
  const deliveries: Delivery[] = [];
  const app = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      bare.answer(response);
    });
  });
  await new Promise<void>((resolve) => {
    app.listen(0, '127.0.0.1', resolve);
  });
  const address = app.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const slack = await startSlack({ ...SECRETS, limits: 'off', eventsUrl: () => `http://127.0.0.1:${port}/`, ...options });
  const raw = async (method: string, init: RequestInit) => await fetch(`${slack.apiUrl}${method}`, { method: 'POST', ...init });
  const lastDelivery = () => {
    const { body } = deliveries.at(-1) ?? { body: '{}' };
    if (body.startsWith('{')) return JSON.parse(body) as Record<string, unknown>;
    const form = Object.fromEntries(new URLSearchParams(body));
    return form['payload'] === undefined ? form : (JSON.parse(form['payload']) as Record<string, unknown>);
  };
  const bare: BareSlack = {
    slack,
    raw,
    deliveries,
    lastDelivery,
    answer: (response) => response.end(),
    async call(method, args = {}, token = SECRETS.botToken) {
      const fields = Object.entries(args).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await raw(method, { headers, body: new URLSearchParams(fields) });
      return (await response.json()) as Answer;
    },
    async trigger(userId) {
      await slack.people.slashCommand(userId, '/access');
      return String(lastDelivery()['trigger_id']);
    },
    async stop() {
      app.closeAllConnections();
      await new Promise((resolve) => {
        app.close(resolve);
      });
      await slack.close();
    },
  };
  return bare;
}

export const section = (text: string, more: object = {}) => ({ type: 'section', text: { type: 'mrkdwn', text }, ...more });
export const button = (actionId: string, more: object = {}) => ({
  type: 'button',
  action_id: actionId,
  text: { type: 'plain_text', text: 'Press' },
  ...more,
});
export const modal = (more: object = {}) => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'A title' },
  blocks: [section('words')],
  ...more,
});
