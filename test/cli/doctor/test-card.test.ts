import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { testCard } from '../../../src/cli/test-card-run.ts';
import { ANNA, RITA, SLACK, TEAMS } from '../../../src/playground/cast.ts';
import { type DoctorWorld, doctorWorld, type Scene } from './scene.ts';

jest.setTimeout(60_000);
let world: DoctorWorld;
beforeAll(async () => {
  world = await doctorWorld();
}, 60_000);
afterAll(() => world.close());

function send({ hallpass }: Scene, place: string) {
  const file = join(world.world.folder, 'sample.yaml');
  writeFileSync(file, stringify(hallpass));
  return testCard(file, place);
}
const inSlack = (channelId: string) =>
  JSON.stringify(world.world.slack.model.state().channels.find(({ id }) => id === channelId)?.messages ?? []);
const inTeams = () => JSON.stringify(world.world.teams.model.state());

describe('a sample card', () => {
  it.each(['security', SLACK.securityChannelId, TEAMS.securityConversationId])('goes to the channel %s', async (place) => {
    const { lines, fit } = await send(world.scene(), place);
    expect([fit, lines.join('\n')]).toEqual([true, expect.stringContaining('Posted a sample card in ')]);
  });

  it('stands in Slack and Teams, says that it is a sample, and has nothing to press', async () => {
    await send(world.scene(), 'global-reader');
    const [slack, teams] = [inSlack(SLACK.approversChannelId), inTeams()];
    for (const text of [slack, teams]) expect(text).toMatch(/nobody: this is a sample/);
    expect(slack).toContain('A sample: nothing to do.');
    expect(slack).not.toMatch(/"type":"(actions|button)"/);
    expect(teams).not.toMatch(/"verb":"(approve|deny)"/);
  });

  it.each([RITA.slackUserId, RITA.objectId.toUpperCase()])('reaches a person of the file by %s', async (place) => {
    const { lines } = await send(world.scene(), place);
    expect(lines.join('\n')).toMatch(/Posted a sample card in Slack, to /);
  });

  it('reaches nobody whom the file does not name', async () => {
    await expect(send(world.scene(), 'C0GENERAL0')).rejects.toMatchObject({
      code: 'usage.place',
      hint: expect.stringContaining('security, global-reader'),
    });
    const scene = world.scene();
    scene.hallpass.people = [];
    await expect(send(scene, ANNA.slackUserId)).rejects.toMatchObject({ code: 'usage.place' });
  });

  it('says in a sentence why it does not arrive', async () => {
    const scene = world.scene();
    scene.hallpass.slack.botToken = scene.secret('xoxb-not-a-token');
    await expect(send(scene, SLACK.securityChannelId)).rejects.toMatchObject({
      code: 'chat.unauthorized',
      hint: expect.stringContaining('Reinstall the app'),
    });
  });

  it('says that no real card would stand where one was posted', async () => {
    const scene = world.scene();
    const { model } = world.world.slack;
    const channel = model.channels.get(SLACK.securityChannelId);
    if (channel === undefined) throw new Error('no such channel');
    model.putChannel({ ...channel, kind: 'public' });
    const { fit, lines } = await send(scene, SLACK.securityChannelId);
    expect([fit, lines[1]]).toEqual([false, expect.stringMatching(/^No real card would be posted there: .*public/)]);
  });
});
