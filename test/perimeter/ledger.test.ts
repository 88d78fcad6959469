import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RITA } from './support/perimeter-config.ts';
import { approval, startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const request = (requestId: string, entitlementId = 'global-reader') => ({
  ...{ requestId, entitlementId, requester: RITA, principal: RITA },
  ...{ durationMinutes: 30, justification: 'ticket 42', approvalWindowMinutes: 60 },
});

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const head = async (): Promise<{ readonly seq: number; readonly head: string }> => {
  const { headers } = await world.call('GET', '/guardrails');
  return { seq: Number(headers.get('hallpass-ledger-seq')), head: headers.get('hallpass-ledger-head') ?? '' };
};
const seen = ({ seq, head: digest }: { readonly seq: number; readonly head: string }) => ({
  'hallpass-seen-seq': String(seq),
  'hallpass-seen-head': digest,
});
const notGiving = async (): Promise<unknown> => Reflect.get(Object((await world.call('GET', '/guardrails')).body), 'notGiving');
const kinds = () => world.alarms.asked.map(({ body }) => Reflect.get(Object(body), 'kind'));
const given = async (requestId: string): Promise<void> => {
  await world.register(requestId);
  await world.approve(requestId);
  await world.factsUntil(requestId, 'given');
};

describe('what the bot says that it has seen of the ledger', () => {
  const other = 'f'.repeat(64);
  beforeEach(() => given('seenbefore01'));

  it.each([
    ['the newest line', 0],
    ['a line before it', -1],
    ['the first line', 'first'],
  ] as const)('changes nothing when it is %s', async (_name, which) => {
    const facts = await world.factsUntil('seenbefore01', 'given');
    const newest = await head();
    const before = which === 'first' ? facts[0] : which === -1 ? facts.at(-1) : newest;
    expect((await world.call('GET', '/guardrails', undefined, seen(before ?? newest))).status).toBe(200);
    expect(await notGiving()).toEqual([]);
  });

  it.each([
    ['a line that is not there yet', (newest: number) => ({ seq: newest + 1, head: other }), 'behind'],
    ['another head of the newest line', (newest: number) => ({ seq: newest, head: other }), 'forked'],
    ['another head of an older line', () => ({ seq: 1, head: other }), 'forked'],
  ])('stops all giving for good when it is %s, and nothing else', async (_name, lie, why) => {
    await world.register('waitsforit01', { entitlementId: 'security-reader' });
    const { seq } = await head();
    const headers = seen(lie(seq));
    expect(await world.call('GET', '/events?after=0', undefined, headers)).toMatchObject({
      status: 409,
      body: { code: 'ledger.behind' },
    });
    expect(await world.call('POST', '/grants', request('askeddoubt01'))).toMatchObject({
      status: 409,
      body: { code: 'ledger.doubtful', hint: expect.stringContaining('hallpass perimeter reconcile') },
    });
    await world.call('POST', '/grants/waitsforit01/decisions', approval('d1'));
    await until(() => kinds().includes('ledger.doubtful'));
    expect(world.alarms.asked.find(({ body }) => Reflect.get(Object(body), 'why') === why)).toBeDefined();
    await world.stop();
    await world.start();
    expect(await notGiving()).toContain('ledger.doubtful');
    expect(await world.ops('/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('reconcile') });
    world.advance(31);
    await world.factsUntil('seenbefore01', 'ended');
    expect((await world.factsUntil('waitsforit01', 'ended')).at(-1)).toMatchObject({ how: 'lapsed' });
    expect(world.holders()).toEqual([]);
    const sounded = kinds().length;
    world.advance(31);
    await until(() => kinds().length > sounded);
  });

  it('lets the bot end what it holds, however far it is ahead', async () => {
    const headers = seen({ seq: 99_999, head: other });
    const reply = await world.call('DELETE', '/grants/seenbefore01?reason=release', undefined, headers);
    expect(reply).toMatchObject({ status: 202, body: { state: 'taking' } });
  });

  it.each([
    ['a sequence without a head', { 'hallpass-seen-seq': '1' }],
    ['a head without a sequence', { 'hallpass-seen-head': other }],
    ['a sequence that is none', { 'hallpass-seen-seq': '-1', 'hallpass-seen-head': other }],
    ['a sequence beyond any journal', { 'hallpass-seen-seq': '100000000001', 'hallpass-seen-head': other }],
    ['a head that is none', { 'hallpass-seen-seq': '1', 'hallpass-seen-head': 'abc' }],
  ])('is refused, without a doubt, when it is %s', async (_name, headers) => {
    expect(await world.call('GET', '/guardrails', undefined, headers)).toMatchObject({ body: { code: 'request.malformed' } });
    expect(await notGiving()).toEqual([]);
  });
});

describe('a ledger that somebody put back or lost', () => {
  const backup = () => join(world.ledger, '..', 'backup');

  it.each([
    ['was put back', () => rmSync(world.ledger, { recursive: true }), () => cpSync(backup(), world.ledger, { recursive: true })],
    ['is gone', () => rmSync(world.ledger, { recursive: true }), () => undefined],
  ])('is found out by the records of Microsoft when it %s, before anything is given', async (_name, lose, put) => {
    await given('inthebackup1');
    await world.stop();
    cpSync(world.ledger, backup(), { recursive: true });
    await world.start();
    await world.register('afterbackup1', { entitlementId: 'security-reader' });
    await world.approve('afterbackup1');
    await world.factsUntil('afterbackup1', 'given');
    await world.stop();
    lose();
    put();
    await world.start();
    await until(async () => JSON.stringify(await notGiving()) === '["ledger.doubtful"]');
    await until(() => kinds().includes('ledger.doubtful'));
    expect(JSON.stringify(world.alarms.asked)).toContain('afterbackup1');
  });

  it('is not suspected when it is new, nor when what others gave by PIM is there', async () => {
    const { tenant } = world.microsoft;
    await world.stop();
    tenant.pim.submit(
      {
        action: 'adminAssign',
        principalId: RITA.objectId,
        roleDefinitionId: '5d6b6bb7-de71-4623-b4af-96380a352509',
        directoryScopeId: '/',
        justification: 'by hand',
        ticketInfo: { ticketNumber: 'lookslikeours', ticketSystem: 'hallpass' },
        customData: null,
        isValidationOnly: false,
        scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT1H' } },
      },
      { kind: 'user', id: 'admin', objectId: '0b7ec700-0000-4000-8000-00000000000f', name: 'An Administrator' },
    );
    await world.start();
    await until(async () => JSON.stringify(await notGiving()) === '[]');
  });

  it('gives nothing before it could be compared, and gives as soon as it was', async () => {
    await world.stop();
    world.microsoft.faults.add({ farEnds: ['graph'], path: /ScheduleRequests$/, method: 'GET', rate: 1, kinds: ['unavailable'] });
    await world.start();
    await world.register('tooearly0001');
    await world.approve('tooearly0001');
    expect(await notGiving()).toEqual(['ledger.unchecked']);
    expect(world.holders()).toEqual([]);
    world.microsoft.faults.clear();
    await world.factsUntil('tooearly0001', 'given');
  });
});

describe('a transport clock that is off', () => {
  it('stops giving and sounds the alarm, until it is right again', async () => {
    world.skewClock(61_500);
    await world.register('skewedclock1');
    await world.approve('skewedclock1');
    await until(async () => JSON.stringify(await notGiving()) === '["clock.skewed"]');
    await until(() => kinds().includes('clock.skewed'));
    expect(world.holders()).toEqual([]);
    world.skewClock(0);
    await world.factsUntil('skewedclock1', 'given');
    expect(await notGiving()).toEqual([]);
  });

  it('does not keep anything from being ended', async () => {
    await given('endsanyway01');
    world.skewClock(-120_000);
    world.advance(31);
    await world.factsUntil('endsanyway01', 'ended');
    expect(world.holders()).toEqual([]);
  });
});
