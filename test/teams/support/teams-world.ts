import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWTPayload } from 'jose';
import type { Desk } from '../../../src/chat/desk.ts';
import { createLog } from '../../../src/observe/log.ts';
import { APPROVERS_TEAM_GROUP_ID, RITA, TEAMS, TEAMS_APP_ID, TENANT_ID, type CastMember } from '../../../src/playground/cast.ts';
import { createTeamsSurface, type TeamsOptions, type TeamsSurface } from '../../../src/teams/surface.ts';
import { startHttps, type Answer, type Asked } from '../../support/https-server.ts';
import { deskOf } from './desk-double.ts';
import { teamsSecret } from '../../support/secret-credential.ts';

const ISSUER = 'https://api.botframework.com';
const KEY_ID = 'channel-key';

export interface Sent {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

export interface TeamsWorld {
  readonly surface: TeamsSurface;
  readonly serviceUrl: string;
  /** What reached the connector, newest last. */
  posts(): readonly Asked[];
  /** Overrides the connector's answer; undefined goes on to the usual one. */
  connector(answerer: ((asked: Asked) => Answer | undefined) | undefined): void;
  /** Answers 500 wherever a path ends like this. */
  breakDown(pathEnd: string): void;
  /** The token that Teams would send along. */
  token(claims?: JWTPayload, options?: TokenOptions): Promise<string>;
  send(activity: unknown, options?: SendOptions): Promise<Sent>;
  close(): Promise<void>;
}
export interface TokenOptions {
  /** Seconds from now. */
  readonly expiresIn?: number;
  readonly startsIn?: number;
  readonly key?: 'channel' | 'another';
}
export interface SendOptions {
  readonly authorization?: string | undefined;
  readonly raw?: string | Uint8Array;
  readonly contentType?: string;
  readonly method?: string;
}

type MoreOptions = Partial<Pick<TeamsOptions, 'patienceMs' | 'teamOf' | 'groups'>>;

/** Made once a test file: they are slow to make. */
let keys: Promise<[GenerateKeyPairResult, GenerateKeyPairResult]> | undefined;

/** The bot on a local HTTP server; sign-in, OpenID metadata and connector on a local HTTPS one; real tokens both ways. */
export async function teamsWorld(desk: Partial<Desk> = {}, more: MoreOptions = {}): Promise<TeamsWorld> {
  const [channelKey, anotherKey] = await (keys ??= Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]));
  const jwk = { ...(await exportJWK(channelKey.publicKey)), kid: KEY_ID, use: 'sig', alg: 'RS256', endorsements: ['msteams'] };
  let override: ((asked: Asked) => Answer | undefined) | undefined;
  let broken: string | undefined;
  let posted = 0;
  const far = await startHttps((asked) => {
    if (broken !== undefined && asked.path.endsWith(broken)) return { status: 500, body: { error: 'server_error' } };
    const own = asked.path.startsWith('/teams/') ? override?.(asked) : undefined;
    return own ?? usualAnswer(asked);
  });
  function usualAnswer(asked: Asked): Answer {
    if (asked.path === '/bf/openid')
      return {
        status: 200,
        body: { issuer: ISSUER, jwks_uri: `${far.url}/bf/keys`, id_token_signing_alg_values_supported: ['RS256'] },
      };
    if (asked.path === '/bf/keys') return { status: 200, body: { keys: [jwk] } };
    if (asked.path.endsWith('/.well-known/openid-configuration')) {
      const at = `${far.url}/${TENANT_ID}`;
      return {
        status: 200,
        body: {
          issuer: `${at}/v2.0`,
          authorization_endpoint: `${at}/authorize`,
          token_endpoint: `${at}/token`,
          jwks_uri: `${at}/keys`,
        },
      };
    }
    if (asked.path.endsWith('/token'))
      return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: 'a-token-for-the-connector' } };
    if (asked.path === '/teams/v3/conversations' && asked.method === 'POST')
      return { status: 201, body: { id: `a:chat-${++posted}`, activityId: `activity-${posted}` } };
    if (asked.path.includes('/activities') && asked.method === 'POST')
      return { status: 201, body: { id: `activity-${++posted}` } };
    if (asked.path.includes('/activities/') && asked.method === 'PUT') return { status: 200, body: { id: 'activity-edited' } };
    if (asked.path.endsWith(`/v3/teams/${TEAMS.approversTeamId}`))
      return { status: 200, body: { id: TEAMS.approversTeamId, name: 'Identity', aadGroupId: APPROVERS_TEAM_GROUP_ID } };
    if (asked.path.endsWith(`/v3/teams/${TEAMS.approversTeamId}/conversations`))
      return { status: 200, body: { conversations: [{ type: 'standard', id: TEAMS.approversConversationId, name: 'x' }] } };
    if (asked.path.endsWith('/pagedmembers'))
      return { status: 200, body: { members: [{ id: RITA.teamsUserId, tenantId: TENANT_ID, userRole: 'user' }] } };
    return { status: 404, body: { error: { code: 'ConversationNotFound', message: 'no such conversation' } } };
  }
  const surface = createTeamsSurface({
    settings: {
      appId: TEAMS_APP_ID,
      tenantId: TENANT_ID,
      tenantIds: [TENANT_ID],
      clientSecret: { env: 'UNUSED' },
      serviceUrl: `${far.url}/teams/`,
      openIdMetadata: `${far.url}/bf/openid`,
      login: far.url,
    },
    credential: teamsSecret(far.url, 'a-secret-that-nobody-prints'),
    desk: deskOf(desk),
    log: createLog('bot', 'silent'),
    teamOf: (channelId) => (channelId === TEAMS.approversConversationId ? TEAMS.approversTeamId : undefined),
    groups: { visibilityOf: () => Promise.resolve('Private') },
    ...more,
  });
  await surface.start();
  const server = createServer((req, res) => void surface.handle(req, res));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const token: TeamsWorld['token'] = (claims = {}, { expiresIn = 600, startsIn = -5, key = 'channel' } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: ISSUER,
      aud: TEAMS_APP_ID,
      serviceurl: `${far.url}/teams/`,
      nbf: now + startsIn,
      exp: now + expiresIn,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })
      .sign((key === 'channel' ? channelKey : anotherKey).privateKey);
  };
  return {
    surface,
    serviceUrl: `${far.url}/teams/`,
    posts: () => far.asked.filter((asked) => asked.path.startsWith('/teams/')),
    connector: (answerer) => {
      override = answerer;
    },
    breakDown: (pathEnd) => {
      broken = pathEnd;
    },
    token,
    async send(activity, options = {}) {
      const authorization = 'authorization' in options ? options.authorization : `Bearer ${await token()}`;
      const response = await fetch(`http://127.0.0.1:${port}/api/messages`, {
        method: options.method ?? 'POST',
        headers: {
          'content-type': options.contentType ?? 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(options.method === 'GET' ? {} : { body: options.raw ?? JSON.stringify(activity) }),
      });
      const text = await response.text();
      return { status: response.status, text, body: parsed(text) };
    },
    async close() {
      await surface.stop();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await far.close();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type More = Readonly<Record<string, unknown>>;

/** What Teams sends when somebody writes to the bot in their own chat. */
export function saying(world: TeamsWorld, text: string, more: More = {}, who: CastMember = RITA): More {
  return {
    type: 'message',
    id: '1700000000001',
    timestamp: '2026-11-21T14:02:00.000Z',
    channelId: 'msteams',
    serviceUrl: world.serviceUrl,
    from: { id: who.teamsUserId, name: who.name, aadObjectId: who.objectId },
    conversation: { conversationType: 'personal', tenantId: TENANT_ID, id: `a:chat-of-${who.key}` },
    recipient: { id: `28:${TEAMS_APP_ID}`, name: 'Hallpass' },
    text,
    channelData: { tenant: { id: TENANT_ID } },
    ...more,
  };
}

/** What Teams sends when somebody presses a button of a card. */
export function pressing(world: TeamsWorld, verb: string, data: More, more: More = {}, who: CastMember = RITA): More {
  const { text: _, ...base } = saying(world, '', {}, who);
  return {
    ...base,
    type: 'invoke',
    id: 'f:1700000000002',
    name: 'adaptiveCard/action',
    replyToId: '1700000000000',
    value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
    ...more,
  };
}
