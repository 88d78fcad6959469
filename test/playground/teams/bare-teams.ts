import { createServer, type ServerResponse } from 'node:http';
import { TEAMS_APP_ID, TENANT_ID } from '../../../src/playground/cast.ts';
import { startTeams, type TeamsFarEnd, type TeamsOptions } from '../../../src/playground/teams/start.ts';
import { type Login, miniLogin } from './cloud-bot.ts';

export interface BareTeams {
  readonly teams: TeamsFarEnd;
  readonly login: Login;
  /** What Teams delivered, oldest first. */
  readonly received: Readonly<Record<string, unknown>>[];
  /** What the bot does with each delivery from now on; by default it answers 200 and nothing. */
  answer: (response: ServerResponse) => void;
  /** Calls the connector below `/v3/` as the bot, or with another token or none. */
  readonly call: (
    method: string,
    path: string,
    body?: object,
    other?: { readonly token: string | undefined },
  ) => Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> | undefined }>;
  readonly stop: () => Promise<void>;
}

/** Teams whose bot is the test itself. */
export async function bareTeams(options: Partial<TeamsOptions> = {}): Promise<BareTeams> {
  const login = await miniLogin();
  const received: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      bare.answer(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const teams = await startTeams({
    appId: TEAMS_APP_ID,
    tenantId: TENANT_ID,
    verifyToken: login.verifyToken,
    messagesUrl: () => `http://127.0.0.1:${port}/`,
    limits: 'off',
    ...options,
  });
  const bare: BareTeams = {
    teams,
    login,
    received,
    answer: (response) => response.end(),
    async call(method, path, body, other) {
      const token = other === undefined ? await login.token() : other.token;
      const response = await fetch(`${teams.serviceUrl}v3/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await teams.close();
    },
  };
  return bare;
}

export const card = (more: object = {}) => ({
  type: 'AdaptiveCard',
  version: '1.5',
  body: [{ type: 'TextBlock', text: 'x' }],
  ...more,
});
