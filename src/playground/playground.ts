import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../access/core/app-error.ts';
import { nextFreePort } from './free-port.ts';
import { nextEventOf } from './next-event.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

export interface PlaygroundOptions extends Partial<WorldOptions> {
  /** Of the page; the next free one is taken. */
  readonly port?: number;
  /** False: the far ends and the two processes alone, for tests. */
  readonly page?: boolean;
}

export interface Playground {
  /** Address of the page; empty without one. */
  readonly url: string;
  /** What runs now; `reset` puts a fresh one in its place. */
  readonly world: World;
  readonly clock: PlaygroundClock;
  /** Begins again: a fresh tenant, workspace and journals, at the machine's own time. */
  reset(): Promise<void>;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface PlaygroundClock {
  now(): number;
  advance(ms: number): void;
  /** To the next timer of an open case. @throws {AppError} `playground.nothing-ahead` */
  toNextEvent(): void;
}

export const PAGE_PORT = 4040;

/**
 * Starts everything and waits until bot and perimeter are ready. Nothing is kept: each start begins with the first day.
 * @throws {AppError} `playground.child-failed`, `playground.no-port`
 */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const ownFolder = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'hallpass-playground-'));
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  let round = 0;
  const begin = async () => {
    round += 1;
    const begun = await startWorld({ slackMode: 'http', ...options, folder: join(folder, `run-${round}`) });
    begun.onChange(changed);
    return begun;
  };
  let world = await begin();
  let resetting: Promise<void> | undefined;
  const close = async () => {
    await resetting;
    await world.close();
    if (ownFolder) await rm(folder, { recursive: true, force: true });
  };
  try {
    await world.ready();
  } catch (error) {
    await world.close();
    throw error;
  }
  const renew = async () => {
    await world.close();
    world = await begin();
    changed();
    await world.ready();
  };
  const clock: PlaygroundClock = {
    now: () => world.clock.now(),
    advance: (ms) => world.clock.advance(ms),
    toNextEvent: () => world.clock.advance(untilNextEvent(world)),
  };
  const handle = (url: string, end: () => Promise<void>): Playground => ({
    url,
    get world() {
      return world;
    },
    clock,
    reset: () => (resetting ??= renew().finally(() => (resetting = undefined))),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: end,
  });
  if (options.page === false) return handle('', close);
  const { startPage } = await import('./page/start-page.ts');
  const page = await startPage(await nextFreePort(options.port ?? PAGE_PORT), handle('', close));
  return handle(page.url, async () => {
    await page.close();
    await close();
  });
}

function untilNextEvent({ journals, clock }: World): number {
  const now = clock.now();
  const next = nextEventOf([...journals.bot.lines, ...journals.perimeter.lines], now);
  if (next === undefined)
    throw new AppError('playground.nothing-ahead', 'Nothing is waiting for the clock.', {
      hint: 'Ask for a role first; its end is the next event.',
    });
  return Math.ceil(Date.parse(next.at) - now);
}
