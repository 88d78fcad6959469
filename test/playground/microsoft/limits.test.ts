import { describe, expect, it } from '@jest/globals';
import { createLimits } from '../../../src/playground/microsoft/limits.ts';
import { movableClock, startBench } from './far-end.ts';

const url = (path: string) => new URL(`https://localhost/v1.0${path}`);

describe("Graph's published limits", () => {
  it('let 3,500 units through in ten seconds, then ask to wait until there is room', () => {
    const now = movableClock();
    const limits = createLimits(now);
    for (let spent = 0; spent < 3_500; spent += 2) expect(limits.graph('app', 'GET', 2, url('/users')).answer).toBeUndefined();
    now.advance(4_000);
    const over = limits.graph('app', 'GET', 2, url('/users'));
    expect([over.answer, over.headers['retry-after'], over.headers['x-ms-throttle-scope']]).toEqual([
      429,
      '7',
      'Tenant_Application/ReadWrite/app',
    ]);
    expect(limits.graph('another', 'GET', 2, url('/users')).answer).toBeUndefined();
    now.advance(6_001);
    expect(limits.graph('app', 'GET', 2, url('/users')).answer).toBeUndefined();
  });

  it('warn from eight tenths on', () => {
    const limits = createLimits(movableClock());
    expect(limits.graph('app', 'GET', 2_799, url('/users')).headers).not.toHaveProperty('x-ms-throttle-limit-percentage');
    expect(limits.graph('app', 'GET', 2, url('/users')).headers['x-ms-throttle-limit-percentage']).toBe('0.80');
  });

  it.each([
    ['writes', 'POST', '/groups', 3_000, 150_000],
    ['reports', 'GET', '/auditLogs/directoryAudits', 5, 10_000],
    ['keyCredentials', 'GET', '/applications?$select=keyCredentials', 150, 60_000],
  ] as const)('hold %s apart', (_, method, path, allowed, windowMs) => {
    const now = movableClock();
    const limits = createLimits(now);
    for (let call = 0; call < allowed; call++) {
      expect(limits.graph('app', method, 0, url(path)).answer).toBeUndefined();
    }
    expect(limits.graph('app', method, 0, url(path)).answer).toBe(429);
    now.advance(windowMs + 1);
    expect(limits.graph('app', method, 0, url(path)).answer).toBeUndefined();
  });

  it('can be switched off, where something else is measured', () => {
    const limits = createLimits(movableClock());
    limits.on = false;
    expect(limits.graph('app', 'GET', 99_999, url('/users')).answer).toBeUndefined();
    expect(limits.resourceGraph('app').answer).toBeUndefined();
  });
});

describe("Azure's buckets", () => {
  it('hold 250 reads and fill again by 25 a second', () => {
    const now = movableClock();
    const limits = createLimits(now);
    for (let call = 0; call < 250; call++) expect(limits.arm('bot', 'read').answer).toBeUndefined();
    expect(limits.arm('bot', 'read').answer).toBe(429);
    now.advance(1_000);
    for (let call = 0; call < 25; call++) expect(limits.arm('bot', 'read').answer).toBeUndefined();
    expect(limits.arm('bot', 'read').answer).toBe(429);
    expect(limits.arm('bot', 'delete').answer).toBeUndefined();
  });
});

it('a far end that is over its limit says 429 and does nothing', async () => {
  const now = movableClock(Date.now());
  const bench = await startBench({ now });
  try {
    const report = () => bench.graph({ token: reader }, 'GET', '/auditLogs/directoryAudits');
    const claims = {
      aud: 'https://graph.microsoft.com',
      iss: bench.far.tokens.issuerV1,
      appid: 'x',
      oid: 'x',
      roles: ['AuditLog.Read.All'],
    };
    const reader = await bench.far.tokens.sign({ ...claims, exp: Math.floor(Date.now() / 1_000) + 600 });
    for (let call = 0; call < 5; call++) expect((await report()).status).toBe(200);
    const over = await report();
    expect([over.status, over.headers['retry-after']]).toEqual([429, '11']);
    now.advance(10_001);
    expect((await report()).status).toBe(200);
  } finally {
    await bench.close();
  }
});
