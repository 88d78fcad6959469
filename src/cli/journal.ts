import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { RefusalsEvent } from '../../flows/refusals.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Entry } from '../durable/followers.ts';
import type { Actor, StampedEvent } from '../durable/port.ts';
import { createCheckpointAdapter } from '../durable/stores/lowdb/checkpoint-adapter.ts';
import { nodeFiles } from '../durable/stores/lowdb/node-files.ts';
import { readGenesis } from '../durable/stores/lowdb/genesis.ts';
import { newestEntries, verifyChain } from '../durable/stores/lowdb/read-entries.ts';
import { EXIT } from './exit-codes.ts';

/** `hallpass journal`: looks at the journal of a bot or a perimeter. Only reads, so that it also works while one is running. */
export function registerJournal(program: Command): void {
  const journal = program.command('journal').description('Look at the journal of a bot or a perimeter.');
  journal
    .command('verify')
    .description('Follow the chain of digests from the first line to the last.')
    .requiredOption('--folder <path>', 'the folder of the store (store.folder in the configuration)')
    .option('--json', 'print one JSON object instead of a sentence')
    .action(async ({ folder, json = false }: { readonly folder: string; readonly json?: boolean }) => {
      const report = await verifyJournal(folder);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : verifySentence(report));
      if (!report.consistent) process.exitCode = EXIT.finding;
    });
  journal
    .command('tail')
    .description('Print the newest lines: what happened, to which case, by whom.')
    .requiredOption('--folder <path>', 'the folder of the store')
    .option('--lines <number>', 'how many', positive, 20)
    .option('--json', 'print the lines as they stand in the journal')
    .action(
      async ({ folder, lines, json = false }: { readonly folder: string; readonly lines: number; readonly json?: boolean }) => {
        await assertJournal(folder);
        for (const entry of await newestEntries(nodeFiles, join(folder, 'journal'), lines))
          process.stdout.write(json ? `${JSON.stringify({ ...entry.line, head: entry.head })}\n` : entrySentence(entry));
      },
    );
}

/** `consistent` is what a file can say about itself: that it was not changed in part. Keep heads elsewhere to say more. */
export type VerifyReport =
  | {
      readonly consistent: true;
      /** Of a journal that was rebuilt after another one was lost: the sequence that its first line follows. */
      readonly beginsAfter?: number;
      readonly lines: number;
      readonly head: string;
      readonly trailingBytes: number;
    }
  | { readonly consistent: false; readonly problem: string };

/** @throws {AppError} `usage.no-journal` */
export async function verifyJournal(folder: string): Promise<VerifyReport> {
  await assertJournal(folder);
  try {
    const checkpoint = await createCheckpointAdapter(nodeFiles, join(folder, 'checkpoint'), () => undefined).read();
    const anchor = checkpoint === null ? {} : { anchor: checkpoint.landmark };
    const { place, trailingBytes } = await verifyChain(nodeFiles, join(folder, 'journal'), { deep: true, ...anchor });
    const { seq: before } = readGenesis(nodeFiles, join(folder, 'journal'));
    const gap = before === 0 ? {} : { beginsAfter: before };
    return { consistent: true, ...gap, lines: place.seq - before, head: place.head, trailingBytes };
  } catch (error) {
    if (error instanceof AppError && error.code === 'store.corrupt') return { consistent: false, problem: error.message };
    throw error;
  }
}

async function assertJournal(folder: string): Promise<void> {
  if ((await nodeFiles.list(join(folder, 'journal'))).length > 0) return;
  throw new AppError('usage.no-journal', `${folder} holds no journal`, {
    hint: 'Name the folder that stands as store.folder in hallpass.yaml or perimeter.yaml.',
  });
}

export function verifySentence(report: VerifyReport): string {
  if (!report.consistent) return `NOT consistent: ${report.problem}\n`;
  const tail =
    report.trailingBytes === 0
      ? ''
      : ` ${report.trailingBytes} bytes follow that are no whole line: a write under way, or a tail that was never confirmed.`;
  const gap =
    report.beginsAfter === undefined
      ? ''
      : ` It was rebuilt and begins after line ${report.beginsAfter}: what was before lies in an archive, or is lost.`;
  return `Consistent: ${report.lines} lines, each following the one before. Head ${report.head}.${gap}${tail}\n`;
}

function entrySentence({ line }: Entry): string {
  const happened = line.events.map(line.flow === 'refusals' ? refusalWords : ({ type }) => type).join(', ') || line.kind;
  const remark =
    line.kind === 'ignored' || line.kind === 'poisoned' ? ` (${line.kind}${line.error ? `: ${line.error}` : ''})` : '';
  const added = (line.commandsAdded ?? []).map(({ name }) => name).join(', ');
  const state = typeof line.next.state === 'string' ? line.next.state : JSON.stringify(line.next.state);
  const sentence = `${line.seq}  ${line.at}  ${line.flow} ${line.case}: ${happened}${remark} by ${actorName(line.actor)} -> ${state}`;
  return `${printable(sentence)}${added === '' ? '' : `; to do: ${added}`}\n`;
}

/** What a perimeter counted at its door: that flow holds its events, and those of timers. */
function refusalWords(event: StampedEvent): string {
  if (event.type !== 'refused') return event.type;
  const { count, code, call, firstAt, lastAt, requestId } = event as StampedEvent & RefusalsEvent;
  const when = count === 1 ? `at ${lastAt}` : `${count} times from ${firstAt} to ${lastAt}`;
  return `refused ${code} (${call}) ${when}${requestId === undefined ? '' : `, about ${requestId}`}`;
}

/** Ids come from outside: nothing in them may move a terminal's cursor. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

function actorName(actor: Actor): string {
  return actor.kind === 'system' ? actor.name : `person ${actor.person.objectId}`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it is a number from 1 on');
  return value;
}
