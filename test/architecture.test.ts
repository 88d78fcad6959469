import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');

interface Arrow {
  readonly from: string;
  /** A path from the root, or a package name. */
  readonly to: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Static imports, re-exports and dynamic imports of a literal, types included: a type is an arrow too. */
function arrowsOf(file: string): Arrow[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = [
    ...text.matchAll(
      /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s*['"]([^'"]+)['"]/g,
    ),
  ];
  return found.map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? '';
    return { from: file, to: target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), target)) : packageOf(target) };
  });
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

const files = [...sources('src'), ...sources('flows')];
const arrows = files.flatMap(arrowsOf);

function broken(from: RegExp, allowed: (to: string) => boolean): string[] {
  return arrows.filter((arrow) => from.test(arrow.from) && !allowed(arrow.to)).map((arrow) => `${arrow.from} -> ${arrow.to}`);
}

const inRoom = (to: string, ...rooms: string[]) => rooms.some((room) => to.startsWith(`src/${room}/`));
const CHAT_PACKAGES = ['@slack/bolt', '@slack/web-api', '@slack/types', 'botbuilder', 'botframework-connector'];
const SDK_PACKAGES = [
  ...CHAT_PACKAGES,
  '@azure/identity',
  '@azure/arm-authorization',
  '@azure/arm-resourcegraph',
  '@microsoft/microsoft-graph-client',
  '@azure/msal-node',
];

describe('the house', () => {
  it('is read at all: the scan finds the arrows it guards', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(arrows.some((arrow) => arrow.from === 'flows/grant.ts' && arrow.to === 'xstate')).toBe(true);
  });

  it('lets flows import xstate and access/core only', () => {
    expect(broken(/^flows\//, (to) => to === 'xstate' || to.startsWith('src/access/core/'))).toEqual([]);
  });

  it('keeps the rules of access free of every SDK, clock and room', () => {
    expect(
      broken(
        /^src\/access\//,
        (to) =>
          inRoom(to, 'access') ||
          to.startsWith('flows/') ||
          ['zod', 'node:util', 'node:diagnostics_channel', 'node:crypto'].includes(to),
      ),
    ).toEqual([]);
  });

  it('keeps checks pure', () => {
    expect(broken(/^src\/posture\/checks\//, (to) => inRoom(to, 'posture', 'access'))).toEqual([]);
  });

  it('lets the perimeter know nothing of chat', () => {
    const forbidden = (to: string) =>
      inRoom(to, 'chat', 'slack', 'teams', 'posture', 'console', 'playground', 'bot') ||
      CHAT_PACKAGES.includes(to) ||
      (to.startsWith('src/access/') && !to.startsWith('src/access/core/')) ||
      ['flows/access-request.ts', 'flows/finding.ts'].includes(to);
    const reached = closureOf(['src/cli/perimeter.ts', ...sources('src/perimeter')]);
    expect(reached.filter((arrow) => forbidden(arrow.to)).map((arrow) => `${arrow.from} -> ${arrow.to}`)).toEqual([]);
  });

  it('never lets Slack and Teams import each other', () => {
    expect(
      broken(/^src\/slack\//, (to) => !inRoom(to, 'teams') && !['botbuilder', 'botframework-connector'].includes(to)),
    ).toEqual([]);
    expect(broken(/^src\/teams\//, (to) => !inRoom(to, 'slack') && !to.startsWith('@slack/'))).toEqual([]);
  });

  it('lets nobody but its own command import the playground', () => {
    expect(broken(/^(?!src\/playground\/|src\/cli\/playground\.ts)/, (to) => !inRoom(to, 'playground'))).toEqual([]);
  });

  it('keeps the SDKs of chat out of the desk, the bot and the runtime', () => {
    expect(broken(/^src\/(chat|durable|access|posture\/checks)\//, (to) => !SDK_PACKAGES.includes(to))).toEqual([]);
    expect(broken(/^src\/bot\//, (to) => !CHAT_PACKAGES.includes(to))).toEqual([]);
  });

  it('reads the environment in one place each: command, configuration, log', () => {
    const readers = files.filter((file) => /process\.env/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(readers.filter((file) => !/^src\/(cli|config|observe|identity|playground)\/|^src\/main\.ts$/.test(file))).toEqual([]);
  });
});

/** Every arrow that can be reached from these files, own files followed. */
function closureOf(entries: readonly string[]): Arrow[] {
  const seen = new Set(entries);
  const reached: Arrow[] = [];
  for (const file of seen) {
    for (const arrow of arrows.filter((candidate) => candidate.from === file)) {
      reached.push(arrow);
      if (arrow.to.startsWith('src/') || arrow.to.startsWith('flows/')) seen.add(arrow.to);
    }
  }
  return reached;
}
