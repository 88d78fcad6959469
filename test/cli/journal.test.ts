import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { registerJournal } from '../../src/cli/journal.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { refusalsFlow } from '../../src/perimeter/refusals.ts';
import { bot, committed, doorFlow, idleDoor, MINUTE, workbench, type Workbench } from '../durable/support/durable-world.ts';

let bench: Workbench;
let runtime: Runtime;
beforeEach(async () => {
  bench = workbench();
  runtime = await bench.open();
  await runtime.begin('door', 'front', { minutes: 5 }, bot);
  await runtime.send('front', { type: 'open' }, { kind: 'person', person: { tenantId: 't', objectId: 'anna' } });
});
afterEach(() => bench.clear());

const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, ['--no-warnings', 'src/main.ts', 'journal', ...args]).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { readonly stdout: string; readonly stderr: string; readonly code: number }) => ({ ...error }),
  );

describe('hallpass journal', () => {
  it('verifies a journal while a process is writing it', async () => {
    const { stdout, code } = await run('verify', '--folder', bench.folder);
    expect(stdout).toBe(`Consistent: 2 lines, each following the one before. Head ${runtime.head().head}.\n`);
    expect(code).toBe(0);
    expect(JSON.parse((await run('verify', '--json', '--folder', bench.folder)).stdout)).toEqual({
      consistent: true,
      lines: 2,
      head: runtime.head().head,
      trailingBytes: 0,
    });
  });

  it('answers with its own exit code when the journal does not verify', async () => {
    await runtime.close();
    rmSync(join(bench.folder, 'journal', '000000000001.jsonl'));
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(bench.folder, 'journal', '000000000001.jsonl'), '{}\n');
    expect(await run('verify', '--folder', bench.folder)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('NOT consistent'),
    });
  });

  it('says what happened, to which case, by whom', async () => {
    const { stdout } = await run('tail', '--folder', bench.folder);
    expect(stdout.split('\n')).toEqual([
      '1  2026-03-01T08:00:00.000Z  door front: began by bot -> shut; to do: ring, show',
      '2  2026-03-01T08:00:00.000Z  door front: open by person anna -> ajar; to do: show',
      '',
    ]);
    expect((await run('tail', '--lines', '1', '--folder', bench.folder)).stdout).toContain('2  2026');
  });

  it('says how many calls a perimeter refused at its door, and since when', async () => {
    await runtime.close();
    runtime = await bench.open({ flows: [doorFlow, refusalsFlow] });
    const [firstAt, lastAt] = ['2026-03-01T08:00:00.000Z', '2026-03-01T08:00:59.000Z'];
    const refused = { type: 'refused', code: 'caller.limited', call: 'feed', firstAt, lastAt };
    await runtime.begin('refusals', 'refusals0', {}, bot);
    await runtime.send('refusals0', { ...refused, count: 12, requestId: 'request1' }, bot);
    await runtime.send('refusals0', { ...refused, count: 1 }, bot);
    bench.clock.advance(4 * 60 * MINUTE);
    runtime.run(idleDoor);
    await committed(runtime, () => runtime.closed('refusals', undefined, 1).length === 1);
    const { stdout } = await run('tail', '--folder', bench.folder);
    expect(stdout.split('\n').filter((line) => line.includes('refusals0'))).toEqual([
      expect.stringContaining('refusals refusals0: began by bot -> open'),
      expect.stringContaining(
        `refused caller.limited (feed) 12 times from ${firstAt} to ${lastAt}, about request1 by bot -> open`,
      ),
      expect.stringContaining(`refused caller.limited (feed) at ${lastAt} by bot -> open`),
      expect.stringContaining('xstate.after.hours.refusals.open by timer -> closed'),
    ]);
  });

  it('lets no id move the cursor of a terminal or turn its text around', async () => {
    const forged = 'anna\u001b[2J\u0007\u202e';
    await runtime.send('front', { type: 'open' }, { kind: 'person', person: { tenantId: 't', objectId: forged } });
    expect((await run('tail', '--lines', '1', '--folder', bench.folder)).stdout).toContain('by person anna?[2J?? ->');
  });

  it('names a folder without a journal', async () => {
    expect(await run('verify', '--folder', join(bench.folder, 'elsewhere'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('holds no journal'),
    });
  });

  it('registers itself with both of its commands', () => {
    const program = new Command();
    registerJournal(program);
    expect(program.commands[0]?.commands.map((command) => command.name())).toEqual(['verify', 'tail']);
  });
});
