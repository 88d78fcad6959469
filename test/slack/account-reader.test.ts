import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { codeOf } from '../../src/access/core/app-error.ts';
import { Secret } from '../../src/access/core/secret.ts';
import { readSlackAccount } from '../../src/slack/account-reader.ts';
import { createSlackClient } from '../../src/slack/slack-client.ts';
import { WORKSPACE } from './payload-samples.ts';
import { localSlack, type LocalSlack } from './slack-world.ts';

let slack: LocalSlack;
beforeAll(async () => {
  slack = await localSlack();
});
afterAll(() => slack.close());

const MEMBER = {
  id: 'U0RITA',
  team_id: WORKSPACE,
  name: 'rita',
  profile: { real_name: 'Rita Requester', email: 'rita@playground.example' },
  deleted: false,
  is_bot: false,
  is_restricted: false,
  is_ultra_restricted: false,
};
const without = (...keys: readonly string[]) => Object.fromEntries(Object.entries(MEMBER).filter(([key]) => !keys.includes(key)));
async function read(user: Readonly<Record<string, unknown>>): Promise<unknown> {
  slack.answer('users.info', () => ({ ok: true, user }));
  const client = createSlackClient(slack.apiUrl, new Secret('xoxb-1'), pino({ level: 'silent' }));
  return readSlackAccount(client, WORKSPACE, 'U0RITA').catch((error: unknown) => codeOf(error));
}

describe('a Slack account that is looked up', () => {
  it('is its workspace, its name and its kind, and no address', async () => {
    const plain = { workspaceId: WORKSPACE, name: 'Rita Requester', deactivated: false, machine: false, guest: false };
    expect(await read(MEMBER)).toEqual(plain);
  });

  it.each<readonly [what: string, user: Readonly<Record<string, unknown>>, seen: object | string]>([
    ['is a guest of several channels', { ...MEMBER, is_restricted: true }, { guest: true }],
    ['is a guest of one channel', { ...MEMBER, is_restricted: true, is_ultra_restricted: true }, { guest: true }],
    ['is a guest of one channel, however little Slack says', { ...MEMBER, is_ultra_restricted: true }, { guest: true }],
    ['is a bot', { ...MEMBER, is_bot: true }, { machine: true }],
    [
      'left, of whom Slack tells no flags',
      { ...without('is_restricted', 'is_ultra_restricted'), deleted: true },
      { deactivated: true },
    ],
    ['is of another workspace', { ...MEMBER, team_id: 'T0ELSE' }, { workspaceId: 'T0ELSE' }],
    ['is a stranger of another workspace', { ...MEMBER, team_id: 'T0ELSE', is_stranger: true }, { workspaceId: 'T0ELSE' }],
    ['is a stranger of our own workspace', { ...MEMBER, is_stranger: true }, 'chat.rejected'],
    ['has no flag for guests', without('is_restricted'), 'chat.rejected'],
    ['has no flag for guests of one channel', without('is_ultra_restricted'), 'chat.rejected'],
    ['has no flag for bots', without('is_bot'), 'chat.rejected'],
    ['has no flag for who left', without('deleted'), 'chat.rejected'],
    ['has no workspace', without('team_id'), 'chat.rejected'],
    ['is somebody else', { ...MEMBER, id: 'U0OTHER' }, 'chat.rejected'],
  ])('and %s', async (_what, user, seen) => {
    const found = await read(user);
    if (typeof seen === 'string') expect(found).toBe(seen);
    else expect(found).toMatchObject(seen);
  });
});
