import { checkBlocks } from '../../../src/playground/slack/block-kit-check.ts';
import { checkView } from '../../../src/playground/slack/view-check.ts';
import type { Agreement } from './agreement.ts';
import { type Json, placed, SPECIMENS, type Specimen } from './block-kit-specimens.ts';

type Keyword = 'maxLength' | 'minLength' | 'maxItems' | 'minItems';
const KEYWORDS: readonly string[] = ['maxLength', 'minLength', 'maxItems', 'minItems'] satisfies Keyword[];

interface Limit {
  readonly type: string;
  readonly path: readonly string[];
  readonly keyword: Keyword;
  readonly value: number;
}

/**
 * Whether the playground draws the same line as Slack's own types, for each number that they state: the value itself is taken and
 * one more is refused (or one less, for a least length).
 */
export function blockKitAgreement(schema: unknown): Agreement {
  const definitions: object = Object(Reflect.get(Object(schema), 'definitions'));
  const limits = limitsIn(definitions);
  const refusedWhole = limits.filter(({ type }) => SPECIMENS[type] === undefined && isRefusedWhole(definitions, type));
  const compared = limits.filter((limit) => !refusedWhole.includes(limit));
  const types = [...new Set(refusedWhole.map(({ type }) => type))];
  return {
    what: 'Block Kit',
    of: 'limits',
    compared: compared.length,
    differences: compared.flatMap((limit) => {
      const difference = differenceOf(limit);
      return difference === undefined ? [] : [`${nameOf(limit)}: ${difference}`];
    }),
    apart: `${refusedWhole.length} more are of types that the playground refuses whole: ${types.join(', ')}`,
  };
}

/** Of a `type` that the playground does not take anywhere. */
function isRefusedWhole(definitions: object, type: string): boolean {
  const properties: unknown = Reflect.get(Object(Reflect.get(definitions, type)), 'properties');
  const word: unknown = Reflect.get(Object(Reflect.get(Object(properties), 'type')), 'const');
  if (typeof word !== 'string') return false;
  return (['block', 'input block', 'action', 'input'] as const).every((place) => {
    const { blocks, surface } = placed(place, { type: word });
    return checkBlocks(blocks, surface).some(({ message }) => message === `unsupported type: ${word}`);
  });
}

const nameOf = ({ type, path, keyword, value }: Limit) => `${type}.${path.join('.')} ${keyword} ${value}`;

function differenceOf(limit: Limit): string | undefined {
  const specimen = SPECIMENS[limit.type];
  if (specimen === undefined) return 'nothing of it is known here';
  const beyond = limit.keyword.startsWith('max') ? limit.value + 1 : limit.value - 1;
  const takesIt = accepts(specimen, limit, limit.value);
  const takesMore = accepts(specimen, limit, beyond);
  if (takesIt && !takesMore) return undefined;
  return takesIt ? `${beyond} is taken` : `${limit.value} is refused`;
}

function accepts(specimen: Specimen, { path, keyword }: Limit, size: number): boolean {
  const value = changed(specimen.valid, path, (old) => (keyword.endsWith('Items') ? many(old, size) : long(path, size)));
  if (specimen.place === 'modal' || specimen.place === 'home') return checkView(value, specimen.place).ok;
  const { blocks, surface } = placed(specimen.place, value);
  return checkBlocks(blocks, surface).length === 0;
}

function changed(value: unknown, [name, ...rest]: readonly string[], change: (old: unknown) => unknown): Json {
  const copy: Json = { ...Object(value) };
  if (name !== undefined) copy[name] = rest.length === 0 ? change(copy[name]) : changed(copy[name], rest, change);
  return copy;
}

function long(path: readonly string[], size: number): string {
  return path.at(-1) === 'url' ? 'https://a.example/'.padEnd(size, 'x') : 'x'.repeat(size);
}

/** So many of the first, each with names of its own. */
function many(items: unknown, size: number): Json[] {
  const first: Json = { ...Object(Array.isArray(items) ? items[0] : undefined) };
  const own = ['value', 'action_id', 'block_id'].filter((name) => first[name] !== undefined);
  return Array.from({ length: size }, (_, index) => ({
    ...first,
    ...Object.fromEntries(own.map((name) => [name, `n${index}`])),
  }));
}

/** Every number in the schema, by type and property; the same one written twice counts once. */
function limitsIn(definitions: object): readonly Limit[] {
  const found = new Map<string, Limit>();
  const walk = (type: string, node: unknown, path: readonly string[]): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, inner] of Object.entries(node)) {
      if (KEYWORDS.includes(name) && typeof inner === 'number') {
        const limit = { type, path, keyword: name as Keyword, value: inner };
        found.set(nameOf(limit), limit);
      } else if (name === 'properties') {
        for (const [property, rest] of Object.entries(Object(inner))) walk(type, rest, [...path, property]);
      } else if (name === 'allOf' || name === 'anyOf') {
        for (const part of Object.values(Object(inner))) walk(type, part, path);
      }
    }
  };
  for (const [type, definition] of Object.entries(definitions)) walk(type, definition, []);
  return [...found.values()];
}
