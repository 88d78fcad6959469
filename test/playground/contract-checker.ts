import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CONTRACTS = process.env['HALLPASS_CONTRACTS'] ?? join(import.meta.dirname, '../../../shared/contracts');

export interface ContractChecker {
  check(line: object): { readonly errors: readonly string[]; readonly warnings: readonly string[] };
}

/** The published contracts, where their folder is; undefined, and a line that says so, where it is not. */
export async function contractChecker(): Promise<ContractChecker | undefined> {
  const file = join(CONTRACTS, 'check.mjs');
  if (!existsSync(file)) {
    process.stdout.write(`SKIPPED: no published contracts at ${CONTRACTS}; set HALLPASS_CONTRACTS to their folder\n`);
    return undefined;
  }
  const { createChecker } = (await import(pathToFileURL(file).href)) as {
    readonly createChecker: (options: { readonly contracts: string }) => ContractChecker;
  };
  return createChecker({ contracts: CONTRACTS });
}

/** The value with one thing changed, at every place in it: left out, renamed into something unknown, grown, of another type. */
export function* mutants(value: unknown, path = ''): Generator<{ readonly what: string; readonly value: unknown }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const { what, value: other } of mutants(item, `${path}/${index}`)) yield { what, value: value.with(index, other) };
    }
    if (value.length > 0) yield { what: `${path} too long`, value: Array.from({ length: 101 }, () => value[0] as unknown) };
  } else if (typeof value === 'object' && value !== null) {
    yield { what: `${path} with an unknown field`, value: { ...value, not_a_field: 1 } };
    for (const [name, inner] of Object.entries(value)) {
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      yield { what: `${path} without ${name}`, value: rest };
      yield { what: `${path}/${name} as a number`, value: { ...value, [name]: 7 } };
      for (const { what, value: other } of mutants(inner, `${path}/${name}`)) yield { what, value: { ...value, [name]: other } };
    }
  } else if (typeof value === 'string') {
    yield { what: `${path} too long`, value: value.padEnd(12_001, 'x') };
    yield { what: `${path} unknown`, value: `${value}-unknown` };
  }
}
