import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createExchangeLog } from '../../src/playground/exchange-log.ts';

const exchange = (index = 0) =>
  ({ contract: 'graph', method: 'GET', url: `https://localhost/v1.0/users/${index}`, status: 200 }) as const;

describe('the record of exchanges', () => {
  it('holds what was said and nothing that opens a door', () => {
    const log = createExchangeLog({ file: '' });
    log.record({
      ...exchange(),
      requestHeaders: {
        Authorization: 'Bearer door',
        'x-ms-authorization-auxiliary': 'Bearer door, Bearer door',
        cookie: 'door',
        'x-identity-header': 'door',
        'x-slack-signature': 'door',
        date: 'today',
      },
      requestBody: { token: 'door', inner: [{ client_secret: 'door', name: 'kept' }], justification: 'kept' },
      responseBody: { secretText: 'door', access_token: 'door', token: { kept: true } },
    });
    expect(log.lines()).not.toContain('door');
    expect(log.recent()[0]).toMatchObject({
      requestHeaders: { date: 'today' },
      requestBody: { inner: [{ name: 'kept' }], justification: 'kept' },
      responseBody: { token: { kept: true } },
    });
  });

  it('keeps the newest, tells listeners, and appends every line to its file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'exchanges-'));
    const file = join(folder, 'record.jsonl');
    const log = createExchangeLog({ file, keep: 2 });
    const told: string[] = [];
    const stop = log.onRecord(({ url }) => told.push(url));
    for (const index of [1, 2, 3]) log.record(exchange(index));
    stop();
    log.record(exchange(4));
    expect(log.recent().map(({ url }) => url.slice(-1))).toEqual(['3', '4']);
    expect(told.length).toBe(3);
    expect(readFileSync(file, 'utf8').trim().split('\n').length).toBe(4);
    rmSync(folder, { recursive: true });
  });
});
