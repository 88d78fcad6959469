import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Arrow {
  readonly from: string;
  /** A path from the root, or a package name. */
  readonly to: string;
}

/** The `.ts` files below a folder, as paths from the root. */
export function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Static imports, re-exports and dynamic imports of a literal, types included: a type is an arrow too. */
export function arrowsOf(file: string): Arrow[] {
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

/** Every arrow that can be reached from these files, own files followed. */
export function closureOf(entries: readonly string[]): Arrow[] {
  const seen = new Set(entries);
  const reached: Arrow[] = [];
  for (const file of seen) {
    for (const arrow of arrowsOf(file)) {
      reached.push(arrow);
      if (arrow.to.startsWith('src/') || arrow.to.startsWith('flows/')) seen.add(arrow.to);
    }
  }
  return reached;
}

/** The perimeter's second host, which alone needs the SDK of Azure Functions. */
const FUNCTIONS = 'src/perimeter/functions/';
export const functionsEntries = (): string[] => sources(FUNCTIONS);
/** What the perimeter runs from: its command, and everything in its room but its second host. */
export const perimeterEntries = (): string[] => [
  'src/cli/perimeter.ts',
  ...sources('src/perimeter').filter((file) => !file.startsWith(FUNCTIONS)),
];

export const CHAT_PACKAGES = ['@slack/bolt', '@slack/web-api', '@slack/types', 'botbuilder', 'botframework-connector'];
const FOREIGN_ROOMS = ['chat', 'slack', 'teams', 'posture', 'console', 'playground', 'bot'];

/** What must not be in the perimeter's closure: chat, the bot's own rules, and its flows (design.md section 4). */
export function forbiddenToPerimeter(to: string): boolean {
  return (
    FOREIGN_ROOMS.some((room) => to.startsWith(`src/${room}/`)) ||
    CHAT_PACKAGES.includes(to) ||
    (to.startsWith('src/access/') && !to.startsWith('src/access/core/')) ||
    ['flows/access-request.ts', 'flows/finding.ts'].includes(to)
  );
}
