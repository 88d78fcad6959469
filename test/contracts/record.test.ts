import { describe, expect, it } from '@jest/globals';
import type { HttpExchange } from '../../src/playground/exchange-log.ts';
import { operationsInUse } from './operations-in-use.ts';
import { missingOf } from './outcome.ts';
import { testsWithFarEnds, toCheck } from './record.ts';

describe('the tests whose exchanges are recorded', () => {
  it('are those that start a far end, themselves or through their helpers', () => {
    const tests = testsWithFarEnds();
    expect(tests).toContain('test/e2e/main-job.test.ts');
    expect(tests).toContain('test/perimeter/main-job.test.ts');
    expect(tests).not.toContain('test/access/may-decide.test.ts');
    expect(tests.filter((file) => file.startsWith('test/browser'))).toEqual([]);
  });
});

describe('the record', () => {
  const members = (status: number): HttpExchange => ({
    contract: 'bot',
    method: 'GET',
    url: 'http://x/teams/v3/conversations/19:a/pagedmembers?pageSize=500',
    status,
  });

  it('has a refusal judged by a sibling where its own contract forgot it, and says so', () => {
    const { exchanges, notes } = toCheck([members(200), members(404)]);
    expect(exchanges.map(({ url }) => url)).toEqual([members(200).url, 'http://x/teams/v3/conversations/19:a/members']);
    expect(notes).toEqual([expect.stringMatching(/^judged by a sibling 1 × /)]);
  });

  const method = (name: string) => operationsInUse().find((operation) => operation.name === name);
  it.each([
    ['slack POST chat.update', [{ status: 200, responseBody: { ok: true } }], ['error']],
    ['slack POST chat.update', [{ status: 200, responseBody: { ok: false, error: 'x' } }], ['success']],
    [
      'slack POST chat.update',
      [
        { status: 429, responseBody: { ok: false } },
        { status: 200, responseBody: { ok: true } },
      ],
      [],
    ],
    ['slack POST chat.postMessage', [{ status: 200, responseBody: { ok: true } }], ['success', 'error']],
  ] as const)('shows what was never seen: %s %j', (name, seen, missing) => {
    const operation = method(name);
    if (operation === undefined) throw new Error('no such operation');
    const exchanges = seen.map(
      (one): HttpExchange => ({ contract: 'slack', method: 'POST', url: 'http://x/api/chat.update', ...one }),
    );
    expect(missingOf(operation, exchanges)).toEqual(missing);
  });
});
