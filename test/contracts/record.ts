import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { HttpExchange } from '../../src/playground/exchange-log.ts';

const ROOT = join(import.meta.dirname, '../..');
const FAR_ENDS = ['microsoft', 'slack', 'teams'].map((name) => join(ROOT, `src/playground/${name}/start.ts`));

/** Every test of jest that starts a far end, by itself or through what it imports: paths from the root. */
export function testsWithFarEnds(): readonly string[] {
  const reached = new Map<string, boolean>();
  const reaches = (file: string): boolean => {
    const known = reached.get(file);
    if (known !== undefined) return known;
    reached.set(file, false);
    const found = FAR_ENDS.includes(file) || importsOf(file).some(reaches);
    reached.set(file, found);
    return found;
  };
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(ROOT, 'test', name))
    .filter((file) => file.endsWith('.test.ts') && !relative(ROOT, file).startsWith(join('test', 'browser')))
    .filter(reaches)
    .map((file) => relative(ROOT, file))
    .toSorted();
}

function importsOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/from\s+'(\.[^']+)'/g)]
    .map(([, path = '']) => join(dirname(file), path))
    .filter((path) => path.endsWith('.ts') && existsSync(path));
}

export function readRecord(file: string): readonly HttpExchange[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): HttpExchange => JSON.parse(line));
}

/** Judged by another operation's contract, since its own leaves something out. */
const SIBLINGS = [
  {
    method: 'GET',
    path: /\/v3\/conversations\/[^/]+\/pagedmembers$/,
    isJudgedSo: ({ status = 0 }: HttpExchange) => status >= 400,
    as: (url: URL) => {
      url.pathname = url.pathname.replace(/pagedmembers$/, 'members');
      url.search = '';
    },
    reason:
      'refusals of pagedmembers as those of members: of all calls of the connector only this one is published without its errors',
  },
  {
    method: 'GET',
    path: /\/v1\.0\/groups\/[^/]+\/owners$/,
    isJudgedSo: () => true,
    as: (url: URL) => {
      url.pathname = url.pathname.replace(/owners$/, 'members');
    },
    reason: 'owners of groups as members of groups: the same collection of directory objects, and not part of the stored subset',
  },
  {
    method: 'GET',
    path: /\/v1\.0\/directoryObjects\/[^/]+$/,
    isJudgedSo: () => true,
    as: (url: URL) => {
      url.pathname = url.pathname.replace(/directoryObjects\/([^/]+)$/, 'users/$1/manager');
    },
    reason: "a directory object as somebody's manager: the same type, and not part of the stored subset",
  },
] as const;

export interface ToCheck {
  readonly exchanges: readonly HttpExchange[];
  /** What was judged otherwise than by its own contract, and why. */
  readonly notes: readonly string[];
}

export function toCheck(recorded: readonly HttpExchange[]): ToCheck {
  const counts = new Map<string, number>();
  const exchanges = recorded.map((exchange) => {
    const url = new URL(exchange.url, 'http://x');
    const sibling = SIBLINGS.find(
      ({ method, path, isJudgedSo }) => method === exchange.method && path.test(url.pathname) && isJudgedSo(exchange),
    );
    if (sibling === undefined) return exchange;
    counts.set(sibling.reason, (counts.get(sibling.reason) ?? 0) + 1);
    sibling.as(url);
    return { ...exchange, url: url.href };
  });
  return { exchanges, notes: [...counts].map(([reason, count]) => `judged by a sibling ${count} × ${reason}`) };
}
