import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MACHINE_CHECKS, SLACK_CHECKS, TEAMS_CHECKS, TENANT_CHECKS } from '../../../src/cli/doctor/bot-groups.ts';
import { PERIMETER_CHECKS } from '../../../src/cli/doctor/perimeter-groups.ts';
import { RITA, SAM } from '../../../src/playground/cast.ts';
import { personal, seen, wordsOf } from '../../support/acting.ts';
import { type DoctorWorld, doctorWorld } from './scene.ts';
import { ROWS } from './rows.ts';

jest.setTimeout(60_000);
let world: DoctorWorld;
beforeAll(async () => {
  world = await doctorWorld();
}, 60_000);
afterAll(() => world.close());

describe('doctor, beside a bot and a perimeter that run', () => {
  it('finds nothing wrong where all is as it should be', async () => {
    const { results, verdict } = await world.examine(world.scene());
    const others = results.filter(({ state }) => state !== 'ok');
    // The playground signs in with client secrets, which works.
    expect(others.filter(({ state, says }) => state !== 'warning' || !says.join().includes('can be copied'))).toEqual([]);
    expect(verdict).toBe('ok');
  });

  it.each(ROWS)('$of, $id: $when', async ({ of, id, spoil, state = 'missing', says, command, mend }) => {
    const scene = world.scene();
    const undo = await spoil(scene);
    const found = await world.look(scene, of, id).finally(() => undo?.());
    expect([found.state, found.says.join('\n')]).toEqual([state, expect.stringMatching(says)]);
    if (command !== undefined) expect(found.command).toMatch(command);
    await mend?.(scene);
    const after = await world.look(scene, of, id);
    expect(['ok', 'warning']).toContain(after.state);
    expect(after.says.join('\n')).not.toMatch(says);
  });

  it('says which secret is not there, and goes on with the rest', async () => {
    const scene = world.scene();
    scene.hallpass.slack.botToken = { file: '/nowhere/token' };
    const { results, verdict } = await world.examine(scene);
    const ofSlack = results.filter(({ of }) => of === 'Slack');
    expect(ofSlack).toEqual([
      expect.objectContaining({
        id: 'opened',
        state: 'missing',
        code: 'secret.missing',
        says: [expect.stringContaining('/nowhere/token')],
      }),
    ]);
    expect([verdict, results.some(({ of }) => of === 'Teams')]).toEqual(['missing', true]);
  });

  it('has a row for each of its checks', () => {
    const groups = {
      Bot: TENANT_CHECKS,
      Slack: SLACK_CHECKS,
      Teams: TEAMS_CHECKS,
      'This machine': MACHINE_CHECKS,
      Perimeter: PERIMETER_CHECKS,
    };
    const all = Object.entries(groups).flatMap(([of, checks]) => checks.map(({ id }) => `${of} ${id}`));
    const shown = new Set([
      ...ROWS.filter(({ state = 'missing' }) => state === 'missing').map(({ of, id }) => `${of} ${id}`),
      LEDGER,
    ]);
    // More than it needs, or less than it could use: the bot works all the same.
    expect(all.filter((check) => !shown.has(check))).toEqual(['Bot graph-writes', 'Bot licences']);
  });
});

const LEDGER = 'Bot ledger';

describe('an operator who asks in chat', () => {
  it('is shown in Slack what the bot itself sees', async () => {
    world.scene();
    const { slack } = world.world;
    await slack.people.slashCommand(SAM.slackUserId, '/access', 'doctor');
    const modal = () => slack.model.state().modals[SAM.slackUserId]?.at(-1);
    const shown = await seen(world.world, 'the result', () =>
      wordsOf(modal() ?? '').includes('This machine: ok') ? modal() : false,
    );
    expect(wordsOf(shown)).toMatch(/Hallpass is as it should be.*Bot in .*: ok.*Slack: ok/s);
    await slack.people.slashCommand(RITA.slackUserId, '/access', 'doctor');
    const told = await seen(world.world, 'the refusal', () => slack.model.state().modals[RITA.slackUserId]?.at(-1));
    expect(wordsOf(told)).toContain('Only operators may have Hallpass examined.');
  });

  it('is shown it in their own chat with the bot in Teams', async () => {
    world.scene();
    const { teams } = world.world;
    await teams.people.install(SAM.key);
    await teams.people.say(SAM.key, 'doctor');
    await seen(world.world, 'the result', () => wordsOf(personal(world.world, SAM)).includes('This machine: '));
    expect(wordsOf(personal(world.world, SAM))).toContain('Hallpass is as it should be');
    expect(wordsOf(personal(world.world, RITA))).not.toContain('This machine');
  });
});

describe('doctor, of a perimeter whose history was set back', () => {
  it('says so, and that it is in order once the perimeter was reconciled', async () => {
    const scene = world.scene();
    const remembers = mkdtempSync(join(tmpdir(), 'hallpass-remembers-'));
    writeFileSync(join(remembers, 'perimeter-ledger.json'), JSON.stringify({ seq: 40_000, head: 'f'.repeat(64) }));
    scene.hallpass.store = { folder: remembers };
    const found = await world.look(scene, 'Bot', 'ledger');
    expect([found.state, found.says[0]]).toEqual(['missing', expect.stringContaining('the bot saw 40000')]);
    expect(found.command).toMatch(/^hallpass perimeter reconcile/);
    expect(await world.look(scene, 'Bot', 'perimeter')).toMatchObject({
      state: 'missing',
      says: [expect.stringContaining('ledger.')],
    });

    const { perimeter, files, caFile, microsoft } = world.world;
    microsoft.tenant.permissions.reset();
    await perimeter.kill('SIGTERM');
    const env = { PATH: process.env['PATH'] ?? '', NODE_EXTRA_CA_CERTS: caFile, NODE_NO_WARNINGS: '1' };
    const args = ['src/main.ts', 'perimeter', 'reconcile', '--config', files.perimeter, '--yes'];
    const [code] = (await once(spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }), 'close')) as [
      number | null,
    ];
    expect(code).toBe(0);
    await perimeter.restart();
    for (const id of ['ledger', 'perimeter']) expect(await world.look(scene, 'Bot', id)).toMatchObject({ state: 'ok' });
  });
});
