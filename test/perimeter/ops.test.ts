import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GLOBAL_READER } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const ready = async () => {
  const { status, text } = await world.ops('/readyz');
  return { status, body: JSON.parse(text) };
};

describe('the listener of operators', () => {
  it('says how the perimeter is, and in numbers what it holds', async () => {
    // Right after the start the ledger is compared with Microsoft's records first.
    while ((await ready()).body.ready === false) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ready()).toEqual({ status: 200, body: { ready: true, reasons: [], warnings: [] } });
    await world.register('counted00001', { entitlementId: 'security-reader' });
    const { status, text } = await world.ops('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('hallpass_open_grants{state="registered"} 1');
    expect(text).toMatch(/^hallpass_journal_seq [1-9]/m);
    expect(text).toMatch(/^hallpass_overdue_grants 0/m);
  });

  it('gives the chat side’s address nothing of it, whether with a token or without', async () => {
    for (const path of ['/readyz', '/metrics'])
      for (const headers of [undefined, { authorization: '' }]) {
        const answer = await world.call('GET', path, undefined, headers);
        expect(answer).toMatchObject({ status: 404, body: { code: 'route.unknown' } });
        expect(answer.headers.get('hallpass-ledger-head')).toBeNull();
      }
  });

  it('takes no requests: those stand on the other one', async () => {
    expect((await world.ops('/events')).status).toBe(404);
    expect((await world.ops('/healthz')).status).toBe(200);
    expect((await world.call('GET', '/healthz')).status).toBe(200);
  });

  it('is not ready while the disk is full', async () => {
    world.fillDisk(true);
    expect(await ready()).toMatchObject({ status: 503, body: { reasons: [expect.stringContaining('store is full')] } });
    expect((await world.ops('/metrics')).text).toMatch(/^hallpass_store_full 1/m);
    world.fillDisk(false);
    expect((await ready()).status).toBe(200);
  });

  it('names a grant that is overdue, and neither the person nor their words', async () => {
    await world.register('overdue00001');
    await world.approve('overdue00001');
    await world.factsUntil('overdue00001', 'given');
    const mended = world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['unavailable'], retryAfterSeconds: 1 });
    world.advance(35);
    expect((await ready()).body.warnings).toEqual([]);
    world.advance(2);
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body.warnings).toEqual([
      expect.stringMatching(/^Grant overdue00001 should have ended at .*Z and is not known to be gone\.$/),
    ]);
    mended();
    await world.factsUntil('overdue00001', 'ended');
    expect(world.holders(GLOBAL_READER)).toEqual([]);
    expect((await ready()).body.warnings).toEqual([]);
  });

  it('names a grant that was given back long before its end and is still there', async () => {
    await world.register('givenback001', { durationMinutes: 60 });
    await world.approve('givenback001');
    await world.factsUntil('givenback001', 'given');
    world.advance(6);
    const mended = world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['unavailable'], retryAfterSeconds: 1 });
    await world.end('givenback001');
    expect((await ready()).body.warnings).toEqual([]);
    world.advance(7);
    await world.factsUntil('givenback001', 'overdue');
    expect((await ready()).body.warnings).toEqual([
      'Grant givenback001 should have ended before its time and is not known to be gone.',
    ]);
    expect((await world.ops('/metrics')).text).toMatch(/^hallpass_overdue_grants 1/m);
    mended();
    await world.factsUntil('givenback001', 'ended');
    expect((await ready()).body.warnings).toEqual([]);
  });
});
