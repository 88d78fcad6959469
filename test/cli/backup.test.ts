import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { accessRequestFlow, findingFlow } from '../../src/bot/flows.ts';
import { copyFile } from '../../src/cli/backup/copy-file.ts';
import { copyStore } from '../../src/cli/backup/copy-store.ts';
import { verifyJournal } from '../../src/cli/journal.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import type { Runtime } from '../../src/durable/port.ts';
import type { ConfigFiles } from '../../src/playground/config-files.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { createFolderEvidence } from '../../src/perimeter/evidence/folder-evidence.ts';
import { perimeterFlows } from '../../src/perimeter/perimeter-flows.ts';
import { bot, silent, virtualClock } from '../durable/support/durable-world.ts';
import { hallpass } from './support/hallpass.ts';
import { twoConfigs } from './two-configs.ts';

jest.setTimeout(120_000);

let files: ConfigFiles;
let away: string;
beforeEach(() => {
  files = twoConfigs();
  away = join(dirname(files.hallpass), 'backup');
});
afterEach(() => rmSync(dirname(files.hallpass), { recursive: true, force: true }));

const rita = { tenantId: '5c0ffee0-1111-4222-8333-444455556666', objectId: '0b7ec700-0000-4000-8000-000000000001' };
const open = (segmentBytes = 4_000) =>
  openRuntime({
    flows: [accessRequestFlow, findingFlow],
    folder: files.botStore,
    clock: virtualClock(),
    log: silent,
    limits: { reserveBytes: 0, segmentBytes, checkpointEveryLines: 20 },
  });
async function ask(runtime: Runtime, id: string) {
  const justification = await runtime.putText(id, `because of ${id}`);
  const request = {
    id,
    requester: rita,
    principal: rita,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    approvalWindowMinutes: 60,
    remindAfterMinutes: 15,
    justification,
  };
  await runtime.begin('accessRequest', id, { request }, bot);
  return justification;
}
/** A store with a few segments, a checkpoint and texts. */
async function filled(from = 0, to = 60) {
  const runtime = await open();
  for (let each = from; each < to; each++) await ask(runtime, `case${each}`);
  const head = runtime.head();
  await runtime.close();
  return head;
}
const backup = (to = away, killAt?: string) =>
  hallpass(['backup', '--config', files.hallpass, '--to', to], killAt === undefined ? {} : { killAt });
const restore = (more: readonly string[] = [], killAt?: string) =>
  hallpass(['restore', '--config', files.hallpass, '--from', away, ...more], killAt === undefined ? {} : { killAt });
const headNow = async () => {
  const report = await verifyJournal(files.botStore);
  return report.consistent ? report.head : report.problem;
};
const manifest = () =>
  JSON.parse(readFileSync(join(away, 'manifest.json'), 'utf8')) as {
    head: unknown;
    files: { path: string; bytes: number; sha256: string }[];
  };
const textOf = async (id: string) => {
  const runtime = await open();
  try {
    const view = runtime.read(id);
    const ref = Reflect.get(Object(Reflect.get(Object(view?.context), 'request')), 'justification') as { textDigest: string };
    return view && runtime.text(id, ref);
  } finally {
    await runtime.close();
  }
};

describe('a backup', () => {
  it('brings back every request and every word, on another machine', async () => {
    const head = await filled();
    const made = await backup();
    expect(made).toMatchObject({
      status: 0,
      said: expect.stringContaining(`up to line ${head.seq} (${head.head.slice(0, 12)})`),
    });
    expect(manifest().head).toEqual(head);
    rmSync(files.botStore, { recursive: true });
    expect(await restore()).toMatchObject({ status: 0, said: expect.stringContaining('Start the bot') });
    expect(await headNow()).toBe(head.head);
    expect(await textOf('case7')).toBe('because of case7');
  });

  it('is consistent while the process goes on writing, and its next one goes further', async () => {
    await filled();
    const runtime = await open();
    const stop = new AbortController();
    const writing = (async () => {
      for (let each = 0; !stop.signal.aborted; each++) await ask(runtime, `late${each}`);
    })();
    const first = await backup();
    const second = await backup(`${away}-2`);
    stop.abort();
    await writing;
    await runtime.close();
    expect([first.complained, first.status, second.status]).toEqual(['', 0, 0]);
    const heads = [away, `${away}-2`].map((folder) => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).head.seq);
    expect(heads[0]).toBeGreaterThan(60);
    expect(heads[1]).toBeGreaterThan(heads[0]);
    expect(await restore(['--replace'])).toMatchObject({ status: 0 });
    expect(await textOf('late0')).toBe('because of late0');
  });

  it('ends with a whole line, whatever is being written behind it', async () => {
    const head = await filled();
    const last = readdirSync(join(files.botStore, 'journal')).toSorted().at(-1) ?? '';
    appendFileSync(join(files.botStore, 'journal', last), '{"v":1,"seq":61,"pre');
    expect(await backup()).toMatchObject({ status: 0 });
    expect(manifest().head).toEqual(head);
    expect(readFileSync(join(away, 'journal', last), 'utf8')).not.toContain('{"v":1,"seq":61,"pre');
  });

  it('takes along nothing of the process itself, no configuration and no secret', async () => {
    await filled();
    for (const note of ['perimeter-ledger', 'first-tenant', `perimeter-ledger-${rita.tenantId}`])
      writeFileSync(join(files.botStore, `${note}.json`), '{"seq":1,"head":"ab"}');
    writeFileSync(join(files.botStore, 'secrets.json'), '{"token":"somebody put it here"}');
    const notes = ['first-tenant.json', `perimeter-ledger-${rita.tenantId}.json`, 'perimeter-ledger.json'];
    await backup();
    expect(readdirSync(files.botStore).toSorted()).toEqual(
      ['checkpoint', 'index.db', 'journal', 'lease.db', ...notes, 'secrets.json', 'texts'].toSorted(),
    );
    expect(readdirSync(away).toSorted()).toEqual(['checkpoint', 'journal', 'manifest.json', ...notes, 'texts'].toSorted());
    expect(statSync(away).mode & 0o777).toBe(0o700);
    for (const { path } of manifest().files) expect(statSync(join(away, path)).mode & 0o077).toBe(0);
  });

  it('goes on without what is erased while it is copied', async () => {
    await filled(0, 5);
    const texts = () => readdirSync(join(files.botStore, 'texts'));
    const { files: copied } = await copyStore(files.botStore, away, ({ path }) => {
      if (path.startsWith('texts/')) for (const name of texts().slice(1)) rmSync(join(files.botStore, 'texts', name));
    });
    expect(copied.filter(({ path }) => path.startsWith('texts/'))).toHaveLength(1);
    // It was there when its size was asked for.
    expect(await copyFile(files.botStore, away, 'texts/gone.jsonl', 10)).toBeUndefined();
    expect(existsSync(join(away, 'texts/gone.jsonl'))).toBe(false);
  });

  it('is refused over something that is there, in the store itself, and of a store that is none', async () => {
    expect(await backup()).toMatchObject({ status: 2, complained: expect.stringContaining('(usage.no-journal)') });
    await filled(0, 2);
    expect(await backup(join(files.botStore, 'inside'))).toMatchObject({
      status: 2,
      complained: expect.stringContaining('(usage.backup-inside)'),
    });
    mkdirSync(away);
    expect(await backup()).toMatchObject({ status: 2, complained: expect.stringContaining('(usage.backup-exists)') });
  });

  it('is refused of a store that does not verify, and leaves nothing behind', async () => {
    await filled();
    const path = join(files.botStore, 'journal', '000000000001.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('case1"', 'case2"'));
    expect(await backup()).toMatchObject({ status: 1, complained: expect.stringContaining('(backup.unsound)') });
    expect(readdirSync(dirname(away)).filter((name) => name.includes('backup'))).toEqual([]);
  });

  it('says what to do instead where the store is a database', async () => {
    const { console: own, ...rest }: Record<string, unknown> = parse(readFileSync(files.hallpass, 'utf8'));
    const pages = { ...Object(own), cookieKey: { env: 'HALLPASS_COOKIE_KEY' } };
    writeFileSync(
      files.hallpass,
      stringify({ ...rest, console: pages, store: { postgres: { connection: { env: 'HALLPASS_POSTGRES' } } } }),
    );
    for (const answer of [await backup(), await restore()])
      expect(answer).toMatchObject({
        status: 2,
        complained: expect.stringContaining('pg_dump --format=custom --schema=hallpass'),
      });
  });

  it('that was killed before its end is no backup, and the next one is', async () => {
    const head = await filled();
    expect(await backup(away, 'backup.copied')).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(away)).toBe(false);
    expect(await backup()).toMatchObject({ status: 0 });
    expect(manifest().head).toEqual(head);
    expect(readdirSync(dirname(away)).filter((name) => name.endsWith('unfinished'))).toEqual([]);
  });
});

describe('a restore', () => {
  it('is refused over a store that is not empty; with --replace what was there lies beside', async () => {
    const old = await filled();
    await backup();
    const newer = await filled(60, 70);
    expect(await restore()).toMatchObject({ status: 2, complained: expect.stringContaining('(usage.not-empty)') });
    expect(await headNow()).toBe(newer.head);
    expect(await restore(['--replace'])).toMatchObject({ status: 0, said: expect.stringContaining('archive-') });
    expect(await headNow()).toBe(old.head);
    const archive = readdirSync(files.botStore).find((name) => name.startsWith('archive-')) ?? '';
    expect(await verifyJournal(join(files.botStore, archive))).toMatchObject({ consistent: true, head: newer.head });
    expect([await textOf('case65'), await textOf('case5')]).toEqual([undefined, 'because of case5']);
  });

  it('is refused while the process runs', async () => {
    await filled(0, 3);
    await backup();
    const runtime = await open();
    expect(await restore(['--replace'])).toMatchObject({ status: 1, complained: expect.stringContaining('(store.locked)') });
    await runtime.close();
  });

  it.each([
    ['a changed word', () => edit('texts', (text) => text.replace('because', 'Because'))],
    [
      'a text that is missing',
      () => rmSync(join(away, manifest().files.find(({ path }) => path.startsWith('texts/'))?.path ?? '')),
    ],
    ['a changed line of the journal', () => edit('journal', (text) => text.replace('global-reader', 'global-writer'))],
    ['a line more', () => appendFileSync(join(away, 'journal/000000000001.jsonl'), '{}\n')],
    ['a journal that ends earlier, and a manifest that says so', () => shorten()],
    ['a piece of the journal that the manifest leaves out', () => shorten(false)],
    ['no manifest', () => rmSync(join(away, 'manifest.json'))],
    ['a manifest that leads out of the folder', () => leadTo('texts/../../outside.jsonl')],
    ['a manifest that names what is no part of a store', () => leadTo('lease.db')],
    [
      'a manifest that names a file twice',
      () => editManifest((text) => text.replace(/"files": \[(\s*\{[^}]*\},)/, '"files": [$1$1')),
    ],
    ['the journal of another head', () => editManifest((text) => text.replace(/"head": "[0-9a-f]/, '"head": "x'))],
  ])('is refused of a backup with %s, before anything is touched', async (_, damage) => {
    await filled();
    await backup();
    const now = await filled(60, 61);
    damage();
    const { status, complained } = await restore(['--replace']);
    expect([status, complained]).toEqual([1, expect.stringMatching(/\((backup\.(damaged|no-manifest|unsound))\)/)]);
    expect([await headNow(), readdirSync(files.botStore).filter((name) => /archive|restoring/.test(name))]).toEqual([
      now.head,
      [],
    ]);
  });

  it('brings back the evidence of a perimeter too, and marks it as one to be reconciled', async () => {
    const runtime = await openRuntime({
      flows: perimeterFlows,
      folder: files.perimeterStore,
      clock: virtualClock(),
      log: silent,
    });
    await runtime.begin('freeze', 'freeze00001', {}, bot);
    const { digest } = await createFolderEvidence(nodeFiles, files.perimeterStore).put('request00001', {
      v: 1,
      kind: 'taken',
      requestId: 'request00001',
      confirmedAt: '2026-03-01T09:10:00.000Z',
    });
    await runtime.close();
    const of = ['--config', files.perimeter];
    expect(await hallpass(['backup', ...of, '--to', away])).toMatchObject({ status: 0 });
    rmSync(files.perimeterStore, { recursive: true });
    const put = await hallpass(['restore', ...of, '--from', away]);
    expect(put).toMatchObject({ status: 0, said: expect.stringContaining('hallpass perimeter reconcile') });
    expect(await createFolderEvidence(nodeFiles, files.perimeterStore).list('request00001')).toMatchObject([{ digest }]);
    expect(existsSync(join(files.perimeterStore, 'restored.json'))).toBe(true);
  });

  it('is refused for the file of the other process', async () => {
    await filled(0, 2);
    await backup();
    expect(await hallpass(['restore', '--config', files.perimeter, '--from', away])).toMatchObject({
      status: 2,
      complained: expect.stringContaining('(usage.other-process)'),
    });
  });

  it.each([
    'restore.copied',
    'replace.begun',
    'replace.one-in-place',
    'replace.one-in-place#2',
    'replace.one-in-place#3',
    'replace.done',
  ])(
    'that was killed at %s leaves the old store or is finished by the next one, and nobody opens what is mixed',
    async (killAt) => {
      const old = await filled();
      await backup();
      const newer = await filled(60, 70);
      expect(await restore(['--replace'], killAt)).toMatchObject({ signal: 'SIGKILL' });
      const between = await open().then(
        async (runtime) => {
          const { head } = runtime.head();
          await runtime.close();
          return head;
        },
        (error: unknown) => Reflect.get(Object(error), 'code'),
      );
      expect(between).toBe(
        killAt === 'restore.copied' ? newer.head : killAt === 'replace.done' ? old.head : 'store.half-restored',
      );
      expect(await restore(['--replace'])).toMatchObject({ status: 0 });
      expect([await headNow(), await textOf('case5')]).toEqual([old.head, 'because of case5']);
      const archives = readdirSync(files.botStore).filter((name) => name.startsWith('archive-'));
      const heads = await Promise.all(archives.map((name) => verifyJournal(join(files.botStore, name)).catch(() => undefined)));
      expect(heads).toContainEqual(expect.objectContaining({ consistent: true, head: newer.head }));
    },
  );
});

function edit(kind: string, change: (text: string) => string): void {
  const path = join(away, manifest().files.find(({ path: each }) => each.startsWith(`${kind}/`))?.path ?? '');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
function editManifest(change: (text: string) => string): void {
  const path = join(away, 'manifest.json');
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}
/** There is such a file, of the right size and digest: nothing but where it lies is wrong. */
function leadTo(path: string): void {
  const kept = manifest();
  writeFileSync(join(away, path), 'x');
  const listed = { path, bytes: 1, sha256: createHash('sha256').update('x').digest('hex') };
  writeFileSync(join(away, 'manifest.json'), JSON.stringify({ ...kept, files: [...kept.files, listed] }));
}
/** As somebody would who wants an older history to count: sizes and digests are right, the end of the chain is not. */
function shorten(remove = true): void {
  const kept = manifest();
  const last = kept.files.filter(({ path, bytes }) => path.startsWith('journal/') && bytes > 0).at(-1);
  if (remove) rmSync(join(away, last?.path ?? ''));
  writeFileSync(join(away, 'manifest.json'), JSON.stringify({ ...kept, files: kept.files.filter((each) => each !== last) }));
}
