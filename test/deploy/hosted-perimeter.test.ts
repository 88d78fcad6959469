import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { createLog } from '../../src/observe/log.ts';
import { createHostedPerimeter, type Hosted } from '../../src/perimeter/functions/hosted-perimeter.ts';

const log = createLog('perimeter', 'silent');
const locked = () => new AppError('store.locked', 'another instance holds it', { retryable: true, retryAfterMs: 6_001 });
const call = () => new Request('https://perimeter.example/grants');

function perimeter(over: Partial<Hosted> = {}) {
  const seen = { sweeps: 0, closed: 0 };
  const assembled: Hosted = {
    api: () => new Response('api'),
    sweepRound() {
      seen.sweeps += 1;
      return Promise.resolve();
    },
    close() {
      seen.closed += 1;
      return Promise.resolve();
    },
    ...over,
  };
  return { assembled, seen };
}

/** Opens in turn what it is given: a perimeter, or an error to throw. The last one stays. */
function opening(...outcomes: readonly (Hosted | Error)[]) {
  const tried = { count: 0 };
  const open = () => {
    const one = outcomes[Math.min(tried.count, outcomes.length - 1)];
    tried.count += 1;
    return one instanceof Error ? Promise.reject(one) : Promise.resolve(one ?? perimeter().assembled);
  };
  return { hosted: createHostedPerimeter(open, log), tried };
}

describe('the perimeter on an instance that comes and goes', () => {
  it('opens once, for whichever calls and timers come first', async () => {
    const { assembled, seen } = perimeter();
    const { hosted, tried } = opening(assembled);
    const [answer] = await Promise.all([hosted.api(call()), hosted.api(call()), hosted.sweepRound()]);
    expect([await answer.text(), seen.sweeps, tried.count]).toEqual(['api', 1, 1]);
  });

  it('asks to come back while another instance holds the ledger, and tries again at the next call', async () => {
    const { hosted, tried } = opening(locked(), locked(), perimeter().assembled);
    const refused = await hosted.api(call());
    expect([refused.status, refused.headers.get('content-type'), refused.headers.get('retry-after')]).toEqual([
      503,
      'application/problem+json',
      '7',
    ]);
    expect(await refused.json()).toMatchObject({ code: 'store.locked', status: 503 });
    await hosted.sweepRound();
    expect(tried.count).toBe(2);
    expect((await hosted.api(call())).status).toBe(200);
  });

  it('leaves the sweep to the instance that holds the ledger', async () => {
    const { hosted } = opening(locked());
    await expect(hosted.sweepRound()).resolves.toBeUndefined();
  });

  it('lets the timer fail, where people look, when nobody may hold the ledger', async () => {
    const { hosted } = opening(new AppError('store.corrupt', 'line 7 does not verify'));
    await expect(hosted.sweepRound()).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('tells a stranger nothing of why it could not be opened', async () => {
    const { hosted } = opening(new Error('password authentication failed for user "hallpass"'));
    const answer = await hosted.api(call());
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('hallpass')]);
  });

  it('has no page where none is configured, and shows it where one is', async () => {
    expect((await opening(perimeter().assembled).hosted.approve(call())).status).toBe(404);
    const { assembled } = perimeter({ approve: () => new Response('page') });
    expect(await (await opening(assembled).hosted.approve(call())).text()).toBe('page');
  });

  it('closes what it opened, and nothing where nothing was', async () => {
    const { assembled, seen } = perimeter();
    const { hosted } = opening(assembled);
    await hosted.close();
    expect(seen.closed).toBe(0);
    await hosted.api(call());
    await hosted.close();
    expect(seen.closed).toBe(1);
  });
});
