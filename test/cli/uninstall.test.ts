import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { remainsOf } from '../../src/cli/uninstall/remains.ts';
import { readHallpassConfig } from '../../src/config/read-hallpass-config.ts';
import { loadPerimeterConfig } from '../../src/perimeter/load-perimeter-config.ts';
import {
  APPROVAL_APP,
  APPROVERS_GROUP_ID,
  BOT_APP,
  ENGINEERS_GROUP_ID,
  PERIMETER_APP,
  RELEASE_GROUP_ID,
  TEAMS_APP_ID,
} from '../../src/playground/cast.ts';
import type { ConfigFiles } from '../../src/playground/config-files.ts';
import { hallpass } from './support/hallpass.ts';
import { twoConfigs } from './two-configs.ts';

jest.setTimeout(60_000);

let files: ConfigFiles;
beforeEach(() => {
  files = twoConfigs();
});
afterEach(() => rmSync(dirname(files.hallpass), { recursive: true, force: true }));

const remains = () => remainsOf(readHallpassConfig(files.hallpass), [loadPerimeterConfig(files.perimeter)]);
const idsOf = (what: RegExp) =>
  remains()
    .filter((each) => what.test(each.what))
    .map(({ id }) => id);
function edit(file: string, change: (content: Record<string, unknown>) => void): void {
  const content: Record<string, unknown> = parse(readFileSync(file, 'utf8'));
  change(content);
  writeFileSync(file, stringify(content));
}

describe('hallpass uninstall', () => {
  it('names each identity, registration, group, context, app and store that the files name, once', () => {
    expect(idsOf(/^Azure role assignments/)).toEqual([PERIMETER_APP.clientId, BOT_APP.clientId]);
    expect(idsOf(/^App registration/)).toEqual(
      expect.arrayContaining([PERIMETER_APP.clientId, BOT_APP.clientId, APPROVAL_APP.clientId, TEAMS_APP_ID]),
    );
    expect(idsOf(/^Role-assignable/).toSorted()).toEqual([ENGINEERS_GROUP_ID, APPROVERS_GROUP_ID].toSorted());
    expect(idsOf(/^Authentication context/)).toEqual(['c1']);
    expect([idsOf(/^Slack app/).length, idsOf(/^Teams app/).length]).toEqual([1, 1]);
    expect(idsOf(/^Store/)).toEqual([files.botStore, files.perimeterStore]);
    const keys = remains().map(({ what, id }) => `${what} ${id}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(remains().filter(({ remove }) => remove === '')).toEqual([]);
  });

  it('names a managed identity as one, and says of a group that was given that PIM keeps it', () => {
    edit(files.perimeter, (content) => {
      Object.assign(Object(content['tenant']), { credential: { managedIdentity: { clientId: PERIMETER_APP.clientId } } });
      content['entitlements'] = [
        {
          id: 'on-call',
          group: { groupId: RELEASE_GROUP_ID },
          mayReceive: { groups: [ENGINEERS_GROUP_ID] },
          longestMinutes: 30,
          assurance: 'chat',
          endsOnlyByHallpass: true,
        },
      ];
    });
    expect(idsOf(/^Managed identity/)).toEqual([PERIMETER_APP.clientId]);
    expect(remains()).toContainEqual(
      expect.objectContaining({ id: RELEASE_GROUP_ID, note: expect.stringContaining('out of PIM') }),
    );
  });

  it('says of a tenant whose perimeter was not named that nothing of it is ended, and lets nothing of it be removed', async () => {
    const second = '5ec0d000-1111-4222-8333-444455556666';
    edit(files.hallpass, (content) => {
      const { tenant, perimeter } = content;
      const elsewhere = { ...Object(perimeter), url: 'https://localhost:2' };
      const home = { name: 'home', ...Object(tenant), perimeter };
      content['tenants'] = [home, { ...home, name: 'second', tenantId: second, perimeter: elsewhere }];
      content['entitlements'] = [content['entitlements']].flat().map((each) => ({ ...Object(each), tenant: 'home' }));
      delete content['tenant'];
      delete content['perimeter'];
    });
    const { status, said } = await hallpass(['uninstall', '--config', files.hallpass, '--perimeter', files.perimeter]);
    expect([status, said]).toEqual([3, expect.stringContaining(`second (${second})`)]);
    expect(said).not.toContain('az ');
  });

  it('only lists before somebody confirms', async () => {
    const { status, said } = await hallpass(['uninstall', '--config', files.hallpass, '--perimeter', files.perimeter]);
    expect([status, said]).toEqual([0, expect.stringContaining('Nothing was ended: add --confirm')]);
    expect(said).toContain(`az ad app delete --id ${APPROVAL_APP.clientId}`);
  });
});
