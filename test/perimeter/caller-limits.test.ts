import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { type CallKind, createCallerLimits } from '../../src/perimeter/caller-limits.ts';
import { addressOf } from '../../src/web/caller-address.ts';
import { perimeterConfig } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

const settings = { ...perimeterConfig().callerLimits, registerPerMinute: 3, strangersPerMinute: 3, waitingPolls: 2 };

/** Knows one good token, and counts how often a signature was looked at. What begins with "bot" says of itself that it is the bot's. */
function limits(different: Partial<typeof settings> = {}) {
  let looked = 0;
  const verify = (authorization: string | undefined) => {
    looked += 1;
    if (authorization === 'keys away') throw new AppError('caller.keys-unavailable', 'no keys', { retryable: true });
    if (authorization !== 'good' && authorization !== 'bot: new') throw new AppError('caller.unauthenticated', 'bad');
    return Promise.resolve();
  };
  const says = (authorization = '') => authorization.startsWith('bot');
  const made = createCallerLimits({ ...settings, ...different }, async (authorization) => verify(authorization), says);
  const tried = (token: string, address = '192.0.2.1') =>
    made.verify(token, address).then(
      () => 'let in',
      (error: AppError) => error.code,
    );
  return { ...made, tried, looked: () => looked };
}

describe('whoever has no token of the bot', () => {
  it('is refused before any work on a signature once that happened often enough from one address', async () => {
    const one = limits();
    for (let count = 0; count < 3; count++) expect(await one.tried(`bad ${count}`)).toBe('caller.unauthenticated');
    expect(await one.tried('bad again')).toBe('caller.limited');
    expect(one.looked()).toBe(3);
    await expect(one.verify('bad', '192.0.2.1')).rejects.toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
  });

  it.each([
    ['another address', '192.0.2.2', 'caller.unauthenticated'],
    ['the same address', '192.0.2.1', 'caller.limited'],
  ])('hits only its own address: %s', async (_name, address, code) => {
    const one = limits({ strangersPerMinute: 1 });
    await one.tried('bad');
    expect(await one.tried('bad', address)).toBe(code);
  });

  it.each([
    ['another address of the same network', '2001:db8:1:2:ffff::1', 'caller.limited'],
    ['the same network, spelt at length', '2001:db8:1:2:0:0:0:9', 'caller.limited'],
    ['another network', '2001:db8:1:3::1', 'caller.unauthenticated'],
  ])('is counted by network with IPv6: %s', async (_name, address, code) => {
    const one = limits({ strangersPerMinute: 1 });
    await one.tried('bad', '2001:db8:1:2::1');
    expect(await one.tried('bad', address)).toBe(code);
  });

  it('cannot lock out the bot behind the same address, whose token is known', async () => {
    const one = limits({ strangersPerMinute: 1 });
    expect(await one.tried('good')).toBe('let in');
    await one.tried('bad');
    expect(await one.tried('bad')).toBe('caller.limited');
    expect(await one.tried('good')).toBe('let in');
  });

  it('cannot lock out the bot behind the same address, whose token is new', async () => {
    const one = limits({ strangersPerMinute: 1 });
    await one.tried('bad');
    for (let count = 0; count < 500; count++) expect(await one.tried(`bad ${count}`)).toBe('caller.limited');
    expect(one.looked()).toBe(1);
    expect(await one.tried('bot: new')).toBe('let in');
  });

  it("has a hundred tokens a second looked at that say they are the bot's, and no more", async () => {
    const one = limits({ strangersPerMinute: 1 });
    await one.tried('bad');
    const codes = await Promise.all(Array.from({ length: 150 }, (_, at) => one.tried(`bot: forged ${at}`)));
    expect(codes.filter((code) => code === 'caller.unauthenticated')).toHaveLength(100);
    expect(codes.filter((code) => code === 'caller.limited')).toHaveLength(50);
    expect(one.looked()).toBe(101);
  });

  it('is not who asks while the keys of Entra cannot be had', async () => {
    const one = limits({ strangersPerMinute: 1 });
    await one.tried('keys away');
    await one.tried('keys away');
    expect(await one.tried('good')).toBe('let in');
  });
});

describe('the budget of each kind of call', () => {
  it('is its own: giving that is used up leaves ending, deciding, reading and the feed alone', async () => {
    const one = limits();
    for (let count = 0; count < 3; count++) await one.count('register');
    await expect(one.count('register')).rejects.toMatchObject({ code: 'caller.limited', retryable: true });
    for (const kind of ['decide', 'end', 'read', 'feed'] satisfies CallKind[])
      await expect(one.count(kind)).resolves.toBeUndefined();
  });

  it('bounds how many polls wait at once, and a poll that ended makes room', async () => {
    const one = limits();
    const { promise, resolve } = Promise.withResolvers<string>();
    const both = [one.whileWaiting(() => promise), one.whileWaiting(() => promise)];
    await expect(one.whileWaiting(() => promise)).rejects.toMatchObject({ code: 'caller.limited' });
    resolve('done');
    await Promise.all(both);
    await expect(one.whileWaiting(() => promise)).resolves.toBe('done');
  });
});

describe('where a call comes from', () => {
  it.each([
    ['the socket', { incoming: { socket: { remoteAddress: '192.0.2.1' } } }, '192.0.2.1'],
    ['a host without sockets', {}, 'unknown'],
    ['nothing at all', undefined, 'unknown'],
  ])('is read from %s', (_name, env, address) => {
    expect(addressOf(env)).toBe(address);
  });
});

describe('a perimeter that is flooded', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ callerLimits: { registerPerMinute: 3, strangersPerMinute: 5 } });
  });
  afterAll(() => world.close());

  it('still ends what the bot asks it to end when it takes no more registrations', async () => {
    await world.register('floodfirst01');
    const replies = await Promise.all([1, 2, 3, 4].map(() => world.call('POST', '/grants', {})));
    const over = replies.find(({ status }) => status === 429);
    expect(over?.body).toMatchObject({ code: 'caller.limited', hint: expect.stringContaining('Retry-After') });
    expect(Number(over?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await world.call('POST', '/grants', {})).status).toBe(429);
    expect(await world.end('floodfirst01', 'withdraw')).toMatchObject({ state: 'ended' });
    expect((await world.call('GET', '/events?after=0')).status).toBe(200);
  });

  it('tells a stranger nothing of its ledger, and goes on serving the bot from the same address', async () => {
    const bad = () => world.call('GET', '/guardrails', undefined, { authorization: 'Bearer a.b.c' });
    let reply = await bad();
    while (reply.status !== 429) reply = await bad();
    expect(reply.body).toMatchObject({ code: 'caller.limited' });
    expect([...reply.headers.keys()].filter((name) => name.startsWith('hallpass-ledger'))).toEqual([]);
    expect((await world.call('GET', '/guardrails')).status).toBe(200);
  });
});

describe('a perimeter behind a proxy of ours', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({
      callerLimits: { strangersPerMinute: 1 },
      file: { listen: { host: '127.0.0.1', port: 0, behindProxy: true } },
    });
  });
  afterAll(() => world.close());

  it('counts strangers by the address that the proxy adds, whatever they say stands before it', async () => {
    const from = async (forwarded: string) => {
      const headers = { authorization: 'Bearer a.b.c', 'x-forwarded-for': forwarded };
      return (await world.call('GET', '/guardrails', undefined, headers)).status;
    };
    expect(await from('198.51.100.1')).toBe(401);
    expect(await from('198.51.100.1')).toBe(429);
    expect(await from('198.51.100.2, 198.51.100.1')).toBe(429);
    expect(await from('198.51.100.1, 198.51.100.2')).toBe(401);
  });
});

describe('the headers that App Service would add', () => {
  const claims = { 'x-ms-client-principal-id': 'b0700000-0000-4000-8000-000000000001', 'x-ms-client-principal-idp': 'aad' };
  const principal = Buffer.from('{"auth_typ":"aad","claims":[{"typ":"roles","val":"Access.Give"}]}').toString('base64');
  const forged = {
    ...claims,
    'x-ms-client-principal': principal,
    'x-forwarded-for': '192.0.2.9',
    'x-ms-token-aad-access-token': 'a',
  };
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  it.each([
    ['no token', { authorization: '' }, 401],
    ['a bad token', { authorization: 'Bearer a.b.c' }, 401],
    ["the bot's token", {}, 200],
  ])('change nothing with %s', async (_name, headers, status) => {
    const without = await world.call('GET', '/guardrails', undefined, headers);
    const withThem = await world.call('GET', '/guardrails', undefined, { ...headers, ...forged });
    expect([withThem.status, withThem.body]).toEqual([without.status, without.body]);
    expect(without.status).toBe(status);
  });
});
