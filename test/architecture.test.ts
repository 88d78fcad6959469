import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  arrowsOf,
  CHAT_PACKAGES,
  closureOf,
  forbiddenToPerimeter,
  functionsEntries,
  perimeterEntries,
  ROOT,
  sources,
} from './tools/arrows.ts';

const files = [...sources('src'), ...sources('flows')];
const arrows = files.flatMap(arrowsOf);

function broken(from: RegExp, allowed: (to: string) => boolean): string[] {
  return arrows.filter((arrow) => from.test(arrow.from) && !allowed(arrow.to)).map((arrow) => `${arrow.from} -> ${arrow.to}`);
}

const inRoom = (to: string, ...rooms: string[]) => rooms.some((room) => to.startsWith(`src/${room}/`));
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
          ['zod', 'canonicalize', 'node:util', 'node:diagnostics_channel', 'node:crypto'].includes(to),
      ),
    ).toEqual([]);
  });

  it('keeps checks pure', () => {
    expect(broken(/^src\/posture\/checks\//, (to) => inRoom(to, 'posture', 'access'))).toEqual([]);
  });

  it('lets the perimeter know nothing of chat', () => {
    const reached = closureOf(perimeterEntries());
    expect(reached.length).toBeGreaterThan(100);
    expect(reached.filter((arrow) => forbiddenToPerimeter(arrow.to)).map((arrow) => `${arrow.from} -> ${arrow.to}`)).toEqual([]);
  });

  it('hosts the same perimeter in Azure Functions, whose SDK the other host never loads', () => {
    const hosted = closureOf(functionsEntries());
    expect(hosted.map(({ to }) => to)).toEqual(expect.arrayContaining(['@azure/functions', 'src/perimeter/assemble.ts']));
    expect(hosted.filter((arrow) => forbiddenToPerimeter(arrow.to)).map((arrow) => `${arrow.from} -> ${arrow.to}`)).toEqual([]);
    expect(closureOf(perimeterEntries()).filter(({ to }) => to === '@azure/functions')).toEqual([]);
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
    expect(
      readers.filter(
        (file) => !/^src\/(cli|config|observe|identity|playground)\/|^src\/(perimeter\/functions\/)?main\.ts$/.test(file),
      ),
    ).toEqual([]);
  });
});
