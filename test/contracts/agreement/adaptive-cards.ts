import { checkCard } from '../../../src/playground/teams/card-check.ts';
import { PARTS, type Json } from './adaptive-card-parts.ts';
import type { Agreement } from './agreement.ts';

/** What the published schema says of a card: what is wrong with it. */
export type PublishedJudge = (card: Json) => readonly string[];

/** A value that a property should take, or should not. */
interface Trial {
  readonly type: string;
  readonly property: string;
  readonly value: unknown;
  readonly good: boolean;
}

/**
 * Whether Microsoft's renderer and the playground's own shapes judge as the published schema does: for each property of each element and
 * action its values (each member of an enumeration), and one that it must not have.
 */
export function adaptiveCardAgreement(schema: unknown, judge: PublishedJudge): Agreement {
  const definitions: object = Object(Reflect.get(Object(schema), 'definitions'));
  const parts = Object.entries(PARTS);
  const trials = parts.flatMap(([type]) => trialsOf(definitions, type));
  const strangers = parts.map(([type]): Trial => ({ type, property: 'notAProperty', value: 'x', good: false }));
  const all = [...trials, ...strangers];
  const unknown = Object.keys(definitions).filter((name) => isPart(definitions, name) && PARTS[name] === undefined);
  return {
    what: 'Adaptive Cards 1.5',
    of: 'values of properties',
    compared: all.length,
    differences: all.flatMap((trial) => differenceOf(trial, judge)),
    apart: `not compared, since no card of ours has them: ${unknown.join(', ')}`,
  };
}

function differenceOf(trial: Trial, judge: PublishedJudge): readonly string[] {
  const part = PARTS[trial.type];
  if (part === undefined) return [];
  const card = part.card({ ...part.valid, [trial.property]: trial.value });
  const ours = checkCard(structuredClone(card)).length === 0;
  const theirs = judge(structuredClone(card)).length === 0;
  const name = `${trial.type}.${trial.property} ${JSON.stringify(trial.value)}`;
  if (ours !== theirs) return [`${name}: ${ours ? 'taken here, refused by the schema' : 'refused here, taken by the schema'}`];
  return ours === trial.good ? [] : [`${name}: both ${ours ? 'take' : 'refuse'} it`];
}

function trialsOf(definitions: object, type: string): readonly Trial[] {
  return Object.entries(propertiesOf(definitions, type)).flatMap(([property, schema]) =>
    valuesOf(definitions, property, schema).map(({ value, good }): Trial => ({ type, property, value, good })),
  );
}

/** Own properties and inherited ones; an empty schema only repeats the name. */
function propertiesOf(definitions: object, type: string): Readonly<Record<string, unknown>> {
  const definition: Json = Object(Reflect.get(definitions, type));
  const inherited = arrayOf(definition['allOf']).map((base) => propertiesOf(definitions, refOf(base) ?? ''));
  const own = Object.entries(Object(definition['properties'])).filter(([name]) => name !== 'type');
  const stated = own.filter(([, schema]) => Object.keys(Object(schema)).length > 0);
  return Object.assign({}, ...inherited, Object.fromEntries(stated));
}

/** Strings that have a form, which the schema does not state. */
const FORMED: Readonly<Record<string, string>> = { version: '1.5', lang: 'en', minHeight: '50px', width: '50px' };

/** One wrong value is enough; what only objects and arrays can fill is left to the recorded cards. */
function valuesOf(
  definitions: object,
  property: string,
  schema: unknown,
): readonly { readonly value: unknown; readonly good: boolean }[] {
  const kinds = kindsOf(definitions, schema);
  const members = kinds.flatMap((kind) => (Array.isArray(kind['enum']) ? kind['enum'] : []));
  const types = new Set(kinds.map((kind) => kind['type']));
  const good = (value: unknown) => ({ value, good: true });
  const bad = (value: unknown) => ({ value, good: false });
  if (members.length > 0) return [...members.map(good), ...(types.has('string') ? [] : [bad('qqq')])];
  if (types.has('object') || types.has('array') || types.has(undefined)) return [];
  if (types.has('boolean')) return [good(true), good(false), bad('qqq')];
  if (types.has('number') && !types.has('string')) return [good(1), bad('qqq')];
  if (!types.has('string')) return [];
  const plain = kinds.some((kind) => kind['format'] !== undefined) ? 'https://a.example/' : 'x';
  return [good(FORMED[property] ?? plain), bad(true)];
}

/** The alternatives of a schema, references followed, without null. */
function kindsOf(definitions: object, schema: unknown): readonly Json[] {
  const node: Json = Object(schema);
  const ref = refOf(node);
  if (ref !== undefined) return kindsOf(definitions, Reflect.get(definitions, ref));
  const alternatives = arrayOf(node['anyOf']);
  if (alternatives.length > 0) return alternatives.flatMap((one) => kindsOf(definitions, one));
  // A pattern alone spells the enumeration beside it without letter case.
  if (node['type'] === 'null' || Object.keys(node).every((key) => key === 'pattern')) return [];
  return [node];
}

function isPart(definitions: object, name: string): boolean {
  const properties: unknown = Reflect.get(Object(Reflect.get(definitions, name)), 'properties');
  return Reflect.has(Object(properties), 'type') && !name.includes('Extendable');
}

function refOf(node: unknown): string | undefined {
  const ref: unknown = Reflect.get(Object(node), '$ref');
  return typeof ref === 'string' ? ref.replace('#/definitions/', '') : undefined;
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
