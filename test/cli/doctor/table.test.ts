import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MACHINE_CHECKS, SLACK_CHECKS, TEAMS_CHECKS, TENANT_CHECKS } from '../../../src/cli/doctor/bot-groups.ts';
import { PERIMETER_CHECKS } from '../../../src/cli/doctor/perimeter-groups.ts';
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
    expect(results.filter(({ state }) => state !== 'ok').map(({ of, id, says }) => [of.split(' ')[0], id, says])).toEqual([
      ['Bot', 'own-credential', [expect.stringContaining('can be copied')]],
      ['Perimeter', 'own-credential', [expect.stringContaining('can be copied')]],
    ]);
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
