import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { heldBackFiles } from '../durable/support/held-back-files.ts';
import { approval, startWorld, type World } from './support/world.ts';

jest.setTimeout(60_000);

const OVER = 'over00000001';
let world: World;
let letGo: () => void;
beforeAll(async () => {
  world = await startWorld();
  await world.register(OVER);
  await world.end(OVER, 'withdraw');
  await world.register('open00000001');
  await world.stop();
  rmSync(`${world.ledger}/index.db`);
  const held = heldBackFiles();
  letGo = held.letGo;
  await world.start({}, held.files);
});
afterAll(async () => {
  letGo();
  await world.close();
});

describe('a perimeter that has just started, and still reads what is over', () => {
  it('answers at once about what is open', async () => {
    expect((await world.call('GET', '/grants/open00000001')).status).toBe(200);
  });

  it.each<[string, string, string, unknown]>([
    ['a decision', 'POST', `/grants/${OVER}/decisions`, approval('late-1')],
    ['a release', 'DELETE', `/grants/${OVER}?reason=release`, undefined],
    ['a question', 'GET', `/grants/${OVER}`, undefined],
    ['a question about what was never registered', 'GET', '/grants/never0000001', undefined],
  ])('does not answer %s with "unknown": it asks to come again', async (_name, method, path, body) => {
    const reply = await world.call(method, path, body);
    expect([reply.status, reply.body]).toMatchObject([503, { code: 'store.indexing' }]);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('keeps whoever asks waiting for a moment, and then knows', async () => {
    const waiting = [world.approve(OVER), world.end(OVER), world.call('GET', '/grants/never0000001')] as const;
    letGo();
    const [decided, ended, never] = await Promise.all(waiting);
    expect([decided, ended]).toMatchObject([
      { requestId: OVER, state: 'ended' },
      { requestId: OVER, state: 'ended' },
    ]);
    expect([never.status, never.body]).toMatchObject([404, { code: 'grant.unknown' }]);
  });
});
