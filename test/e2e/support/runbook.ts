import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { World } from '../../../src/playground/world.ts';
import { hallpass, type Ran } from '../../cli/support/hallpass.ts';

/** One chapter of docs/runbook.md, whose commands are run as they stand there. */
export interface Chapter {
  /** Runs a command; it has to stand in the chapter, letter for letter. */
  run(line: string): Promise<Ran>;
  /** A document that tells more than was tried is not to be trusted. */
  expectEverythingRun(): void;
}

const RUNBOOK = join(import.meta.dirname, '../../../docs/runbook.md');
const BEFORE_THE_FIRST = '# Runbook';

/** @param title of the chapter, or that of the whole for what stands before the first */
export function chapterOf(world: World, title: string = BEFORE_THE_FIRST): Chapter {
  const commands = commandsOf(title);
  const done = new Set<string>();
  return {
    async run(line) {
      expect(commands).toContain(line);
      done.add(line);
      if (line.startsWith('curl ')) return { status: 0, signal: null, said: await fetched(world, line), complained: '' };
      return ranIn(world, line);
    },
    expectEverythingRun: () => expect(commands.filter((line) => !done.has(line))).toEqual([]),
  };
}

function commandsOf(title: string): readonly string[] {
  const chapters = readFileSync(RUNBOOK, 'utf8').split(/^(?=##? )/m);
  const text = chapters.find((chapter) => chapter.startsWith(title === BEFORE_THE_FIRST ? title : `## ${title}\n`)) ?? '';
  const blocks = [...text.matchAll(/^ *```\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.split('\n').map((line) => line.trim())).filter((line) => line !== '');
}

/** The ports of the document are those of the defaults; here they are others. */
async function fetched(world: World, line: string): Promise<string> {
  const [, port, path = ''] = /http:\/\/127\.0\.0\.1:(\d+)(\/\S*)/.exec(line) ?? [];
  const response = await fetch(`${port === '9464' ? world.opsUrls.bot : world.opsUrls.perimeter}${path}`);
  return response.text();
}

/** What a line of the document names, as it is called in this world. */
async function ranIn(world: World, line: string): Promise<Ran> {
  const [command = '', into] = line.split(' > ');
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);
  const args = words.slice(1).map((word, at) => named(world, word, words[at] ?? ''));
  const { identityEndpoint, identityHeader } = world.microsoft;
  const env = { NODE_EXTRA_CA_CERTS: world.caFile, IDENTITY_ENDPOINT: identityEndpoint, IDENTITY_HEADER: identityHeader };
  const ran = await hallpass(args, { env });
  if (into !== undefined) writeFileSync(join(world.folder, into), ran.said);
  return ran;
}

function named(world: World, word: string, before: string): string {
  if (word === 'hallpass.yaml') return world.files.hallpass;
  if (word === 'perimeter.yaml') return world.files.perimeter;
  if (before === '--folder') return word === 'perimeter' ? world.files.perimeterStore : world.files.botStore;
  return ['--to', '--from', '--copy'].includes(before) ? join(world.folder, word) : word;
}
