import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BAD_INPUT, form, homeOpened, json, now, press, type Sent } from './bad-input-table.ts';
import { buttonPress, FORM, formOf, requestSubmission, signed } from './payload-samples.ts';
import { localSlack, slackWorld, type SlackWorld } from './slack-world.ts';

let world: SlackWorld;
beforeAll(async () => {
  world = await slackWorld({
    decide: async (_actor, caseId) =>
      caseId === 'case0001'
        ? { done: true, sentence: 'Approved.' }
        : { done: false, code: 'case.unknown', reason: 'Hallpass does not know this request.', hint: 'Ask again.' },
  });
});
afterAll(async () => world.close());

describe('what reaches the Slack endpoint', () => {
  it.each(BAD_INPUT)('is refused without an effect when it is %s (%d)', async (_, status, code, lie) => {
    const before = world.desk.calls.length;
    const { body, headers } = lie();
    const answer = await world.send(body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status, code });
    expect(answer.headers.get('x-slack-no-retry')).toBe('1');
    expect(world.desk.calls).toHaveLength(before);
  });

  it.each(BAD_INPUT)('reaches the desk without the lie: %s', async (_, __, ___, ____, twin) => {
    const before = world.desk.calls.length;
    const { body, headers } = twin();
    const answer = await world.send(body, headers);
    expect(answer.status).toBe(200);
    await answer.text();
    await world.desk.heard(before + 1);
    expect(world.desk.calls).toHaveLength(before + 1);
  });

  it('is taken once: the same bytes again are refused', async () => {
    const body = press();
    const headers = { ...signed(body), 'content-type': FORM };
    const before = world.desk.calls.length;
    expect((await world.send(body, headers)).status).toBe(200);
    const replay = await world.send(body, headers);
    expect(replay.status).toBe(409);
    expect(await replay.json()).toMatchObject({ code: 'chat.replayed' });
    expect(world.desk.calls).toHaveLength(before + 1);
  });

  it('is taken once when Slack delivers an event again, freshly signed', async () => {
    const event = homeOpened();
    const before = world.desk.calls.length;
    for (const at of [now() - 2, now() - 1, now()]) {
      const body = JSON.stringify(event);
      const again = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
      const answer = await world.send(body, { ...signed(body, at), ...again, 'content-type': 'application/json' });
      expect(answer.status).toBe(200);
    }
    await world.desk.heard(before + 1);
    expect(world.desk.calls).toHaveLength(before + 1);
  });

  it('is acknowledged and refused politely, to the one who pressed, when the case is unknown', async () => {
    const answer = await world.send(...sendable(form(press({ response_url: world.slack.responseUrl }, 'no-such-case'))));
    expect(answer.status).toBe(200);
    const { fields } = await world.slack.called('respond');
    expect(fields).toMatchObject({ response_type: 'ephemeral' });
    await world.surface.stop();
    const said = JSON.stringify(world.slack.calls.filter(({ method }) => method === 'respond').at(-1));
    expect(said).toContain('does not know this request');
    expect(said).toContain('case.unknown');
  });

  it('is acknowledged and refused politely when the button is none of ours', async () => {
    const before = world.desk.calls.length;
    const body = formOf({
      payload: JSON.stringify(buttonPress('constructor', 'case0001', { response_url: world.slack.responseUrl })),
    });
    expect((await world.send(...sendable(form(body)))).status).toBe(200);
    await world.surface.stop();
    expect(world.desk.calls).toHaveLength(before);
    expect(JSON.stringify(world.slack.calls.at(-1))).toContain('no longer works');
  });

  it('answers Slack’s certificate check without a signature and without reading what came with it', async () => {
    const before = world.desk.calls.length;
    const answer = await world.send(`ssl_check=1&${press()}`, { 'content-type': FORM });
    expect(answer.status).toBe(200);
    expect(world.desk.calls).toHaveLength(before);
  });

  it('proves its address to Slack, signed only', async () => {
    const challenge = { type: 'url_verification', challenge: 'abc', token: 'retired' };
    const { body, headers } = json(challenge);
    expect(await (await world.send(body, headers)).json()).toEqual({ challenge: 'abc' });
    expect((await world.send(body, { 'content-type': 'application/json' })).status).toBe(401);
  });

  it('takes a form whatever its media type says beside the type', async () => {
    const body = press();
    const answer = await world.send(body, { ...signed(body), 'content-type': `${FORM}; charset=utf-8` });
    expect(answer.status).toBe(200);
  });

  it('has its answers sent to the workspace alone, whatever address it names', async () => {
    const elsewhere = await localSlack();
    await world.send(...sendable(form(press({ response_url: elsewhere.responseUrl }))));
    await world.surface.stop();
    await elsewhere.close();
    expect(elsewhere.calls).toEqual([]);
    expect(world.slack.calls.at(-1)?.method).toBe('chat.postEphemeral');
  });

  it('never puts what people wrote, nor a secret, into the log', async () => {
    await world.send(...sendable(form(formOf({ payload: JSON.stringify(requestSubmission()) }))));
    expect(world.logged()).not.toContain('INC-4211');
    expect(world.logged()).not.toContain('xoxb-');
    expect(world.logged()).not.toContain('v0=');
  });
});

function sendable({ body, headers }: Sent): [string, Readonly<Record<string, string>>] {
  return [body, headers];
}
