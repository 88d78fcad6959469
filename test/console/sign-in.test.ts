import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ABEL, ANNA, RITA, TENANT_ID } from '../perimeter/support/perimeter-config.ts';
import { type LocalIdp, startLocalIdp } from '../perimeter/approve/support/local-idp.ts';
import { type FakeDirectory, fakeDirectory } from '../bot/bot-world.ts';
import { codeOn, type ConsoleWorld, startConsole, VIEWERS } from './support/console-world.ts';

let idp: LocalIdp;
let directory: FakeDirectory;
let world: ConsoleWorld;
beforeAll(async () => {
  idp = await startLocalIdp(TENANT_ID, ANNA);
  directory = fakeDirectory();
  world = await startConsole({ idp, directory });
});
beforeEach(() => {
  directory.groups.set(VIEWERS, [ANNA.objectId]);
  directory.down = false;
  idp.lie = (claims) => claims;
});
afterAll(async () => {
  await world.close();
  await idp.close();
});

describe('signing in', () => {
  it('leads somebody back to the very page they had asked for', async () => {
    const page = await world.signIn(world.browserOf(ANNA), '/console?of=me');
    expect([page.status, page.url]).toEqual([200, world.at('/console?of=me')]);
    expect(page.text).toContain('Anna Approver');
  });
});
