import { badRequest, directoryBadRequest, unsupportedQuery } from './graph-error.ts';
import { type ParsedFilter, parseFilter } from './odata-filter.ts';

export type Entity = Readonly<Record<string, unknown>>;

export interface Expansion {
  readonly name: string;
  readonly select?: readonly string[];
  readonly expand: readonly Expansion[];
}

export interface Query {
  readonly filter?: ParsedFilter;
  readonly select?: readonly string[];
  readonly expand: readonly Expansion[];
  readonly top?: number;
  readonly skip?: number;
  readonly count: boolean;
  readonly orderBy?: { readonly property: string; readonly descending: boolean };
  /** From an `@odata.nextLink`: the id of the last object of the page before. */
  readonly after?: string;
  /** `ConsistencyLevel: eventual` came along. */
  readonly eventual: boolean;
}

/** What a collection or object of this kind has, and what may be asked of it. */
export interface EntityType {
  readonly name: string;
  readonly properties: readonly string[];
  readonly filterable: readonly string[];
  readonly navigations: readonly string[];
  /** Left out of `$select`-less answers, as Graph does for users. */
  readonly byDefault?: readonly string[];
  /** Users, groups, applications, service principals: advanced filters need `ConsistencyLevel: eventual`. */
  readonly directoryObject: boolean;
  readonly maxTop: number;
}

const OPTIONS = ['filter', 'select', 'expand', 'top', 'skip', 'count', 'orderby', 'skiptoken', 'search', 'format'];

/** @throws {GraphRefusal} for everything that Graph refuses about the query of an address */
export function parseQuery(url: URL, headers: Readonly<Record<string, string>>, type: EntityType): Query {
  const given = new Map<string, string>();
  for (const [rawName, value] of url.searchParams) {
    const name = rawName.trim().replace(/^\$/, '').toLowerCase();
    if (!OPTIONS.includes(name)) throw badRequest(`The query parameter '${rawName.slice(0, 40)}' is not supported.`);
    if (given.has(name))
      throw badRequest(`Query option '$${name}' was specified more than once, but it must be specified at most once.`);
    given.set(name, value);
  }
  if (given.has('search')) throw unsupportedQuery('$search is not offered by the playground.');
  const eventual = headers['consistencylevel']?.toLowerCase() === 'eventual';
  const filterText = given.get('filter');
  const filter = filterText === undefined ? undefined : parseFilter(filterText);
  for (const property of filter?.properties ?? []) {
    if (!type.properties.includes(property) && !type.navigations.includes(property)) throw noProperty(property, type);
    if (!type.filterable.includes(property))
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource(type)}'.`,
      );
  }
  const count = booleanOf(given.get('count'));
  if (type.directoryObject && filter?.advanced === true && !(eventual && count))
    throw unsupportedQuery(
      "Operator is not supported without the 'ConsistencyLevel: eventual' header and '$count=true'. See https://aka.ms/graph-docs/advanced-queries.",
    );
  if (type.directoryObject && count && !eventual)
    throw directoryBadRequest("$count is not currently supported without the 'ConsistencyLevel: eventual' header.");
  const top = numberOf('$top', given.get('top'));
  if (top !== undefined && (top < 1 || top > type.maxTop))
    throw directoryBadRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${type.maxTop} inclusive.`);
  const skip = numberOf('$skip', given.get('skip'));
  if (skip !== undefined && type.directoryObject) throw directoryBadRequest("'$skip' is not supported by the service.");
  const selected = given.get('select') === undefined ? undefined : selectOf(given.get('select') ?? '', type);
  const after = given.get('skiptoken') === undefined ? undefined : afterOf(given.get('skiptoken') ?? '');
  const orderBy = given.get('orderby') === undefined ? undefined : orderOf(given.get('orderby') ?? '', type);
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(selected === undefined ? {} : { select: selected }),
    expand: given.get('expand') === undefined ? [] : expansions(given.get('expand') ?? '', type),
    ...(top === undefined ? {} : { top }),
    ...(skip === undefined ? {} : { skip }),
    count,
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(after === undefined ? {} : { after }),
    eventual,
  };
}

const resource = (type: EntityType): string => type.name.charAt(0).toUpperCase() + type.name.slice(1);
const noProperty = (name: string, type: EntityType) =>
  badRequest(`Could not find a property named '${name.slice(0, 60)}' on type 'microsoft.graph.${type.name}'.`);

function selectOf(text: string, type: EntityType): readonly string[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    if (!type.properties.includes(name))
      throw badRequest(
        `Parsing OData Select and Expand failed: Could not find a property named '${name.slice(0, 60)}' on type 'microsoft.graph.${type.name}'.`,
      );
    return name;
  });
}

function expansions(text: string, type: EntityType): readonly Expansion[] {
  return splitTop(text, ',').map((part) => {
    const expansion = expansionOf(part);
    if (!type.navigations.includes(expansion.name))
      throw badRequest(
        `Parsing OData Select and Expand failed: Could not find a property named '${expansion.name.slice(0, 60)}' on type 'microsoft.graph.${type.name}'.`,
      );
    return expansion;
  });
}

function expansionOf(text: string): Expansion {
  const match = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(text);
  if (match === null) throw badRequest('Parsing OData Select and Expand failed: Syntax error.');
  const [, name = '', inner] = match;
  let select: readonly string[] | undefined;
  let expand: readonly Expansion[] = [];
  for (const option of inner === undefined ? [] : splitTop(inner, ';')) {
    const [key, ...value] = option.split('=');
    const wanted = value.join('=');
    if (key?.trim() === '$select') select = wanted.split(',').map((part) => part.trim());
    else if (key?.trim() === '$expand') expand = splitTop(wanted, ',').map(expansionOf);
    else
      throw badRequest(`Parsing OData Select and Expand failed: Term '${String(key).slice(0, 40)}' is not valid in a $expand.`);
  }
  return { name, expand, ...(select === undefined ? {} : { select }) };
}

/** Splits outside parentheses. */
function splitTop(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0) throw badRequest('Parsing OData Select and Expand failed: Unbalanced bracket.');
    if (character === separator && depth === 0) {
      parts.push(current);
      current = '';
    } else current += character;
  }
  if (depth !== 0) throw badRequest('Parsing OData Select and Expand failed: Unbalanced bracket.');
  return [...parts, current];
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`Invalid value '${text.slice(0, 40)}' for ${name} query option found.`);
  return Number(text);
}

function booleanOf(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!/^(true|false)$/i.test(text)) throw badRequest(`Invalid value '${text.slice(0, 40)}' for $count query option found.`);
  return text.toLowerCase() === 'true';
}

function orderOf(text: string, type: EntityType): { readonly property: string; readonly descending: boolean } {
  const match = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(text);
  const property = match?.[1] ?? '';
  if (match === null || !type.properties.includes(property)) throw noProperty(property || text, type);
  return { property, descending: match[2]?.toLowerCase() === 'desc' };
}

const SKIP_TOKEN = 'RFNwdAIAAQ';

export const skipTokenOf = (id: string): string => SKIP_TOKEN + Buffer.from(id).toString('base64url');

function afterOf(token: string): string {
  const id = token.startsWith(SKIP_TOKEN) ? Buffer.from(token.slice(SKIP_TOKEN.length), 'base64url').toString() : '';
  if (id === '') throw directoryBadRequest('Invalid $skiptoken.');
  return id;
}
