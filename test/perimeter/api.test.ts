import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { problemSchema } from '../../src/access/core/perimeter-api.ts';
import { ANNA, RITA } from './support/perimeter-config.ts';
import { approval, startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);
const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const honest = (requestId: string) => ({
  requestId,
  requester: RITA,
  principal: RITA,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
});
const asText = (value: unknown) => JSON.stringify(value);
type Sent = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];

describe('a lie told to the perimeter', () => {
  let count = 0;
  const fresh = () => `honest${String(count++).padStart(6, '0')}`;

  it.each<[string, (id: string) => Sent, number, string]>([
    ['no token', (id) => ['POST', '/grants', honest(id), { authorization: '' }], 401, 'caller.unauthenticated'],
    [
      'no token, and a path that does not exist',
      () => ['GET', '/admin', undefined, { authorization: '' }],
      401,
      'caller.unauthenticated',
    ],
    [
      'a token that is none',
      (id) => ['POST', '/grants', honest(id), { authorization: 'Bearer a.b.c' }],
      401,
      'caller.unauthenticated',
    ],
    ['another API version', (id) => ['POST', '/grants', honest(id), { 'hallpass-api-version': '99' }], 400, 'api.version'],
    ['no JSON', () => ['POST', '/grants', 'hello'], 400, 'request.malformed'],
    ['a list', () => ['POST', '/grants', []], 400, 'request.malformed'],
    ['another media type', (id) => ['POST', '/grants', honest(id), { 'content-type': 'text/plain' }], 415, 'request.media-type'],
    ['a key too many', (id) => ['POST', '/grants', { ...honest(id), approved: true }], 400, 'request.malformed'],
    ['a key too few', (id) => ['POST', '/grants', { ...honest(id), requester: undefined }], 400, 'request.malformed'],
    ['a duration of nothing', (id) => ['POST', '/grants', { ...honest(id), durationMinutes: 0 }], 400, 'request.malformed'],
    ['a duration below nothing', (id) => ['POST', '/grants', { ...honest(id), durationMinutes: -5 }], 400, 'request.malformed'],
    [
      'a duration beyond numbers',
      (id) => ['POST', '/grants', asText(honest(id)).replace('30', '1e400')],
      400,
      'request.malformed',
    ],
    [
      'a window for decisions beyond any calendar',
      (id) => ['POST', '/grants', { ...honest(id), approvalWindowMinutes: Number.MAX_SAFE_INTEGER }],
      400,
      'request.malformed',
    ],
    ['a duration as text', (id) => ['POST', '/grants', { ...honest(id), durationMinutes: '30' }], 400, 'request.malformed'],
    [
      'an object id that is none',
      (id) => ['POST', '/grants', { ...honest(id), principal: { ...RITA, objectId: "x' or 1 eq 1" } }],
      400,
      'request.malformed',
    ],
    ['an id made of a path', () => ['POST', '/grants', honest('../../etc/pass')], 400, 'request.malformed'],
    ['an id too long', () => ['POST', '/grants', honest('a'.repeat(41))], 400, 'request.malformed'],
    [
      'a justification too long',
      (id) => ['POST', '/grants', { ...honest(id), justification: 'x'.repeat(501) }],
      400,
      'request.malformed',
    ],
    [
      'a justification with half a character',
      (id) => ['POST', '/grants', { ...honest(id), justification: 'ticket \ud83d 42' }],
      400,
      'request.malformed',
    ],
    [
      'a decision named by half a character',
      () => ['POST', '/grants/unknown00001/decisions', approval('d\ude00')],
      400,
      'request.malformed',
    ],
    [
      'a body far too long',
      (id) => ['POST', '/grants', { ...honest(id), justification: 'x'.repeat(20_000) }],
      413,
      'request.too-large',
    ],
    ['a decision on nothing', () => ['POST', '/grants/unknown00001/decisions', approval('d')], 404, 'grant.unknown'],
    [
      'a decision that is neither',
      () => ['POST', '/grants/unknown00001/decisions', { ...approval('d'), decision: 'maybe' }],
      400,
      'request.malformed',
    ],
    ['a question about nothing', () => ['GET', '/grants/unknown00001'], 404, 'grant.unknown'],
    ['an end without a reason', () => ['DELETE', '/grants/unknown00001'], 400, 'request.malformed'],
    ['an end with a reason of its own', () => ['DELETE', '/grants/unknown00001?reason=because'], 400, 'request.malformed'],
    ['a place in the feed that is none', () => ['GET', '/events?after=-1'], 400, 'request.malformed'],
    ['a wait without end', () => ['GET', '/events?waitSeconds=26'], 400, 'request.malformed'],
    ['more of the ledger than there is', () => ['GET', '/events?after=999999'], 409, 'ledger.behind'],
    ['a method that is none', (id) => ['PUT', '/grants', honest(id)], 404, 'route.unknown'],
  ])('%s is refused clearly, without effect, and its honest twin is accepted', async (_name, lie, status, code) => {
    const id = fresh();
    const reply = await world.call(...lie(id));
    expect([reply.status, problemSchema.parse(reply.body).code]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.stringify(reply.body)).not.toMatch(/ at \w+ \(|node_modules|src\//);
    expect(reply.headers.has('hallpass-ledger-head')).toBe(status !== 401);
    expect((await world.call('GET', `/grants/${id}`)).status).toBe(404);

    expect((await world.call('POST', '/grants', honest(id))).status).toBe(202);
    expect((await world.call('DELETE', `/grants/${id}?reason=withdraw`)).status).toBe(202);
  });
});

describe('a registration that the guardrails do not allow', () => {
  it.each([
    ['asks for longer than allowed', { durationMinutes: 61 }, 'guardrail.duration'],
    ['names something unknown', { entitlementId: 'global-administrator' }, 'guardrail.entitlement'],
    ['comes from another tenant', { requester: { ...RITA, tenantId: OTHER_TENANT } }, 'guardrail.tenant'],
    ['asks for somebody else', { principal: ANNA }, 'guardrail.requester'],
    ['comes from nobody of the tenant', { requester: ghost(), principal: ghost() }, 'guardrail.principal-absent'],
    ['comes from somebody in no group that may', { requester: gina(), principal: gina() }, 'guardrail.receiver'],
  ])('is recorded as refused when it %s; the bot hears it from the feed alone', async (_name, lie, code) => {
    const id = `refused${String(Math.floor(performance.now() * 1000))}`.slice(0, 40);
    const reply = await world.call('POST', '/grants', { ...honest(id), ...lie });
    expect([reply.status, reply.body]).toMatchObject([202, { state: 'refused' }]);
    const facts = await world.factsUntil(id, 'refused');
    expect(facts).toMatchObject([{ type: 'refused', code }]);
    expect((await world.call('POST', `/grants/${id}/decisions`, approval('d'))).body).toMatchObject({ state: 'refused' });
    expect(world.holders()).toEqual([]);
  });

  it.each(['enabled', 'disabled'] as const)('depends on the account being enabled when it is registered: %s', async (how) => {
    const { tenant } = world.microsoft;
    if (how === 'disabled') tenant.disableUser(RITA.objectId);
    const reply = await world.call('POST', '/grants', honest(`account${how}`));
    tenant.enableUser(RITA.objectId);
    expect(reply.body).toMatchObject({ state: how === 'enabled' ? 'registered' : 'refused' });
    await world.call('DELETE', `/grants/account${how}?reason=withdraw`);
  });

  it('and again when it is given', async () => {
    await world.register('disabledlater');
    world.microsoft.tenant.disableUser(RITA.objectId);
    await world.approve('disabledlater');
    const facts = await world.factsUntil('disabledlater', 'refused');
    world.microsoft.tenant.enableUser(RITA.objectId);
    expect(facts.at(-1)).toMatchObject({ code: 'guardrail.principal-disabled' });
  });

  it('is not recorded at all while the directory cannot be asked: the caller tries again', async () => {
    world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['throttled'], retryAfterSeconds: 7 });
    const reply = await world.call('POST', '/grants', honest('lookupfails1'));
    world.microsoft.faults.clear();
    expect([reply.status, reply.headers.get('retry-after'), reply.body]).toMatchObject([
      503,
      '7',
      { code: 'directory.unavailable' },
    ]);
    expect(await world.register('lookupfails1')).toMatchObject({ state: 'registered' });
    await world.end('lookupfails1', 'withdraw');
  });

  it('is refused while another request for the same role is live, under whatever name, and permitted after it', async () => {
    await world.register('firstofboth1');
    expect(await world.register('secondofboth', { entitlementId: 'global-reader-again' })).toMatchObject({ state: 'refused' });
    expect(await world.register('anotherrole1', { entitlementId: 'security-reader' })).toMatchObject({ state: 'registered' });
    await world.end('firstofboth1', 'withdraw');
    expect(await world.register('thirdofboth1', { entitlementId: 'global-reader-again' })).toMatchObject({ state: 'registered' });
    await world.end('thirdofboth1', 'withdraw');
    await world.end('anotherrole1', 'withdraw');
  });

  it('is refused for all but one when both arrive at once', async () => {
    const both = await Promise.all([world.register('atonce000001'), world.register('atonce000002')]);
    expect(both.map(({ state }) => state).toSorted((a, b) => a.localeCompare(b))).toEqual(['refused', 'registered']);
    await Promise.all([world.end('atonce000001', 'withdraw'), world.end('atonce000002', 'withdraw')]);
  });
});

describe('saying the same again', () => {
  it('changes nothing, and with other content is refused', async () => {
    await world.register('twice0000001');
    expect(await world.register('twice0000001')).toMatchObject({ state: 'registered' });
    const lies = [
      { durationMinutes: 31 },
      { justification: 'another' },
      { entitlementId: 'security-reader' },
      { azureScope: '/subscriptions/another' },
    ];
    for (const lie of lies) {
      const reply = await world.call('POST', '/grants', { ...honest('twice0000001'), ...lie });
      expect([reply.status, reply.body]).toMatchObject([409, { code: 'grant.conflict' }]);
    }
    await world.approve('twice0000001');
    await world.approve('twice0000001');
    const changed = { ...approval('twice0000001-1'), decision: 'deny' };
    expect(await world.call('POST', '/grants/twice0000001/decisions', changed)).toMatchObject({ status: 409 });
    await world.factsUntil('twice0000001', 'given');
    world.advance(31);
    const facts = await world.factsUntil('twice0000001', 'ended');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given', 'ended']);
  });
});

describe('the feed', () => {
  it('says each fact once, in order, with the head of the ledger, also after a restart', async () => {
    const before = await world.call('GET', '/events?after=0');
    await world.stop();
    await world.start();
    const after = await world.call('GET', '/events?after=0');
    expect(Reflect.get(Object(after.body), 'events')).toEqual(Reflect.get(Object(before.body), 'events'));
    const seqs: number[] = Reflect.get(Object(after.body), 'events').map(({ seq }: { readonly seq: number }) => seq);
    expect(seqs.length).toBeGreaterThan(20);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  });

  it('answers a waiting caller as soon as something happens', async () => {
    const { headers } = await world.call('GET', '/guardrails');
    const waiting = world.call('GET', `/events?after=${headers.get('hallpass-ledger-seq') ?? ''}&waitSeconds=20`);
    await world.register('awaited00001');
    expect((await waiting).body).toMatchObject({ events: [{ type: 'registered', requestId: 'awaited00001' }] });
    await world.end('awaited00001', 'withdraw');
  });

  it('lets a waiting caller go when the perimeter stops', async () => {
    const { headers } = await world.call('GET', '/guardrails');
    const waiting = world.call('GET', `/events?after=${headers.get('hallpass-ledger-seq') ?? ''}&waitSeconds=25`);
    // A whole exchange later, the one before it has arrived.
    await world.call('GET', '/guardrails');
    await Promise.all([world.stop(), expect(waiting).resolves.toMatchObject({ body: { events: [] } })]);
    await world.start();
  });
});

describe('what anybody may ask', () => {
  it('is only whether it lives', async () => {
    expect(await world.call('GET', '/healthz', undefined, { authorization: '' })).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
  });

  it('while the caller is told the guardrails, and whether Entra ends by itself', async () => {
    expect((await world.call('GET', '/guardrails')).body).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      entitlements: [{ id: 'global-reader', longestMinutes: 60, nativeEnd: true }, {}, {}],
      ledger: { seq: expect.any(Number), head: expect.any(String) },
    });
  });
});

function ghost() {
  return { ...RITA, objectId: '00000000-dead-4000-8000-000000000000' };
}
function gina() {
  return { ...RITA, objectId: '0b7ec700-0000-4000-8000-000000000004' };
}
