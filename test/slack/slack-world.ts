import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { transportClock, type Clock } from '../../src/access/core/clock.ts';
import { Secret } from '../../src/access/core/secret.ts';
import type { Desk } from '../../src/chat/desk.ts';
import { deskDouble, type RecordingDesk } from './desk-double.ts';
import { FORM, formOf, signed, SIGNING_SECRET, slashCommand, WORKSPACE } from './payload-samples.ts';
import { createSlackSurface, type SlackSettings, type SlackSurface } from '../../src/slack/surface.ts';

/** One call that reached the local Slack, with its form fields; JSON fields parsed. */
export interface SlackCall {
  readonly method: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Answers = Readonly<Record<string, (fields: SlackCall['fields']) => unknown>>;

/** A local Slack Web API that records what it is asked and answers from a table; also takes response_url posts at /respond. */
export interface LocalSlack {
  readonly apiUrl: string;
  readonly responseUrl: string;
  readonly calls: readonly SlackCall[];
  /** Resolves with the first call of this method, come or to come. */
  called(method: string): Promise<SlackCall>;
  /** A promise is an answer that takes its time. */
  answer(method: string, answer: (fields: SlackCall['fields']) => unknown): void;
  close(): Promise<void>;
}

const DEFAULTS: Answers = {
  'auth.test': () => ({ ok: true, team_id: WORKSPACE, user_id: 'U0HALLPASS', bot_id: 'B0HALLPASS' }),
  'chat.postMessage': ({ channel }) => ({ ok: true, channel, ts: '1763733600.000100' }),
  'chat.update': ({ channel, ts }) => ({ ok: true, channel, ts }),
  'chat.postEphemeral': () => ({ ok: true, message_ts: '1763733600.000200' }),
  'conversations.open': () => ({ ok: true, channel: { id: 'D0RITA0001' } }),
  'views.open': () => ({ ok: true, view: { id: 'V0OPENED01', hash: 'h1' } }),
  'views.update': () => ({ ok: true, view: { id: 'V0OPENED01', hash: 'h2' } }),
  'views.publish': () => ({ ok: true }),
};

export async function localSlack(given: Answers = {}): Promise<LocalSlack> {
  const calls: SlackCall[] = [];
  const waiting: { readonly method: string; readonly resolve: (call: SlackCall) => void }[] = [];
  const answers = new Map(Object.entries({ ...DEFAULTS, ...given }));
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const method = req.url?.replace('/api/', '').replace('/', '') ?? '';
      const isJson = req.headers['content-type']?.startsWith('application/json') === true;
      const fields = isJson ? (JSON.parse(body) as SlackCall['fields']) : formFields(body);
      const call = { method, fields };
      calls.push(call);
      for (const waiter of waiting.filter((each) => each.method === method)) waiter.resolve(call);
      void answerWith(res, answers.get(method)?.(fields) ?? { ok: true });
    });
  });
  const port = await listening(server);
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    responseUrl: `http://127.0.0.1:${port}/respond`,
    calls,
    called: (method) => {
      const known = calls.find((call) => call.method === method);
      return known !== undefined ? Promise.resolve(known) : new Promise((resolve) => waiting.push({ method, resolve }));
    },
    answer: (method, answer) => void answers.set(method, answer),
    close: () => closed(server),
  };
}

async function answerWith(res: ServerResponse, given: unknown): Promise<void> {
  const answer = await given;
  if (answer instanceof Response) res.writeHead(answer.status, Object.fromEntries(answer.headers)).end();
  else res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

function formFields(body: string): Record<string, unknown> {
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [key, /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value]),
  );
}

export interface SlackWorld {
  readonly slack: LocalSlack;
  readonly surface: SlackSurface;
  readonly desk: RecordingDesk;
  readonly logged: () => string;
  /** Sends raw bytes to the bot's endpoint. */
  send(body: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Sends a signed interactive payload. */
  interact(payload: unknown): Promise<Response>;
  command(fields?: Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
}

export const silentLog = pino({ level: 'silent' });

/** The real surface behind a real local HTTP server, a local Slack, and a desk that records. */
export async function slackWorld(
  answers: Partial<Desk> = {},
  settings: Partial<SlackSettings> = {},
  clock: Clock = transportClock,
  slackAnswers: Answers = {},
  onPreviousSecret: () => void = () => undefined,
): Promise<SlackWorld> {
  const slack = await localSlack(slackAnswers);
  const desk = deskDouble(answers);
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const surface = createSlackSurface({
    settings: {
      workspaceId: WORKSPACE,
      mode: 'http',
      apiUrl: slack.apiUrl,
      botToken: new Secret('xoxb-not-a-real-token'),
      signingSecret: new Secret(SIGNING_SECRET),
      ...settings,
    },
    desk,
    log,
    clock,
    onPreviousSecret,
  });
  const server = createServer((req, res) => void surface.handle?.(req, res));
  const port = await listening(server);
  await surface.start();
  const send: SlackWorld['send'] = (body, headers = {}) =>
    fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', body, headers });
  return {
    slack,
    surface,
    desk,
    logged: () => lines.join(''),
    send,
    interact: (payload) => {
      const body = formOf({ payload: JSON.stringify(payload) });
      return send(body, { ...signed(body), 'content-type': FORM });
    },
    command: (fields = {}) => {
      const body = formOf({ ...slashCommand(slack.responseUrl), ...fields });
      return send(body, { ...signed(body), 'content-type': FORM });
    },
    async close() {
      await surface.stop();
      await closed(server);
      await slack.close();
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
