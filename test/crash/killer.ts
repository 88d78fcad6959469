import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { World } from '../../src/playground/world.ts';
import type { Role } from './plan.ts';

/** Arms a point in a process that starts next, hears when it is reached, and kills by process id. */
export interface Killer {
  /** For the processes to be started from now on; an empty string disarms. */
  arm(role: Role, target: string): void;
  /** The next point that a process reported, or `timeout`. The process stands still there. */
  reached(ms: number): Promise<{ readonly role: Role; readonly point: string } | 'timeout'>;
  /** SIGKILL, then a new process; resolves when it is ready, killing again wherever an armed point stops it on its way. */
  killAndRestart(world: World, roles: readonly Role[]): Promise<void>;
  watch(world: World): void;
}

export function createKiller(folder: string): Killer {
  mkdirSync(folder, { recursive: true });
  const seen = new Map<Role, unknown>();
  const queue: { role: Role; point: string }[] = [];
  let wake: (() => void) | undefined;
  const arm = (role: Role, target: string) => writeFileSync(join(folder, role), target);
  arm('bot', '');
  arm('perimeter', '');

  function listen(world: World, role: Role): void {
    const child = world[role].process;
    if (child === undefined || seen.get(role) === child) return;
    seen.set(role, child);
    const pipe = child.stdio[3] as Readable | null | undefined;
    pipe?.on('data', (bytes: Buffer) => {
      if (seen.get(role) !== child) return;
      queue.push({ role, point: bytes.toString().trim() });
      wake?.();
    });
  }

  return {
    arm,
    watch(world) {
      const both = () => {
        listen(world, 'bot');
        listen(world, 'perimeter');
      };
      world.onChange(both);
      both();
    },
    async reached(ms) {
      const until = Date.now() + ms;
      while (queue.length === 0) {
        const left = until - Date.now();
        if (left <= 0) return 'timeout';
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return queue.shift() ?? 'timeout';
    },
    async killAndRestart(world, roles) {
      await Promise.all(roles.map((role) => world[role].kill('SIGKILL')));
      queue.length = 0;
      await Promise.all(roles.map((role) => world[role].restart()));
    },
  };
}
