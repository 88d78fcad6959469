import { createReader, type Reader, type Row, textOf } from './kql-expression.ts';
import { KqlRefusal, type Token, tokenize } from './kql-tokens.ts';

/**
 * Runs a query over the tables it may name. Understands a part of Kusto's language; everything else is refused, never ignored.
 * @throws {KqlRefusal}
 */
export function runKql(query: string, tables: Readonly<Record<string, readonly Row[]>>): readonly Row[] {
  const stages = split(tokenize(query.replaceAll(/\/\/[^\n]*/g, '')));
  const [source = [], ...rest] = stages;
  const name = source[0]?.value ?? '';
  const rows = Object.entries(tables).find(([table]) => table === name.toLowerCase())?.[1];
  if (rows === undefined || source.length !== 1) throw new KqlRefusal('InvalidTable', name);
  return rest.reduce<readonly Row[]>((current, stage) => runStage(current, stage), rows);
}

function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const stages: Token[][] = [[]];
  for (const token of tokens)
    if (token.kind === 'mark' && token.value === '|') stages.push([]);
    else stages.at(-1)?.push(token);
  return stages;
}

function runStage(rows: readonly Row[], stage: readonly Token[]): readonly Row[] {
  const reader = createReader(stage);
  const operator = reader.next().value.toLowerCase();
  switch (operator) {
    case 'where': {
      const condition = reader.expression();
      reader.end();
      return rows.filter((row) => condition(row) === true);
    }
    case 'extend':
    case 'project': {
      const columns = reader.columns();
      return rows.map((row) => ({
        ...(operator === 'extend' ? row : {}),
        ...Object.fromEntries(columns.map(({ name, value }) => [name, value(row) ?? null])),
      }));
    }
    case 'order':
    case 'sort':
      return ordered(rows, reader);
    case 'take':
    case 'limit': {
      const count = Number(reader.next().value);
      reader.end();
      if (!Number.isInteger(count)) throw new KqlRefusal('ParserFailure', operator);
      return rows.slice(0, count);
    }
    case 'count':
      reader.end();
      return [{ Count: rows.length }];
    default:
      throw new KqlRefusal('InvalidQueryLanguage', operator);
  }
}

function ordered(rows: readonly Row[], reader: Reader): readonly Row[] {
  if (reader.next().value.toLowerCase() !== 'by') throw new KqlRefusal('ParserFailure', 'order');
  const value = reader.operand();
  const direction = reader.isEnd() ? 'desc' : reader.next().value.toLowerCase();
  reader.end();
  if (direction !== 'asc' && direction !== 'desc') throw new KqlRefusal('ParserFailure', direction);
  const sign = direction === 'asc' ? 1 : -1;
  return rows.toSorted((a, b) => sign * textOf(value(a)).localeCompare(textOf(value(b))));
}
