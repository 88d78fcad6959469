import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NORA, SLACK } from '../../../src/playground/cast.ts';
import { type SlackFarEnd, startSlack } from '../../../src/playground/slack/start.ts';

const APP = { clientId: '2141029472.691202649728', clientSecret: 'the-secret-of-the-slack-app' };
const CALLBACK = 'https://hallpass.example.com/console/link/slack';
let slack: SlackFarEnd;
beforeAll(async () => {
  const tokens = { signingSecret: 'x', botToken: 'xoxb-x', appToken: 'xapp-x' };
  slack = await startSlack({ ...tokens, limits: 'off', openId: { ...APP, redirectUris: [CALLBACK] } });
});
afterAll(() => slack.close());

const HONEST = {
  response_type: 'code',
  scope: 'openid',
  client_id: APP.clientId,
  redirect_uri: CALLBACK,
  state: 's',
  nonce: 'n',
};
const at = (path: string) => `${slack.openId?.issuer ?? ''}${path}`;
const asked = (change: Readonly<Record<string, string>> = {}) =>
  fetch(at(`/openid/connect/authorize?${new URLSearchParams({ ...HONEST, ...change }).toString()}`));

/** Where the browser is sent back to, after this person pressed their name. */
async function pressed(person: string, more: Readonly<Record<string, string>> = {}): Promise<Response> {
  const page = /name="page" value="(\w+)"/.exec(await (await asked()).text())?.[1] ?? '';
  const body = new URLSearchParams({ page, person, ...more });
  return fetch(at('/openid/connect/continue'), { method: 'POST', body, redirect: 'manual' });
}
const codeOf = (answer: Response) => new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
async function exchanged(code: string, change: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const fields = { client_id: APP.clientId, client_secret: APP.clientSecret, code, redirect_uri: CALLBACK, ...change };
  const answer = await fetch(at('/api/openid.connect.token'), { method: 'POST', body: new URLSearchParams(fields) });
  return answer.json();
}

describe('the sign-in of the playground’s Slack', () => {
  it('names its endpoints and publishes its keys where Slack does', async () => {
    expect(await (await fetch(at('/.well-known/openid-configuration'))).json()).toMatchObject({
      issuer: slack.openId?.issuer,
      token_endpoint: at('/api/openid.connect.token'),
      jwks_uri: at('/openid/connect/keys'),
      id_token_signing_alg_values_supported: ['RS256'],
    });
    expect(await (await fetch(at('/openid/connect/keys'))).json()).toMatchObject({ keys: [{ kty: 'RSA' }] });
  });

  it.each<readonly [what: string, change: Readonly<Record<string, string>>, error: string]>([
    ['another app', { client_id: '1.2' }, 'invalid_client_id'],
    ['another way back', { redirect_uri: `${CALLBACK}/more` }, 'bad_redirect_uri'],
    ['another kind of answer', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['no openid', { scope: 'profile' }, 'invalid_scope'],
    ['a scope that is none', { scope: 'openid chat:write' }, 'invalid_scope'],
    ['a challenge, although PKCE is off', { code_challenge: 'x' }, 'pkce_not_allowed'],
  ])('shows its own page for %s, and sends nobody back', async (_what, change, error) => {
    const answer = await asked(change);
    expect([answer.status, (await answer.text()).includes(error)]).toEqual([400, true]);
  });

  it('gives a code once for ten minutes, to the app with its secret, at the same way back', async () => {
    const code = codeOf(await pressed(NORA.slackUserId));
    expect(await exchanged(code, { client_secret: 'wrong' })).toEqual({ ok: false, error: 'bad_client_secret' });
    expect(await exchanged(code, { redirect_uri: 'https://elsewhere.example.com' })).toEqual({
      ok: false,
      error: 'bad_redirect_uri',
    });
    expect(await exchanged(code, { grant_type: 'password' })).toEqual({ ok: false, error: 'invalid_grant_type' });
    expect(await exchanged(code, { code_verifier: 'x' })).toEqual({ ok: false, error: 'internal_error' });
    expect(await exchanged(code)).toMatchObject({ ok: true, token_type: 'Bearer' });
    expect(await exchanged(code)).toEqual({ ok: false, error: 'code_already_used' });
    expect(await exchanged('never')).toEqual({ ok: false, error: 'invalid_code' });
  });

  it('tells who it is and where, and of the profile nothing that was not asked for', async () => {
    const { id_token: idToken } = (await exchanged(codeOf(await pressed(NORA.slackUserId)))) as { readonly id_token: string };
    const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      nonce: 'n',
      'https://slack.com/team_id': SLACK.workspaceId,
      'https://slack.com/user_id': NORA.slackUserId,
    });
    expect(JSON.stringify(claims)).not.toContain(NORA.name);
  });

  it('lets nobody in who turns back, left, or is an app', async () => {
    const errorOf = (answer: Response) => new URL(answer.headers.get('location') ?? '').searchParams.get('error');
    expect(errorOf(await pressed(NORA.slackUserId, { cancel: '1' }))).toBe('access_denied');
    expect(errorOf(await pressed(SLACK.botUserId))).toBe('access_denied');
    const nora = slack.model.users.get(NORA.slackUserId);
    if (nora) slack.model.putUser({ ...nora, deactivated: true });
    expect((await pressed(NORA.slackUserId)).status).toBe(400);
  });
});
