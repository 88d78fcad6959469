import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { probe } from '../../../src/cli/probe-run.ts';
import { ENGINEERS_GROUP_ID, PERIMETER_APP } from '../../../src/playground/cast.ts';
import { type DoctorWorld, doctorWorld } from './scene.ts';

jest.setTimeout(60_000);
let world: DoctorWorld;
beforeAll(async () => {
  world = await doctorWorld();
}, 60_000);
afterAll(() => world.close());

/** The perimeter's own permissions, as the playground's seed has them. */
function ask(testGroupId?: string) {
  const { hallpass, perimeter } = world.scene();
  world.world.microsoft.tenant.permissions.reset();
  const own = join(world.world.folder, 'probe-bot.yaml');
  const guards = join(world.world.folder, 'probe-perimeter.yaml');
  writeFileSync(own, stringify(hallpass));
  writeFileSync(guards, stringify(perimeter));
  return probe({ config: own, perimeter: guards, ...(testGroupId === undefined ? {} : { testGroupId }) });
}
const writes = () => world.world.microsoft.tenant.audit.entries.filter(({ actor }) => actor.id === PERIMETER_APP.clientId).length;

describe('asking what no documentation settles', () => {
  it('says of each question what was seen and what Hallpass goes by, and writes nothing', async () => {
    const before = writes();
    const asked = await ask();
    expect(asked.map(({ id, answer }) => [id, answer])).toEqual([
      ['own-token', 'as assumed'],
      ['root-sources', 'as assumed'],
      ['created-by', 'as assumed'],
      ['least-licence', 'not answered'],
      ['scope-header', 'as assumed'],
      ['zones', 'as assumed'],
      ['channel-kinds', 'as assumed'],
      ['visibility', 'as assumed'],
      ['roster', 'as assumed'],
      ['pim-records', 'as assumed'],
    ]);
    expect(asked.find(({ id }) => id === 'least-licence')?.saw).toContain('LicenseAssignment.Read.All');
    expect(asked.every(({ saw, assumes }) => saw !== '' && assumes !== '')).toBe(true);
    expect(writes()).toBe(before);
  });

  it('says so where a tenant is otherwise than assumed', async () => {
    const { azure } = world.world.microsoft.tenant;
    const asking = ask();
    azure.indexLagMs = 3_600_000;
    azure.add(
      { scope: '/', role: 'contributor', principalId: PERIMETER_APP.principalId, principalType: 'ServicePrincipal' },
      SOMEBODY,
    );
    expect((await asking).find(({ id }) => id === 'root-sources')).toMatchObject({
      answer: 'otherwise',
      saw: expect.stringContaining('not the same'),
    });
  });

  it('puts its own identity into the group that is named, and takes it out again', async () => {
    const { directory } = world.world.microsoft.tenant;
    const members = () => [...directory.transitiveMemberIds(ENGINEERS_GROUP_ID)].toSorted();
    world.scene();
    const before = members();
    const asked = await ask(ENGINEERS_GROUP_ID);
    expect(asked.find(({ id }) => id === 'membership')).toMatchObject({ saw: expect.stringMatching(/^400 \w+ the second time/) });
    expect(members()).toEqual(before);
  });
});

describe('hallpass probe', () => {
  function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
    const { files, caFile } = world.world;
    const env = { PATH: process.env['PATH'] ?? '', NODE_EXTRA_CA_CERTS: caFile, NODE_NO_WARNINGS: '1' };
    const child = spawn(process.execPath, ['src/main.ts', 'probe', '--config', files.hallpass, ...args], { env });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (out += bytes.toString()));
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, out }));
    });
  }

  it('ends with 5 where something gave no answer, and lists what only a write would settle', async () => {
    const { code, out } = await run('--json');
    expect(code).toBe(5);
    expect(JSON.parse(out)).toMatchObject({ asked: expect.any(Array), byHand: expect.any(Array) });
  });

  it.each([[['--write']], [['--test-group', ENGINEERS_GROUP_ID]], [['--write', '--test-group', ENGINEERS_GROUP_ID]]])(
    'does not write with %j alone',
    async (args) => {
      expect(await run(...args)).toEqual({ code: 2, out: expect.stringContaining('usage.write') });
    },
  );
});

const SOMEBODY = { kind: 'user', id: 'x', objectId: 'x', name: 'Somebody' } as const;
