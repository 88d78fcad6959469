import type { World } from './world.ts';

/** What a bot of that version asked, and what it was answered. */
export interface Exchange {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  readonly answer: unknown;
}

type Asked = Pick<Exchange, 'name' | 'method' | 'path' | 'body'>;

/** Carries out what is asked, in order, against a real perimeter. A poll is repeated until the facts of its name are among the answer. */
export async function walkApi(world: World, asked: readonly Asked[], version: string): Promise<readonly Exchange[]> {
  const done: Exchange[] = [];
  for (const { name, method, path, body } of asked) {
    const [, requestId, fact] = /^facts of (\w+) until (\w+)$/.exec(name) ?? [];
    if (requestId !== undefined && fact !== undefined) await world.factsUntil(requestId, fact as 'given');
    const { status, body: answer } = await world.call(method, path, body, { 'hallpass-api-version': version });
    done.push({ name, method, path, ...(body === undefined ? {} : { body }), status, answer });
  }
  return done;
}

/** What is there, without what it says: two answers of one shape are read by the same reader. */
export function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const objects = value.filter((each) => typeof each === 'object');
    return [...new Set(objects.map((each) => JSON.stringify(shapeOf(each))))].toSorted();
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each, name)]));
  // These decide what else is there, or what the bot does.
  return ['type', 'code', 'decision', 'assurance', 'how'].includes(key) ? value : typeof value;
}
