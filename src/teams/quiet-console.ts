// oxlint-disable no-console -- taming it is this file's purpose
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../observe/log.ts';

const quiet = new AsyncLocalStorage<Log>();
let listening = 0;
let restore: (() => void) | undefined;

/**
 * botframework-connector prints whole stacks, and the channel's keys, when a token does not verify. While `work` runs, what it
 * prints becomes one line of our log; everybody else's console stays as it is.
 */
export async function withoutConsole<T>(log: Log, work: () => Promise<T>): Promise<T> {
  return quiet.run(log, work);
}

/** Puts the filter in place. Returns how to take it away; the last one to leave restores the console. */
export function filterConsole(): () => void {
  if (listening++ === 0) {
    const { error, warn } = console;
    const instead =
      (original: typeof error): typeof error =>
      (...args: unknown[]) => {
        const log = quiet.getStore();
        if (log === undefined) original(...args);
        else
          log.debug({ from: 'botframework', name: args[0] instanceof Error ? args[0].name : 'text' }, 'a token did not verify');
      };
    console.error = instead(error);
    console.warn = instead(warn);
    restore = () => {
      console.error = error;
      console.warn = warn;
    };
  }
  let done = false;
  return () => {
    if (done) return;
    done = true;
    if (--listening === 0) restore?.();
  };
}
