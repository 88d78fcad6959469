import type { Agreement } from './agreement.ts';

/** What a JSON Schema says of values; descriptions and defaults judge nothing. */
const JUDGING: readonly string[] = [
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'maximum',
  'minimum',
  'pattern',
  'format',
  'enum',
  'const',
  'required',
  'uniqueItems',
  'additionalProperties',
  'type',
];

/** Whether the schema that `@microsoft/app-manifest` judges by says the same as the published one, keyword by keyword. */
export function teamsManifestAgreement(what: string, npm: unknown, published: unknown): Agreement {
  const [theirs, ours] = [keywordsOf(published), keywordsOf(npm)];
  const all = new Set([...theirs.keys(), ...ours.keys()]);
  return {
    what,
    of: 'limits and other keywords',
    compared: all.size,
    differences: [...all]
      .filter((at) => theirs.get(at) !== ours.get(at))
      .map((at) => `${at}: ${ours.get(at) ?? 'nothing'} in the package, ${theirs.get(at) ?? 'nothing'} published`),
  };
}

/** By JSON pointer. A property may be named like a keyword, so those below `properties` are not taken for one. */
function keywordsOf(schema: unknown, at = '', isSchema = true): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [name, inner] of Object.entries(schema)) {
    const here = `${at}/${name}`;
    if (isSchema && JUDGING.includes(name) && !isObject(inner)) found.set(here, JSON.stringify(inner));
    else for (const [key, value] of keywordsOf(inner, here, !(isSchema && NAMES.includes(name)))) found.set(key, value);
  }
  return found;
}

const NAMES: readonly string[] = ['properties', 'patternProperties', 'definitions'];

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
