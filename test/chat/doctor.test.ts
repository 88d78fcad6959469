import { afterEach, describe, expect, it } from '@jest/globals';
import type { DoctorReport } from '../../src/chat/doctor-report.ts';
import { doctorView } from '../../src/chat/projections/doctor-view.ts';
import { ANNA, type BotWorld, botWorld, FOREIGN_TENANT, inSlack, inTeams, RITA, SAM, TENANT } from '../bot/bot-world.ts';

const OPERATORS = '96000000-0000-4000-8000-000000000009';
let world: BotWorld;

/** Sam is in the group of operators, Anna is named. */
async function start(operator: object = { groups: [OPERATORS.toUpperCase()], people: [{ tenantId: TENANT, objectId: ANNA }] }) {
  world = await botWorld((config) => (config['roles'] = { operator }));
  world.directory.groups.set(OPERATORS, [SAM]);
}
const examine = (actor: Parameters<BotWorld['bot']['desk']['doctor']>[0]) => world.bot.desk.doctor(actor);

describe('having Hallpass examined', () => {
  afterEach(() => world.close());

  it.each([
    ['in the group, from Slack', inSlack(SAM)],
    ['in the group, from Teams', inTeams(SAM)],
    ['named, from Slack', inSlack(ANNA)],
  ])('is for operators: %s', async (_, actor) => {
    await start();
    expect(await examine(actor)).toMatchObject({ title: 'Something is missing' });
  });

  it.each([
    ['somebody else', inSlack(RITA), 'operator.not-listed'],
    ['an account that nobody knows', { ...inSlack(SAM), userId: 'U0NOBODY' }, 'people.unmapped'],
    ['somebody of another tenant', inTeams(SAM, FOREIGN_TENANT), 'people.foreign-tenant'],
  ])('is refused to %s', async (_, actor, code) => {
    await start();
    expect(await examine(actor)).toMatchObject({ refusal: { code } });
  });

  it('is refused to everybody where no operator is named', async () => {
    await start({});
    expect(await examine(inSlack(SAM))).toMatchObject({ refusal: { code: 'operator.not-listed' } });
  });

  it('is refused while the directory cannot say who is an operator, also to who is named', async () => {
    await start();
    world.directory.down = true;
    expect(await examine(inSlack(SAM))).toMatchObject({ refusal: { code: 'membership-unknown' } });
    expect(await examine(inSlack(ANNA))).toMatchObject({ refusal: { code: 'membership-unknown' } });
  });

  it('is refused at once to whoever left the group, or was disabled', async () => {
    await start();
    world.directory.groups.set(OPERATORS, []);
    expect(await examine(inSlack(SAM))).toMatchObject({ refusal: { code: 'operator.not-listed' } });
    world.directory.people.set(ANNA, { objectId: ANNA, displayName: 'Anna', enabled: false, guest: false });
    expect(await examine(inSlack(ANNA))).toMatchObject({ refusal: { code: 'account-disabled' } });
  });
});

describe('what an operator reads', () => {
  const result = { of: 'Slack', id: 'x', says: ['It is so.'] };
  const report: DoctorReport = {
    verdict: 'missing',
    results: [
      { ...result, title: 'Token', state: 'ok' },
      { ...result, title: 'Clock', state: 'warning' },
      { ...result, title: 'Sight', state: 'unknown', command: 'az show' },
      { ...result, title: 'Scopes', state: 'missing', command: 'az mend' },
      { ...result, title: 'Store', state: 'ok' },
    ],
  };

  it('begins with what is missing and how it is mended, and ends with what is right', () => {
    expect(doctorView(report)).toEqual({
      title: 'Something is missing',
      facts: [
        { label: 'Scopes (Slack): missing', text: 'It is so.' },
        { label: 'Command', text: 'az mend' },
        { label: 'Sight (Slack): could not check', text: 'It is so.' },
        { label: 'Command', text: 'az show' },
        { label: 'Clock (Slack): ok, but', text: 'It is so.' },
        { label: 'Slack: ok', text: 'Token, Store' },
      ],
    });
  });
});
