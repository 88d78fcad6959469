import { badRequest } from './graph-error.ts';

/** One thing that a `$filter` asks of an object. */
export type Filter = (object: Readonly<Record<string, unknown>>) => boolean;

export interface ParsedFilter {
  readonly matches: Filter;
  /** Top-level properties that it names. */
  readonly properties: ReadonlySet<string>;
  /** True when directory objects need `ConsistencyLevel: eventual` and `$count=true` for it: ne, not, endsWith. */
  readonly advanced: boolean;
}

type Token = { readonly kind: 'word' | 'text' | 'mark'; readonly value: string };
type Value = string | number | boolean | null;

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([(),:])|([^\s(),:']+(?::\d[^\s(),']*)?))/y;
const LONGEST = 4_000;
const COMPARISONS = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const FUNCTIONS = new Set(['startswith', 'endswith', 'contains']);

/**
 * Reads the part of OData's filter language that Graph offers on the collections here: comparisons, `in`, and/or/not,
 * parentheses, startsWith/endsWith/contains, `any`.
 * @throws {GraphRefusal} 400 BadRequest for anything else
 */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > LONGEST) throw badRequest('Invalid filter clause: too long.');
  const tokens = tokenize(text);
  const properties = new Set<string>();
  let advanced = false;
  let position = 0;

  const invalid = (what: string) =>
    badRequest(`Invalid filter clause: ${what} at position ${position} in '${text.slice(0, 200)}'.`);
  const peek = () => tokens[position];
  const isWord = (value: string) => peek()?.kind === 'word' && peek()?.value.toLowerCase() === value;
  const next = (): Token => {
    const token = tokens[position];
    if (token === undefined) throw invalid('Syntax error: unexpected end');
    position += 1;
    return token;
  };
  const expectMark = (mark: string) => {
    const token = next();
    if (token.kind !== 'mark' || token.value !== mark) throw invalid(`Syntax error: '${mark}' expected`);
  };

  const or = (variable?: string): Filter => {
    let left = and(variable);
    while (isWord('or')) {
      next();
      const [before, after] = [left, and(variable)];
      left = (object) => before(object) || after(object);
    }
    return left;
  };
  const and = (variable?: string): Filter => {
    let left = not(variable);
    while (isWord('and')) {
      next();
      const [before, after] = [left, not(variable)];
      left = (object) => before(object) && after(object);
    }
    return left;
  };
  const not = (variable?: string): Filter => {
    if (!isWord('not')) return primary(variable);
    next();
    advanced = true;
    const inner = primary(variable);
    return (object) => !inner(object);
  };
  const primary = (variable?: string): Filter => {
    const token = next();
    if (token.kind === 'mark' && token.value === '(') {
      const inner = or(variable);
      expectMark(')');
      return inner;
    }
    if (token.kind !== 'word') throw invalid('Syntax error: a property expected');
    if (FUNCTIONS.has(token.value.toLowerCase()) && peek()?.value === '(')
      return textFunction(token.value.toLowerCase(), variable);
    if (token.value.endsWith('/any') && peek()?.value === '(') return any(token.value.slice(0, -'/any'.length));
    const path = pathOf(token.value, variable);
    const operator = next().value.toLowerCase();
    if (operator === 'in') return isIn(path);
    if (!COMPARISONS.has(operator)) throw invalid(`Syntax error: an operator expected, not '${operator}'`);
    if (operator === 'ne') advanced = true;
    const wanted = literal(next());
    return (object) => compare(read(object, path), operator, wanted);
  };
  const textFunction = (name: string, variable?: string): Filter => {
    expectMark('(');
    const path = pathOf(next().value, variable);
    expectMark(',');
    const wanted = String(literal(next())).toLowerCase();
    expectMark(')');
    if (name === 'endswith') advanced = true;
    return (object) => {
      const actual = read(object, path);
      const value = typeof actual === 'string' ? actual.toLowerCase() : '';
      if (name === 'startswith') return value.startsWith(wanted);
      return name === 'endswith' ? value.endsWith(wanted) : value.includes(wanted);
    };
  };
  const any = (collection: string): Filter => {
    const path = pathOf(collection, undefined);
    expectMark('(');
    const variable = next().value;
    expectMark(':');
    const inner = or(variable);
    expectMark(')');
    return (object) => {
      const items = read(object, path);
      return Array.isArray(items) && items.some((item) => inner({ [variable]: item as unknown }));
    };
  };
  const isIn = (path: readonly string[]): Filter => {
    expectMark('(');
    const wanted = [literal(next())];
    while (peek()?.value === ',') {
      next();
      wanted.push(literal(next()));
    }
    expectMark(')');
    // Graph takes at most 15 values in an `in` of directory objects.
    if (wanted.length > 15)
      throw badRequest('Too many child clauses specified in search filter expression containing OR operators.');
    return (object) => wanted.some((value) => compare(read(object, path), 'eq', value));
  };
  const pathOf = (word: string, variable: string | undefined): readonly string[] => {
    const parts = word.split('/');
    if (parts.some((part) => !/^\$?\w+$/.test(part))) throw invalid(`Syntax error: '${word.slice(0, 40)}' is no property`);
    const [first = ''] = parts;
    if (variable === undefined || first !== variable) properties.add(first);
    return parts;
  };
  const literal = (token: Token): Value => {
    if (token.kind === 'text') return token.value;
    const word = token.value;
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
    if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(word)) return word;
    throw invalid(`'${word.slice(0, 40)}' is no literal; text needs quotes`);
  };

  const matches = or();
  if (position < tokens.length) throw invalid('Syntax error');
  return { matches, properties, advanced };
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) throw badRequest('Invalid filter clause: unterminated text or unknown mark.');
    const [, quoted, mark, word] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll("''", "'") });
    else if (mark !== undefined) tokens.push({ kind: 'mark', value: mark });
    else tokens.push({ kind: 'word', value: word ?? '' });
  }
  return tokens;
}

function read(object: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** Text compares without case, as ids and names do in Entra; instants compare as instants. */
function compare(value: unknown, operator: string, wanted: Value): boolean {
  const actual = value === undefined ? null : value;
  const [left, right] = comparable(actual, wanted);
  switch (operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    default:
      if (left === null || right === null) return false;
      if (operator === 'gt') return left > right;
      if (operator === 'ge') return left >= right;
      return operator === 'lt' ? left < right : left <= right;
  }
}

function comparable(value: unknown, wanted: Value): readonly [Value, Value] {
  if (typeof value === 'string' && typeof wanted === 'string') {
    const [a, b] = [Date.parse(value), Date.parse(wanted)];
    if (/^\d{4}-\d\d-\d\d/.test(value) && /^\d{4}-\d\d-\d\d/.test(wanted) && !Number.isNaN(a) && !Number.isNaN(b)) return [a, b];
    return [value.toLowerCase(), wanted.toLowerCase()];
  }
  return [typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null, wanted];
}
