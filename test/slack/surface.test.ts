import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { Address } from '../../src/chat/surface.ts';
import { Secret } from '../../src/access/core/secret.ts';
import { transportClock } from '../../src/access/core/clock.ts';
import { createSlackSurface } from '../../src/slack/surface.ts';
import { isSlackAddress } from '../../src/slack/counter.ts';
import { REQUEST } from './examples.ts';
import { deskDouble } from './desk-double.ts';
import { CHANNEL, OTHER_WORKSPACE, RITA, WORKSPACE } from './payload-samples.ts';
import { silentLog, slackWorld, type SlackWorld } from './slack-world.ts';

let world: SlackWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const PLACE: Address = { platform: 'slack', workspaceId: WORKSPACE, channelId: CHANNEL };
const POSTED = { platform: 'slack', workspaceId: WORKSPACE, channelId: CHANNEL, messageId: '1.2' } as const;
const CARD = { kind: 'request', view: REQUEST } as const;

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('it should have failed with an AppError');
  return error;
}

describe('what Slack answers', () => {
  it.each([
    ['message_not_found', 'chat.message-gone', false],
    ['cant_update_message', 'chat.message-gone', false],
    ['channel_not_found', 'chat.no-such-place', false],
    ['not_in_channel', 'chat.no-such-place', false],
    ['invalid_auth', 'chat.unauthorized', false],
    ['token_revoked', 'chat.unauthorized', false],
    ['missing_scope', 'chat.forbidden', false],
    ['internal_error', 'chat.unavailable', true],
    ['ratelimited', 'chat.throttled', true],
    ['invalid_blocks', 'chat.rejected', false],
    ['an_error_of_next_year', 'chat.rejected', false],
    ['constructor', 'chat.rejected', false],
  ])('becomes one of our codes: %s', async (error, code, retryable) => {
    world = await slackWorld();
    world.slack.answer('chat.update', () => ({ ok: false, error }));
    expect(await failure(world.surface.update(POSTED, CARD))).toMatchObject({ code, retryable });
  });

  it('tells how long to wait when it is too much, and is not asked again meanwhile', async () => {
    world = await slackWorld();
    world.slack.answer('chat.postMessage', () => new Response(null, { status: 429, headers: { 'retry-after': '7' } }));
    const error = await failure(world.surface.post(PLACE, CARD));
    expect(error).toMatchObject({ code: 'chat.throttled', retryable: true, retryAfterMs: 7_000 });
    expect(world.slack.calls).toHaveLength(1);
  });

  it.each([
    [429, 'chat.unavailable', true],
    [500, 'chat.unavailable', true],
    [503, 'chat.unavailable', true],
    [404, 'chat.rejected', false],
  ])('is judged by its HTTP status: %d', async (status, code, retryable) => {
    world = await slackWorld();
    world.slack.answer('chat.postMessage', () => new Response(null, { status }));
    expect(await failure(world.surface.post(PLACE, CARD))).toMatchObject({ code, retryable });
    expect(world.slack.calls).toHaveLength(1);
  });

  it('is not there at all: that may pass, and is said as such', async () => {
    world = await slackWorld();
    await world.slack.close();
    expect(await failure(world.surface.post(PLACE, CARD))).toMatchObject({ code: 'chat.unavailable', retryable: true });
  });

  it('names the missing scope to the operator', async () => {
    world = await slackWorld();
    world.slack.answer('conversations.open', () => ({
      ok: false,
      error: 'missing_scope',
      needed: 'im:write',
      provided: 'chat:write',
    }));
    const error = await failure(world.surface.post({ platform: 'slack', workspaceId: WORKSPACE, userId: RITA }, CARD));
    expect(error.message).toContain('needs im:write');
    expect(error.hint).toContain('manifest/slack.json');
  });
});

describe('a message', () => {
  it('goes into the thread of the message it belongs to, in the same channel only', async () => {
    world = await slackWorld();
    await world.surface.post(PLACE, { kind: 'note', text: 'x' }, POSTED);
    await world.surface.post(PLACE, { kind: 'note', text: 'x' }, { ...POSTED, channelId: 'C0ELSEWHERE' });
    expect(world.slack.calls.map(({ fields }) => fields['thread_ts'])).toEqual(['1.2', undefined]);
  });

  it('never leaves for another workspace', async () => {
    world = await slackWorld();
    expect(await failure(world.surface.post({ ...PLACE, workspaceId: OTHER_WORKSPACE }, CARD))).toMatchObject({
      code: 'chat.wrong-workspace',
    });
    expect(await failure(world.surface.update({ ...POSTED, workspaceId: OTHER_WORKSPACE }, CARD))).toMatchObject({
      code: 'chat.wrong-workspace',
    });
    expect(world.slack.calls).toEqual([]);
  });

  it('never unfolds links into previews', async () => {
    world = await slackWorld();
    await world.surface.post(PLACE, CARD);
    expect(world.slack.calls[0]?.fields).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });
});

describe('health', () => {
  it('is bad with a sentence when the token is not accepted, and the process lives on', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    world = await slackWorld();
    world.slack.answer('auth.test', () => ({ ok: false, error: 'invalid_auth' }));
    expect(await world.surface.health()).toMatchObject({ ok: false, reason: expect.stringContaining('invalid_auth') });
    const answer = await world.command();
    expect(answer.status).toBe(200);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is bad when the token belongs to another workspace', async () => {
    world = await slackWorld();
    world.slack.answer('auth.test', () => ({ ok: true, team_id: OTHER_WORKSPACE }));
    expect(await world.surface.health()).toMatchObject({ ok: false, reason: expect.stringContaining(OTHER_WORKSPACE) });
  });

  it('asks Slack nothing before it is used', async () => {
    world = await slackWorld();
    expect(world.slack.calls).toEqual([]);
  });
});

describe('the settings', () => {
  it.each([
    ['http', 'signingSecret'],
    ['socket', 'appToken'],
  ] as const)('are refused when mode %s lacks its secret', (mode, key) => {
    const settings = { workspaceId: WORKSPACE, mode, apiUrl: 'https://slack.com/api/', botToken: new Secret('xoxb-x') };
    expect(() => createSlackSurface({ settings, desk: deskDouble(), log: silentLog, clock: transportClock })).toThrow(key);
  });
});

describe('a response address', () => {
  it.each([
    ['https://hooks.slack.com/actions/T1/2/x', 'https://slack.com/api/', true],
    ['https://hooks.slack-gov.com/commands/T1/2/x', 'https://slack-gov.com/api/', true],
    ['http://127.0.0.1:8080/actions/x', 'http://127.0.0.1:8080/api/', true],
    ['http://hooks.slack.com/actions/x', 'https://slack.com/api/', false],
    ['https://hooks.slack.com.evil.example/x', 'https://slack.com/api/', false],
    ['https://evil.example/hooks.slack.com', 'https://slack.com/api/', false],
    ['http://127.0.0.1:9090/actions/x', 'http://127.0.0.1:8080/api/', false],
    ['http://169.254.169.254/latest', 'https://slack.com/api/', false],
    ['not an address', 'https://slack.com/api/', false],
  ])('is used only where Slack itself answers: %s', (address, apiUrl, used) => {
    expect(isSlackAddress(address, apiUrl)).toBe(used);
  });
});
