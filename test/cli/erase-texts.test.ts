import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TextRef } from '../../src/access/core/text-ref.ts';
import { accessRequestFlow, findingFlow } from '../../src/bot/flows.ts';
import type { Flow, Runtime } from '../../src/durable/port.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { createLog } from '../../src/observe/log.ts';
import type { ConfigFiles } from '../../src/playground/config-files.ts';
import { verifyJournal } from '../../src/cli/journal.ts';
import { bot, idle } from '../durable/support/durable-world.ts';
import { twoConfigs } from './two-configs.ts';

jest.setTimeout(60_000);

let files: ConfigFiles;
beforeEach(() => {
  files = twoConfigs();
});
afterEach(() => rmSync(dirname(files.hallpass), { recursive: true, force: true }));

const erase = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', 'src/main.ts', 'erase-texts', ...args], {
    encoding: 'utf8',
  });
  return { status, said: stdout, complained: stderr };
};
const rita = { tenantId: '5c0ffee0-1111-4222-8333-444455556666', objectId: '0b7ec700-0000-4000-8000-000000000001' };
const asked = (id: string, justification: TextRef) => ({
  requestId: id,
  id,
  requester: rita,
  principal: rita,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  approvalWindowMinutes: 60,
  remindAfterMinutes: 15,
  justification,
});
const refusal = { code: 'x', hint: 'No.' };

/** Works on a store as its process would, at that day, and ends. */
async function working<T>(
  folder: string,
  flows: readonly Flow[],
  day: string,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const clock = { now: () => Date.parse(`${day}T08:00:00Z`), onMoved: () => () => undefined };
  const runtime = await openRuntime({ flows, folder, clock, log: createLog('bot', 'silent'), limits: { reserveBytes: 0 } });
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}
const atTheBot = <T>(day: string, work: (runtime: Runtime) => Promise<T>) =>
  working(files.botStore, [accessRequestFlow, findingFlow], day, work);

/** A request with its justification; `over`: it has come to its end. */
const ask = (id: string, day: string, over: boolean) =>
  atTheBot(day, async (runtime) => {
    const justification = await runtime.putText(id, `because of ${id}`);
    await runtime.begin('accessRequest', id, { request: asked(id, justification) }, bot);
    if (!over) return justification;
    const closed = new Promise<void>((resolve) => {
      runtime.onCommit(() =>
        runtime.read(id)?.status === 'done' && runtime.read(id)?.pending.length === 0 ? resolve() : undefined,
      );
    });
    await runtime.send(id, { type: 'perimeter.refused', ...refusal }, bot);
    runtime.run(
      Object.fromEntries(
        [accessRequestFlow, findingFlow].flatMap(({ commands }) => Object.keys(commands).map((name) => [name, idle])),
      ),
    );
    await closed;
    return justification;
  });
const textAtTheBot = (id: string, ref: TextRef) => atTheBot('2026-06-01', async (runtime) => runtime.text(id, ref));

describe('hallpass erase-texts', () => {
  it('counts, and erases nothing before somebody says yes', async () => {
    const ref = await ask('one', '2026-01-01', true);
    const first = erase('--config', files.hallpass, '--case', 'one');
    expect(first.said).toBe(`This would erase 1 text of 1 case in ${files.botStore}, for good. Nothing was erased: add --yes.\n`);
    expect(first.status).toBe(2);
    expect(await textAtTheBot('one', ref)).toBe('because of one');
    const { head } = await atTheBot('2026-06-01', async (runtime) => runtime.head());
    const second = erase('--config', files.hallpass, '--case', 'one', '--yes');
    expect(second).toMatchObject({ status: 0, said: `Erased 1 text of 1 case in ${files.botStore}.\n` });
    expect(await textAtTheBot('one', ref)).toBeUndefined();
    expect(await verifyJournal(files.botStore)).toMatchObject({ consistent: true, head });
    expect(erase('--config', files.hallpass, '--case', 'one', '--yes')).toMatchObject({
      status: 0,
      said: `There is nothing to erase in ${files.botStore}.\n`,
    });
  });

  it('takes what was over before an instant, and leaves alone what ended later or goes on', async () => {
    const old = await ask('old', '2026-01-01', true);
    const young = await ask('young', '2026-03-01', true);
    const open = await ask('open', '2026-01-01', false);
    const { status, said } = erase('--config', files.hallpass, '--before', '2026-02-01T00:00:00Z', '--yes', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(said)).toEqual({ folder: files.botStore, erased: true, cases: 1, texts: 1, openCases: 1 });
    expect(await textAtTheBot('old', old)).toBeUndefined();
    expect(await textAtTheBot('young', young)).toBe('because of young');
    expect(await textAtTheBot('open', open)).toBe('because of open');
  });

  it('works on the store of a perimeter too', async () => {
    await working(files.perimeterStore, [grantFlow], '2026-01-01', async (runtime) => {
      const justification = await runtime.putText('grant1', 'because');
      const registration = { ...asked('grant1', justification) };
      await runtime.begin('grant', 'grant1', { opening: { kind: 'refused', registration, refusal } }, bot);
    });
    expect(erase('--config', files.perimeter, '--case', 'grant1', '--yes')).toMatchObject({
      status: 0,
      said: `Erased 1 text of 1 case in ${files.perimeterStore}.\n`,
    });
    expect(await verifyJournal(files.perimeterStore)).toMatchObject({ consistent: true });
  });

  it('refuses while the process runs', async () => {
    const ref = await ask('one', '2026-01-01', true);
    await atTheBot('2026-01-02', async () => {
      const { status, complained } = erase('--config', files.hallpass, '--case', 'one', '--yes');
      expect(status).toBe(1);
      expect(complained).toContain('(store.locked)');
    });
    expect(await textAtTheBot('one', ref)).toBe('because of one');
  });

  it('refuses the texts of a request that is not over', async () => {
    const ref = await ask('open', '2026-01-01', false);
    expect(erase('--config', files.hallpass, '--case', 'open', '--yes')).toMatchObject({
      status: 2,
      complained: expect.stringContaining('(usage.case-open)'),
    });
    expect(await textAtTheBot('open', ref)).toBe('because of open');
  });

  it.each([
    ['a case that is not there', ['--case', 'nobody'], 'usage.case-unknown'],
    ['neither a case nor an instant', [], 'usage.which-texts'],
    ['both', ['--case', 'one', '--before', '2026-01-01T00:00:00Z'], 'usage.which-texts'],
    ['a day without a zone', ['--before', '2026-01-01'], 'it is an instant with its zone'],
  ])('answers %s with exit code 2', async (_, args, words) => {
    await ask('one', '2026-01-01', true);
    const { status, complained } = erase('--config', files.hallpass, ...args);
    expect(complained).toContain(words);
    expect(status).toBe(2);
  });

  it('says when there is no store to work on, and makes none', () => {
    expect(erase('--config', files.hallpass, '--case', 'one')).toMatchObject({
      status: 2,
      complained: expect.stringContaining('(usage.no-journal)'),
    });
  });
});
