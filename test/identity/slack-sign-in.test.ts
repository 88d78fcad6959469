import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT, generateKeyPair } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf } from '../../src/access/core/app-error.ts';
import { transportClock } from '../../src/access/core/clock.ts';
import { Secret } from '../../src/access/core/secret.ts';
import { createSlackSignIn, type SlackSignIn } from '../../src/identity/slack-sign-in.ts';
import { NORA, SLACK } from '../../src/playground/cast.ts';
import { type SlackFarEnd, startSlack } from '../../src/playground/slack/start.ts';

const APP = { clientId: '2141029472.691202649728', clientSecret: 'the-secret-of-the-slack-app' };
const CALLBACK = 'https://hallpass.example.com/console/link/slack';
let slack: SlackFarEnd;
beforeAll(async () => {
  const tokens = { signingSecret: 'x', botToken: 'xoxb-x', appToken: 'xapp-x' };
  slack = await startSlack({ ...tokens, limits: 'off', openId: { ...APP, redirectUris: [CALLBACK] } });
});
beforeEach(() => says({}));
afterAll(() => slack.close());

function says(more: Readonly<Record<string, unknown>>): void {
  if (slack.openId) slack.openId.lie = (claims) => ({ ...claims, ...more });
}
const signIn = (more: Partial<Parameters<typeof createSlackSignIn>[0]> = {}, clock = transportClock): SlackSignIn =>
  createSlackSignIn(
    {
      issuer: slack.openId?.issuer ?? '',
      clientId: APP.clientId,
      clientSecret: new Secret(APP.clientSecret),
      redirectUri: CALLBACK,
      workspaceId: SLACK.workspaceId,
      ...more,
    },
    clock,
  );
const begun = () => ({ state: 'a-state', nonce: 'a-nonce', begunAt: Date.now() });

/** Nora goes through Slack's page; the code that she comes back with. */
async function codeFor(url: string): Promise<string> {
  const shown = await (await fetch(url)).text();
  const page = /name="page" value="(\w+)"/.exec(shown)?.[1] ?? '';
  const answer = await fetch(`${slack.openId?.issuer ?? ''}/openid/connect/continue`, {
    method: 'POST',
    body: new URLSearchParams({ page, person: NORA.slackUserId }),
    redirect: 'manual',
  });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}
const outcome = (work: Promise<unknown>) => work.then(JSON.stringify, codeOf);

describe('a sign-in with Slack', () => {
  it('asks for the id alone, in our workspace, with state and nonce, and learns workspace and user', async () => {
    const client = signIn();
    const visit = begun();
    const url = await client.authorizeUrl(visit);
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: 'code',
      scope: 'openid',
      client_id: APP.clientId,
      redirect_uri: CALLBACK,
      team: SLACK.workspaceId,
      state: 'a-state',
      nonce: 'a-nonce',
    });
    expect(await client.redeem(await codeFor(url), visit)).toEqual({ workspaceId: SLACK.workspaceId, userId: NORA.slackUserId });
  });

  it.each<readonly [what: string, lie: Readonly<Record<string, unknown>>, code: string]>([
    ['of another issuer', { iss: 'https://slack.com.evil.test' }, 'slack-token.issuer'],
    ['for another app', { aud: '1.2' }, 'slack-token.audience'],
    ['for another app besides ours', { aud: [APP.clientId, '1.2'] }, 'slack-token.claims'],
    ['of another sign-in', { nonce: 'another' }, 'slack-token.nonce'],
    ['without a nonce', { nonce: undefined }, 'slack-token.nonce'],
    ['that is over', { exp: Math.floor(Date.now() / 1000) - 60 }, 'slack-token.expired'],
    ['without an end', { exp: undefined }, 'slack-token.claims'],
    ['signed before the click', { iat: Math.floor(Date.now() / 1000) - 120 }, 'slack-token.stale'],
    ['without a workspace', { 'https://slack.com/team_id': undefined }, 'slack-token.claims'],
    ['of a whole organisation', { 'https://slack.com/team_id': 'E0ORGANIZED' }, 'slack-token.claims'],
    ['without a user', { 'https://slack.com/user_id': undefined }, 'slack-token.claims'],
    ['of a bot', { 'https://slack.com/user_id': 'B0BOT0001' }, 'slack-token.claims'],
  ])('does not believe a token %s', async (_what, lie, code) => {
    const client = signIn();
    const visit = begun();
    const redeemed = await codeFor(await client.authorizeUrl(visit));
    says(lie);
    expect(await outcome(client.redeem(redeemed, visit))).toBe(code);
  });

  it('does not believe what took longer than ten minutes', async () => {
    const client = signIn({}, { ...transportClock, now: () => Date.now() });
    const visit = { ...begun(), begunAt: Date.now() - 601_000 };
    expect(await outcome(client.redeem(await codeFor(await client.authorizeUrl(visit)), visit))).toBe('slack-token.stale');
  });

  it('takes a code once', async () => {
    const client = signIn();
    const visit = begun();
    const code = await codeFor(await client.authorizeUrl(visit));
    await client.redeem(code, visit);
    expect(await outcome(client.redeem(code, visit))).toBe('slack-sign-in.code-refused');
    expect(await outcome(client.redeem('never-issued', visit))).toBe('slack-sign-in.code-refused');
  });

  it('says when Slack does not know the app, and never its secret', async () => {
    const client = signIn({ clientSecret: new Secret('another-secret') });
    const visit = begun();
    const error: unknown = await client
      .redeem(await codeFor(await client.authorizeUrl(visit)), visit)
      .catch((each: unknown) => each);
    expect(codeOf(error)).toBe('slack-sign-in.client-refused');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('another-secret');
  });

  it('believes the keys of now: of a key that Slack no longer publishes, nothing', async () => {
    const client = signIn();
    const visit = begun();
    await slack.openId?.rotateKeys();
    expect(await outcome(client.redeem(await codeFor(await client.authorizeUrl(visit)), visit))).toContain(NORA.slackUserId);
  });
});

describe('a Slack that lies about itself', () => {
  let server: Server;
  let issuer = '';
  let metadata: Record<string, unknown> = {};
  let idToken = '';
  beforeAll(async () => {
    server = createServer((req, res) => {
      const known = req.url === '/.well-known/openid-configuration' ? metadata : { ok: true, id_token: idToken };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(known));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${slack.openId?.issuer ?? ''}/openid/connect/keys`,
    };
  });
  afterAll(() => void server.close());

  it.each<readonly [what: string, change: Record<string, unknown>]>([
    ['of another issuer', { issuer: 'https://slack.com' }],
    ['with an open address for the secret', { token_endpoint: 'http://slack.example.com/token' }],
    ['with an open address for the keys', { jwks_uri: 'http://slack.example.com/keys' }],
    ['with an open address for people', { authorization_endpoint: 'http://slack.example.com/authorize' }],
  ])('is not spoken to: %s', async (_what, change) => {
    Object.assign(metadata, change);
    expect(await outcome(signIn({ issuer }).authorizeUrl(begun()))).toBe('slack-sign-in.unavailable');
  });

  it('is spoken to when it tells the truth, and not believed what others signed', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    idToken = await new SignJWT({
      nonce: 'a-nonce',
      'https://slack.com/team_id': 'T0WORK',
      'https://slack.com/user_id': 'U0RITA',
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'of-nobody' })
      .setIssuer(issuer)
      .setAudience(APP.clientId)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    const client = signIn({ issuer });
    expect(await outcome(client.authorizeUrl(begun()))).toContain('/authorize');
    expect(await outcome(client.redeem('a-code', begun()))).toBe('slack-token.signature');
    const [, body = ''] = idToken.split('.');
    idToken = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    expect(await outcome(client.redeem('a-code', begun()))).toBe('slack-token.signature');
  });
});
