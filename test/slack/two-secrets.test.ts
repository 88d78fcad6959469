import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Secret } from '../../src/access/core/secret.ts';
import { verifySignature } from '../../src/slack/verify-request.ts';
import { form, now, press } from './bad-input-table.ts';
import { signed, SIGNING_SECRET } from './payload-samples.ts';
import { slackWorld, type SlackWorld } from './slack-world.ts';

const BEFORE = 'the-secret-before-this-one';

let world: SlackWorld;
afterEach(() => world.close());

const rotating = async (count = jest.fn<() => void>()) => {
  world = await slackWorld(
    { decide: async () => ({ done: true, sentence: 'Approved.' }) },
    { previousSigningSecret: new Secret(BEFORE) },
    undefined,
    {},
    count,
  );
  return count;
};
const sent = async ({ body, headers }: ReturnType<typeof form>) => world.send(body, headers);

describe('while the signing secret is being rotated', () => {
  it('hears what Slack signs by the new secret, and counts nothing', async () => {
    const count = await rotating();
    const body = press();
    expect((await sent(form(body))).status).toBe(200);
    await world.desk.heard(1);
    expect(count).not.toHaveBeenCalled();
    expect(world.logged()).not.toContain('slack.previous-secret');
  });

  it('hears what Slack signs by the one before, counts it, and says so once', async () => {
    const count = await rotating();
    for (const caseId of ['case0001', 'case0002']) {
      const body = press({}, caseId);
      expect((await sent(form(body, signed(body, now(), BEFORE)))).status).toBe(200);
    }
    await world.desk.heard(2);
    expect(count).toHaveBeenCalledTimes(2);
    expect(world.logged().match(/slack\.previous-secret/g)).toHaveLength(1);
    expect(world.logged()).not.toContain(BEFORE);
  });

  it.each([
    ['by a third one', 'forged', (body: string) => signed(body, now(), 'a-third-one')],
    ['by an empty one', 'forged', (body: string) => signed(body, now(), '')],
    ['by the two in a row', 'forged', (body: string) => signed(body, now(), `${SIGNING_SECRET}${BEFORE}`)],
    ['by the one before, of another body', 'forged', () => signed('another', now(), BEFORE)],
    ['by the one before, ten minutes ago', 'stale', (body: string) => signed(body, now() - 600, BEFORE)],
    ['by the one before, for ten minutes hence', 'future', (body: string) => signed(body, now() + 600, BEFORE)],
  ])('refuses what is signed %s', async (_, fault, lie) => {
    const count = await rotating();
    const body = press();
    const answer = await sent(form(body, lie(body)));
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ code: `chat.signature-${fault}` })]);
    expect([world.desk.calls, count.mock.calls]).toEqual([[], []]);
  });

  it('takes the same press once, also when it comes by both secrets', async () => {
    await rotating();
    const body = press();
    const at = now();
    expect((await sent(form(body, signed(body, at, BEFORE)))).status).toBe(200);
    expect((await sent(form(body, signed(body, at, BEFORE)))).status).toBe(409);
  });
});

describe('when it has been rotated', () => {
  it('refuses what is signed by the one before', async () => {
    world = await slackWorld();
    const body = press();
    expect((await sent(form(body, signed(body, now(), BEFORE)))).status).toBe(401);
  });

  it('says by which secret it was signed', async () => {
    world = await slackWorld();
    const rawBody = Buffer.from('x=1');
    const by = (secret: string) => {
      const { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } = signed('x=1', now(), secret);
      return verifySignature({ signature, timestamp, rawBody }, { current: SIGNING_SECRET, previous: BEFORE }, Date.now());
    };
    expect([by(SIGNING_SECRET), by(BEFORE)]).toEqual([{ by: 'current' }, { by: 'previous' }]);
  });
});
