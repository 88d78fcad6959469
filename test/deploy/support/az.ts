/**
 * Stands for the Azure CLI: `az rest` against the playground's Graph, with the token of an administrator's application, and what the CLI knows
 * of itself. Understands as much of JMESPath as deploy/ uses, and refuses anything else.
 */
import { appendFileSync } from 'node:fs';

const setting = (name: string) => process.env[name] ?? '';
const [command = '', ...args] = process.argv.slice(2);
const option = (name: string) => (args.includes(name) ? (args[args.indexOf(name) + 1] ?? '') : undefined);

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
const field = (value: Json, name: string): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ((value as { readonly [name: string]: Json })[name] ?? null)
    : null;

function holds(item: Json, condition: string): boolean {
  const equal = /^(\w+)=='([^']*)'$/.exec(condition);
  if (equal !== null) return field(item, equal[1] ?? '') === equal[2];
  const within = /^contains\((\w+), '([^']*)'\)$/.exec(condition);
  if (within === null) throw new Error(`az: no such condition here: ${condition}`);
  const list = field(item, within[1] ?? '');
  return Array.isArray(list) && list.includes(within[2] ?? '');
}

function picked(value: Json, what: string): Json {
  const several = /^\[([\w,]+)\]$/.exec(what)?.[1];
  return several === undefined ? what.split('.').reduce(field, value) : several.split(',').map((name) => field(value, name));
}

function queried(value: Json, query: string): Json {
  const parts = /^(\w+)\[(?:\?(.+?))?\]\.(\w+|\[[\w,]+\])( \| \[0\])?$/.exec(query);
  if (parts === null) {
    if (!/^([\w.]+|\[[\w,]+\])$/.test(query)) throw new Error(`az: no such query here: ${query}`);
    return picked(value, query);
  }
  const [, list = '', condition, what = '', first] = parts;
  const items = field(value, list);
  const conditions = condition?.split(' && ') ?? [];
  const found = (Array.isArray(items) ? items : [])
    .filter((item: Json) => conditions.every((one) => holds(item, one)))
    .map((item: Json) => picked(item, what))
    .filter((item) => item !== null);
  return first === undefined ? found : (found[0] ?? null);
}

function tsv(value: Json): string {
  if (value === null) return '';
  const cell = (one: Json) => (typeof one === 'object' ? JSON.stringify(one) : String(one));
  if (!Array.isArray(value)) return `${cell(value)}\n`;
  return value.map((row: Json) => `${Array.isArray(row) ? row.map(cell).join('\t') : cell(row)}\n`).join('');
}

async function rest(): Promise<Json> {
  const method = (option('--method') ?? 'get').toUpperCase();
  const url = (option('--url') ?? '').replace(/^https:\/\/graph\.microsoft\.(com|us)/, setting('AZ_GRAPH'));
  const body = option('--body');
  const type = option('--headers')?.replace('Content-Type=', '');
  appendFileSync(setting('AZ_CALLS'), `${JSON.stringify({ method, url: option('--url'), body })}\n`);
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${setting('AZ_TOKEN')}`, ...(type === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`az: ${answer.status} ${text}`);
  return text === '' ? null : (JSON.parse(text) as Json);
}

async function run(): Promise<Json> {
  if (command === 'rest') return rest();
  if (command === 'cloud' && args[0] === 'show') return { name: setting('AZ_CLOUD') };
  if (command === 'account' && args[0] === 'show') return { tenantId: setting('AZ_TENANT') };
  throw new Error(`az: no such command here: ${command} ${args.join(' ')}`);
}

try {
  const value = await run();
  const query = option('--query');
  if (option('--output') !== 'tsv') throw new Error('az: tsv only here');
  process.stdout.write(tsv(query === undefined || value === null ? value : queried(value, query)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
