import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { verifyJournal } from '../../src/cli/journal.ts';
import { type ApproveWorld, startApproveWorld } from './approve/support/approve-world.ts';
import { journalLines } from './support/journal-lines.ts';
import { ABEL, GINA } from './support/perimeter-config.ts';

jest.setTimeout(60_000);

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld({ callerLimits: { strangersPerMinute: 5 } });
});
afterAll(() => world.close());

async function entries(code: string) {
  for (;;) {
    const told = (await journalLines(world.ledger)).flatMap(({ events }) => events).filter((event) => event['code'] === code);
    if (told.length > 0) return told;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
/** Everything that the perimeter keeps, as it stands on the disk. */
const onDisk = () =>
  readdirSync(world.ledger, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');

describe('the journal of a perimeter that is called by strangers', () => {
  it('names the code, the call and the request, and nothing that the stranger sent', async () => {
    await world.register('knownrequest');
    const words = { authorization: 'Bearer very.private.token', 'x-forwarded-for': '198.51.100.7', 'user-agent': 'Intruder/1.0' };
    await world.call('DELETE', '/grants/knownrequest?reason=from-a-stranger', undefined, words);
    expect(await entries('caller.unauthenticated')).toMatchObject([{ call: 'end', count: 1, requestId: 'knownrequest' }]);
    for (const word of ['private', '198.51.100.7', '127.0.0.1', 'Intruder', 'from-a-stranger'])
      expect(onDisk()).not.toContain(word);
  });

  it('holds one entry of a flood, verifies, and the bot is served meanwhile', async () => {
    const call = () => world.call('GET', '/events', undefined, { authorization: 'Bearer a.b.c' });
    const flood = Promise.all(Array.from({ length: 200 }, call));
    expect(await world.register('askedinflood', { entitlementId: 'security-reader' })).toMatchObject({ state: 'registered' });
    await flood;
    expect(await entries('caller.limited')).toHaveLength(1);
    expect(await world.end('askedinflood', 'withdraw')).toMatchObject({ state: 'ended' });
    expect((await journalLines(world.ledger)).length).toBeLessThan(15);
    expect(await verifyJournal(world.ledger)).toMatchObject({ consistent: true });
  });

  it('says of the page who it sent away, without a name', async () => {
    await world.look(world.browserOf(GINA), 'knownrequest');
    expect(await entries('page.nothing-for-you')).toMatchObject([{ call: 'page', count: 1, requestId: 'knownrequest' }]);
    await world.browserOf(ABEL).open(`${world.origin}/approve/callback?code=secretcode&state=s`);
    expect(await entries('sign-in.begin-again')).toMatchObject([{ call: 'sign-in', count: 1 }]);
    for (const word of [GINA.objectId, 'secretcode']) expect(onDisk()).not.toContain(word);
  });

  it('says nothing of what merely failed', async () => {
    world.fillDisk(true);
    const body = { requester: ABEL, principal: ABEL, entitlementId: 'global-reader', durationMinutes: 30 };
    const asked = { requestId: 'diskisfull00', ...body, justification: 'x', approvalWindowMinutes: 60 };
    expect(await world.call('POST', '/grants', asked)).toMatchObject({ status: 503, body: { code: 'store.full' } });
    const before = (await journalLines(world.ledger)).length;
    expect((await world.call('GET', '/grants/neverwas0000')).body).toMatchObject({ code: 'grant.unknown' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await journalLines(world.ledger)).length).toBe(before);
    world.fillDisk(false);
    expect(await entries('grant.unknown')).toMatchObject([{ call: 'read', count: 1 }]);
    expect(
      (await journalLines(world.ledger)).flatMap(({ events }) => events).filter(({ code }) => code === 'store.full'),
    ).toEqual([]);
  });
});
