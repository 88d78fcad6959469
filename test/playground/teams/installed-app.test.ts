import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RITA, TEAMS, TENANT_ID } from '../../../src/playground/cast.ts';
import { installedApp } from '../../../src/playground/teams/installed-app.ts';
import { bareTeams } from './bare-teams.ts';

const OURS = join(import.meta.dirname, '../../../manifest/teams.json');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hallpass-manifest-'));
});
afterAll(async () => rm(folder, { recursive: true }));

interface Manifest {
  readonly name: { readonly short: string; readonly full: string };
  readonly bots: readonly { readonly botId: string; readonly scopes: readonly string[] }[];
}

async function changed(change: (manifest: Manifest) => object): Promise<string> {
  const manifest = JSON.parse(await readFile(OURS, 'utf8')) as Manifest;
  const file = join(folder, `${Math.random()}.json`);
  await writeFile(file, JSON.stringify({ ...manifest, ...change(manifest) }));
  return file;
}
const inScopes = (...scopes: readonly string[]) =>
  changed(({ bots }) => ({ bots: bots.map((bot) => ({ ...bot, scopes, commandLists: [] })) }));

describe('the app that Teams takes', () => {
  it('is ours, for a person and for a team', async () => {
    await expect(installedApp(OURS)).resolves.toEqual({ personal: true, team: true });
  });

  it.each([
    ['a name of 30 characters', 30, undefined],
    ['a longer name', 31, 'playground.manifest-refused'],
  ])('has %s or is refused', async (_, length, code) => {
    const file = await changed(({ name }) => ({ name: { ...name, short: 'x'.repeat(length) } }));
    const refusal = await installedApp(file).catch((error: unknown) => Reflect.get(Object(error), 'code'));
    expect(typeof refusal === 'string' ? refusal : undefined).toBe(code);
  });

  it.each(['1.99', '1.25/../1.24', 7])(
    'is of a version that is published, and no other is asked for anywhere: %s',
    async (version) => {
      const file = await changed(() => ({ manifestVersion: version }));
      await expect(installedApp(file)).rejects.toMatchObject({ code: 'playground.manifest-refused' });
    },
  );

  it('is not there for a person when it names teams only, and the other way round', async () => {
    const toPerson = { isGroup: false, members: [{ id: RITA.objectId }], channelData: { tenant: { id: TENANT_ID } } };
    const said = (channelId: string) => ({
      isGroup: true,
      channelData: { tenant: { id: TENANT_ID }, channel: { id: channelId } },
      activity: { type: 'message', text: 'words' },
    });
    for (const [scope, person, team] of [
      ['team', 403, 201],
      ['personal', 201, 403],
    ] as const) {
      const { call, stop } = await bareTeams({ manifestFile: await inScopes(scope) });
      expect((await call('POST', 'conversations', toPerson)).status).toBe(person);
      expect((await call('POST', 'conversations', said(TEAMS.approversConversationId))).status).toBe(team);
      await stop();
    }
  });
});
