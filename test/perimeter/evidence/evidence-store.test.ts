import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalOf, digestOf } from '../../../src/access/core/canonical.ts';
import type { FileLayer } from '../../../src/durable/stores/lowdb/file-layer.ts';
import { nodeFiles } from '../../../src/durable/stores/lowdb/node-files.ts';
import type { EvidenceRecord } from '../../../src/perimeter/evidence/evidence-record.ts';
import type { EvidenceStore } from '../../../src/perimeter/evidence/evidence-store.ts';
import { createFolderEvidence } from '../../../src/perimeter/evidence/folder-evidence.ts';
import { forgetfulFiles } from '../../durable/support/forgetful-files.ts';
import { adam, newSigner, request, signedAct, statementOf } from './support/signing.ts';

const entra = newSigner('k1');
const ID = request.requestId;
const taken: EvidenceRecord = { v: 1, kind: 'taken', requestId: ID, confirmedAt: '2026-03-01T09:10:00.000Z' };
let folder: string;
let store: EvidenceStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-evidence-'));
  store = createFolderEvidence(nodeFiles, folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (digest: string) => join(folder, 'evidence', ID, `${digest}.json`);

describe('the folder of evidence', () => {
  it('gives back what it was given, by the digest that the journal holds', async () => {
    const signed = await signedAct(entra, statementOf(request), adam);
    const { digest } = await store.put(ID, signed);
    expect(digest).toBe(digestOf(signed));
    await store.put(ID, taken);
    const kept = await store.list(ID);
    expect(kept.map((each) => each.record.kind).toSorted()).toEqual(['signed', 'taken']);
    expect(kept.find((each) => each.digest === digest)?.record).toEqual(signed);
    expect(await store.list('r0000000002')).toEqual([]);
  });

  it('holds the canonical form and nothing else, for its owner alone', async () => {
    const { digest } = await store.put(ID, taken);
    expect(readFileSync(fileOf(digest), 'utf8')).toBe(canonicalOf(taken));
    expect(statSync(fileOf(digest)).mode & 0o777).toBe(0o600);
    for (const each of ['evidence', join('evidence', ID)]) expect(statSync(join(folder, each)).mode & 0o777).toBe(0o700);
  });

  it('takes the same record twice, also at once, and leaves no draft', async () => {
    const digests = await Promise.all([store.put(ID, taken), store.put(ID, taken), store.put(ID, taken)]);
    expect(new Set(digests.map(({ digest }) => digest)).size).toBe(1);
    expect(readdirSync(join(folder, 'evidence', ID))).toHaveLength(1);
  });

  it('erases what it has of one request, drafts too, once and again; and nothing of another', async () => {
    await store.put(ID, taken);
    writeFileSync(`${fileOf(digestOf(taken))}.x.tmp`, '{');
    await store.put('r0000000002', { ...taken, requestId: 'r0000000002' });
    for (let times = 0; times < 2; times++) await store.erase(ID);
    await store.erase('r0000000003');
    expect([await store.count(ID), readdirSync(join(folder, 'evidence', ID))]).toEqual([0, []]);
    expect(await store.count('r0000000002')).toBe(1);
    expect(await store.count('../r0000000002')).toBe(0);
  });

  it('does not mind the draft that a crash left', async () => {
    await store.put(ID, taken);
    writeFileSync(`${fileOf(digestOf(taken))}.x.tmp`, '{');
    expect(await store.list(ID)).toHaveLength(1);
  });

  it.each<[string, (text: string) => string]>([
    ['one letter is another', (text) => text.replace('09:10', '09:11')],
    ['a newline was added', (text) => `${text}\n`],
    ['it is empty', () => ''],
    ['it is something else', () => '{}'],
  ])('tells that it was changed when %s', async (_, change) => {
    const { digest } = await store.put(ID, taken);
    writeFileSync(fileOf(digest), change(readFileSync(fileOf(digest), 'utf8')));
    await expect(store.list(ID)).rejects.toMatchObject({ code: 'evidence.damaged' });
  });

  it('tells that a record lies under another request', async () => {
    const { digest } = await store.put(ID, taken);
    await store.put('r0000000002', { ...taken, requestId: 'r0000000002' });
    writeFileSync(join(folder, 'evidence', 'r0000000002', `${digest}.json`), readFileSync(fileOf(digest)));
    await expect(store.list('r0000000002')).rejects.toMatchObject({ code: 'evidence.damaged' });
  });

  it.each<[string, string, EvidenceRecord]>([
    ['of another request', 'r0000000002', taken],
    ['under a name that leads elsewhere', '../../etc', { ...taken, requestId: '../../etc' }],
    ['that it could not read again', ID, { ...taken, confirmedAt: 'yesterday' }],
  ])('refuses a record %s', async (_, requestId, record) => {
    await expect(store.put(requestId, record)).rejects.toMatchObject({ code: 'evidence.unstorable' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says that it may be tried again when the disk does not answer', async () => {
    const full = forgetfulFiles({ capacity: () => 10 });
    await full.makeFolder('/store');
    const broken = createFolderEvidence(full, '/store');
    await expect(broken.put(ID, taken)).rejects.toMatchObject({ code: 'evidence.unavailable', retryable: true });
    expect(await broken.list(ID)).toEqual([]);
  });
});

describe('when the power goes', () => {
  /** A disk whose sync number `skipped` is told "done" and does nothing. */
  const diskWithout = (skipped: number) => {
    const disk = forgetfulFiles({ image: { folders: new Map([['/store', new Map()]]) } });
    let syncs = 0;
    const sync = (really: () => Promise<void>) => (++syncs === skipped ? Promise.resolve() : really());
    const files: FileLayer = {
      ...disk,
      openForAppend: async (path) => {
        const file = await disk.openForAppend(path);
        return { ...file, dataSync: () => sync(() => file.dataSync()) };
      },
      syncFolder: (path) => sync(() => disk.syncFolder(path)),
    };
    return { files, image: () => disk.image('forget') };
  };
  const leftAfter = async (skipped: number) => {
    const { files, image } = diskWithout(skipped);
    await createFolderEvidence(files, '/store').put(ID, taken);
    return createFolderEvidence(forgetfulFiles({ image: image() }), '/store')
      .list(ID)
      .then((kept) => kept.map(({ record }) => record));
  };

  it('keeps what it said was kept', async () => {
    expect(await leftAfter(0)).toEqual([taken]);
    expect(await leftAfter(5)).toEqual([taken]);
  });

  it.each([
    [1, 'of the content'],
    [2, 'of the name'],
    [3, "of the request's folder"],
    [4, 'of the folder of all evidence'],
  ])('needs its sync number %i, %s', async (skipped) => {
    expect(await leftAfter(skipped).catch(() => 'damaged')).not.toEqual([taken]);
  });
});
