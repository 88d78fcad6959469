import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLedgerWatch } from '../../src/bot/ledger-watch.ts';

const headAt = (seq: number) => ({ seq, head: `head-${seq}` });

describe('what the bot remembers of the perimeter’s history', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hallpass-watch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const stored = (): unknown => JSON.parse(readFileSync(join(folder, 'perimeter-ledger.json'), 'utf8'));

  it('is on the disk when the answer that told it is used, however many answers come at once', async () => {
    const watch = openLedgerWatch(folder);
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await watch.note(headAt(index + 1), undefined);
        expect((stored() as { seq: number }).seq).toBeGreaterThan(index);
      }),
    );
    expect(stored()).toEqual(headAt(50));
    expect(openLedgerWatch(folder).newest).toEqual(headAt(50));
  });

  it('refuses a history that is behind it, or another one of the same length, also in the next process', async () => {
    await openLedgerWatch(folder).note(headAt(7), undefined);
    const watch = openLedgerWatch(folder);
    const known = watch.newest;
    await expect(watch.note(headAt(6), known)).rejects.toMatchObject({ code: 'perimeter.rolled-back' });
    await expect(watch.note({ seq: 7, head: 'another' }, known)).rejects.toMatchObject({ code: 'perimeter.rolled-back' });
    await expect(watch.note(headAt(8), known)).resolves.toBeUndefined();
  });

  it('does not take an answer for a rollback that was only overtaken by a newer one', async () => {
    const watch = openLedgerWatch(folder);
    await watch.note(headAt(5), undefined);
    await expect(watch.note(headAt(3), undefined)).resolves.toBeUndefined();
    expect(stored()).toEqual(headAt(5));
  });
});
