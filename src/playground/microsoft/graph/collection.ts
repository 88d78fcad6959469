import { GraphRefusal } from './graph-error.ts';
import { type Entity, type EntityType, type Expansion, type Query, skipTokenOf } from './odata-query.ts';

/** Fetches what a `$expand` names: an object, a list, or null. */
export type Expander = (object: Entity, name: string) => Entity | readonly Entity[] | null;

export interface CollectionRequest {
  readonly url: URL;
  /** Where this server answers, for contexts and next links: Graph writes absolute addresses. */
  readonly base: string;
  /** The part of `@odata.context` behind `$metadata#`. */
  readonly context: string;
  readonly type: EntityType;
  readonly query: Query;
  readonly expand: Expander;
}

const DEFAULT_PAGE = 100;

/** A page of a collection, filtered, ordered, cut to what was asked, with the address of the next one. */
export function collectionBody(objects: readonly Entity[], request: CollectionRequest): Entity {
  const { query, type } = request;
  const found = ordered(query.filter === undefined ? objects : objects.filter(query.filter.matches), query);
  const start = query.after === undefined ? (query.skip ?? 0) : positionAfter(found, query.after);
  const size = query.top ?? DEFAULT_PAGE;
  const page = found.slice(start, start + size);
  const last = page.at(-1);
  const isMore = start + size < found.length && last !== undefined;
  return {
    '@odata.context': `${request.base}/v1.0/$metadata#${request.context}${selection(query)}`,
    ...(query.count && query.after === undefined ? { '@odata.count': found.length } : {}),
    ...(isMore ? { '@odata.nextLink': nextLink(request, String(last['id'])) } : {}),
    value: page.map((object) => cut(object, type, query, request.expand)),
  };
}

/** One object, cut to what was asked. */
export function entityBody(object: Entity, request: Omit<CollectionRequest, 'url'>): Entity {
  const { base, context, query, type, expand } = request;
  return {
    '@odata.context': `${base}/v1.0/$metadata#${context}${selection(query)}/$entity`,
    ...cut(object, type, query, expand),
  };
}

function cut(object: Entity, type: EntityType, query: Query, expand: Expander): Entity {
  const kind = object['@odata.type'] === undefined ? {} : { '@odata.type': object['@odata.type'] };
  const names = query.select ?? type.byDefault ?? type.properties;
  const kept = names.filter((name) => name in object).map((name) => [name, object[name]] as const);
  return { ...kind, ...Object.fromEntries(kept), ...expanded(object, query.expand, expand) };
}

function expanded(object: Entity, expansions: readonly Expansion[], expand: Expander): Entity {
  return Object.fromEntries(expansions.map((one) => [one.name, shaped(expand(object, one.name), one, expand)]));
}

function shaped(value: ReturnType<Expander>, expansion: Expansion, expand: Expander): unknown {
  const shape = (object: Entity): Entity => {
    const names = expansion.select === undefined ? Object.keys(object) : ['@odata.type', ...expansion.select];
    const kept = Object.fromEntries(names.filter((name) => name in object).map((name) => [name, object[name]]));
    return { ...kept, ...expanded(object, expansion.expand, expand) };
  };
  if (value === null) return null;
  return Array.isArray(value) ? value.map((item: Entity) => shape(item)) : shape(value as Entity);
}

function ordered(objects: readonly Entity[], { orderBy }: Query): readonly Entity[] {
  if (orderBy === undefined) return objects;
  const direction = orderBy.descending ? -1 : 1;
  return objects.toSorted((a, b) => direction * String(a[orderBy.property]).localeCompare(String(b[orderBy.property])));
}

/** A page token names the last object of the page before; when that is gone meanwhile, the token has lost its place. */
function positionAfter(objects: readonly Entity[], id: string): number {
  const index = objects.findIndex((object) => object['id'] === id);
  if (index < 0)
    throw new GraphRefusal(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    );
  return index + 1;
}

function nextLink({ url, base }: CollectionRequest, lastId: string): string {
  const next = new URLSearchParams(url.searchParams);
  next.delete('$skip');
  next.set('$skiptoken', skipTokenOf(lastId));
  return `${base}${url.pathname}?${next.toString().replaceAll('%24', '$')}`;
}

function selection({ select, expand }: Query): string {
  const parts = [...(select ?? []), ...expand.map(({ name }) => `${name}()`)];
  return parts.length === 0 ? '' : `(${parts.join(',')})`;
}
