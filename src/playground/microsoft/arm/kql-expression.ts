import { KqlRefusal, type Token } from './kql-tokens.ts';

export type Row = Readonly<Record<string, unknown>>;
type Value = string | number | boolean | null | undefined | object;
export type Expression = (row: Row) => Value;

/** Reads one stage of a query, token by token. */
export interface Reader {
  next(): Token;
  isEnd(): boolean;
  end(): void;
  expression(): Expression;
  operand(): Expression;
  columns(): readonly { readonly name: string; readonly value: Expression }[];
}

const END: Token = { kind: 'end', value: '' };
const WORDS_BETWEEN = new Set(['contains', 'startswith', 'endswith', 'has']);
const MARKS_BETWEEN = new Set(['==', '!=', '=~', '!~', '<', '>', '<=', '>=']);

export function createReader(tokens: readonly Token[]): Reader {
  let position = 0;
  const peek = (ahead = 0): Token => tokens[position + ahead] ?? END;
  const next = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const isMark = (value: string, ahead = 0) => peek(ahead).kind === 'mark' && peek(ahead).value === value;
  const isWord = (value: string) => peek().kind === 'word' && peek().value.toLowerCase() === value;
  const expect = (value: string) => {
    const token = next();
    if (token.kind !== 'mark' || token.value !== value) throw new KqlRefusal('ParserFailure', token.value);
  };

  const expression = (): Expression => {
    let left = both();
    while (isWord('or')) {
      next();
      const [before, after] = [left, both()];
      left = (row) => before(row) === true || after(row) === true;
    }
    return left;
  };
  const both = (): Expression => {
    let left = comparison();
    while (isWord('and')) {
      next();
      const [before, after] = [left, comparison()];
      left = (row) => before(row) === true && after(row) === true;
    }
    return left;
  };
  const comparison = (): Expression => {
    if (isMark('(')) {
      next();
      const inner = expression();
      expect(')');
      return inner;
    }
    if (isWord('not') && isMark('(', 1)) {
      next();
      const inner = comparison();
      return (row) => inner(row) !== true;
    }
    const left = operand();
    const token = peek();
    if (token.kind === 'mark' && MARKS_BETWEEN.has(token.value)) {
      next();
      const right = operand();
      return (row) => compare(token.value, left(row), right(row));
    }
    if (token.kind === 'word' && WORDS_BETWEEN.has(token.value.toLowerCase())) {
      next();
      const right = operand();
      return (row) => contains(token.value.toLowerCase(), textOf(left(row)), textOf(right(row)));
    }
    if (isWord('in') || ['in~', '!in', '!in~'].includes(token.value)) {
      next();
      const list = values();
      const loose = token.value.endsWith('~');
      const negated = token.value.startsWith('!');
      return (row) => list.some((value) => compare(loose ? '=~' : '==', left(row), value(row))) !== negated;
    }
    return left;
  };
  const values = (): readonly Expression[] => {
    expect('(');
    const list = [operand()];
    while (isMark(',')) {
      next();
      list.push(operand());
    }
    expect(')');
    return list;
  };
  const operand = (): Expression => {
    const token = next();
    if (token.kind === 'text') return () => token.value;
    if (token.kind !== 'word') throw new KqlRefusal('ParserFailure', token.value);
    if (/^\d/.test(token.value)) return () => Number(token.value);
    if (token.value === 'true' || token.value === 'false') return () => token.value === 'true';
    if (isMark('(')) return call(token.value.toLowerCase());
    return path(token.value);
  };
  const path = (first: string): Expression => {
    const parts = [first];
    while (isMark('.') || isMark('[')) {
      const bracket = next().value === '[';
      parts.push(next().value);
      if (bracket) expect(']');
    }
    return (row) => {
      // A column has to exist; below it, a dynamic value has what it has.
      if (!(first in row)) throw new KqlRefusal('InvalidQueryLanguage', first);
      return parts.reduce<Value>(
        (value, part) => (typeof value === 'object' && value !== null ? (Reflect.get(value, part) as Value) : undefined),
        row,
      );
    };
  };
  const call = (name: string): Expression => {
    const [argument, ...others] = values();
    if (argument === undefined || others.length > 0) throw new KqlRefusal('ParserFailure', name);
    switch (name) {
      case 'tostring':
        return (row) => textOf(argument(row));
      case 'tolower':
        return (row) => textOf(argument(row)).toLowerCase();
      case 'toupper':
        return (row) => textOf(argument(row)).toUpperCase();
      case 'isempty':
        return (row) => textOf(argument(row)) === '';
      case 'isnotempty':
        return (row) => textOf(argument(row)) !== '';
      default:
        throw new KqlRefusal('InvalidQueryLanguage', name);
    }
  };
  const columns = () => {
    const list: { name: string; value: Expression }[] = [];
    do {
      const named = peek().kind === 'word' && isMark('=', 1);
      const name = peek().value;
      if (named) {
        next();
        next();
      }
      const value = operand();
      list.push({ name, value });
    } while (isMark(',') && next().kind === 'mark');
    if (peek() !== END) throw new KqlRefusal('ParserFailure', peek().value);
    return list;
  };

  return {
    next,
    isEnd: () => peek() === END,
    end() {
      if (peek() !== END) throw new KqlRefusal('ParserFailure', peek().value);
    },
    expression,
    operand,
    columns,
  };
}

export function textOf(value: Value): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function compare(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '=~':
      return textOf(left).toLowerCase() === textOf(right).toLowerCase();
    case '!~':
      return textOf(left).toLowerCase() !== textOf(right).toLowerCase();
    case '<':
      return textOf(left) < textOf(right);
    case '>':
      return textOf(left) > textOf(right);
    case '<=':
      return textOf(left) <= textOf(right);
    default:
      return textOf(left) >= textOf(right);
  }
}

function contains(operator: string, text: string, part: string): boolean {
  const [whole, wanted] = [text.toLowerCase(), part.toLowerCase()];
  if (operator === 'startswith') return whole.startsWith(wanted);
  if (operator === 'endswith') return whole.endsWith(wanted);
  return operator === 'contains' ? whole.includes(wanted) : whole.split(/[^a-z0-9]+/).includes(wanted);
}
