import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPageLimits } from '../../src/web/page-limits.ts';
import { ABEL, ANNA } from '../perimeter/support/perimeter-config.ts';
import { slowForm } from '../support/slow-form.ts';
import { type ApproveWorld, startApproveWorld } from '../perimeter/approve/support/approve-world.ts';

jest.setTimeout(180_000);

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld({ limits: { addressPerMinute: 40, personPerMinute: 5, atOnce: 3 } });
});
afterAll(() => world.close());

describe('forms that never come', () => {
  it('hold no place of those who are answered', async () => {
    const slow = await Promise.all(
      ['one', 'two', 'three', 'four'].map((id) => slowForm(`${world.origin}/approve/slowform${id}`)),
    );
    try {
      expect((await fetch(`${world.origin}/approve/slowformfive`)).status).toBe(200);
    } finally {
      for (const socket of slow) socket.destroy();
    }
  });
});

describe('a flood of the page', () => {
  it('by one person ends with that person', async () => {
    await world.register('floodperson1');
    const browser = world.browserOf(ABEL);
    const page = await world.look(browser, 'floodperson1');
    const seen = [page];
    for (let count = 0; count < 5; count++) seen.push(await browser.open(page.url));
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(seen.at(-1)?.headers['retry-after']).toMatch(/^\d+$/);
    expect((await world.look(world.browserOf(ANNA), 'floodperson1')).title).toContain('Give Global Reader');
  });

  it('from one address is cut off, and the api goes on', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 60; count++) statuses.push((await fetch(`${world.origin}/approve/floodaddress`)).status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect((await fetch(`${world.origin}/healthz`)).status).toBe(200);
    expect((await world.call('GET', '/grants/floodperson1')).status).toBe(200);
    await world.end('floodperson1', 'withdraw');
    await world.factsUntil('floodperson1', 'ended');
  });
});

describe('behind a proxy', () => {
  let proxied: ApproveWorld;
  beforeAll(async () => {
    proxied = await startApproveWorld({ limits: { addressPerMinute: 2 }, behindProxy: true });
  });
  afterAll(() => proxied.close());

  it('an address is what the proxy says, and not what stands before it; a network of IPv6 is one', async () => {
    const from = async (forwarded: string) =>
      (await fetch(`${proxied.origin}/approve/behindproxy1`, { headers: { 'x-forwarded-for': forwarded } })).status;
    expect([await from('10.0.0.1'), await from('1.1.1.1, 10.0.0.1'), await from('2.2.2.2, 10.0.0.1')]).toEqual([200, 200, 429]);
    expect(await from('10.0.0.1, 10.0.0.2')).toBe(200);
    expect([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8:0:0:ffff::3')]).toEqual([200, 200, 429]);
  });
});

describe('everybody together', () => {
  it('is answered only so many at once; the next ones are told to come back, and then are', async () => {
    const limits = createPageLimits({ addressPerMinute: 1, personPerMinute: 1, atOnce: 2 });
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const slow = [limits.whileAnswering(() => held), limits.whileAnswering(() => held)];
    await expect(limits.whileAnswering(() => Promise.resolve())).rejects.toMatchObject({ code: 'page.limited', retryable: true });
    release();
    await Promise.all(slow);
    await expect(limits.whileAnswering(() => Promise.resolve('answered'))).resolves.toBe('answered');
    await expect(limits.whileAnswering(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    await expect(limits.whileAnswering(() => Promise.resolve('answered'))).resolves.toBe('answered');
  });
});
