import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../access/core/app-error.ts';
import { createLog } from '../observe/log.ts';
import { assemblePerimeter } from '../perimeter/assemble.ts';
import type { Control } from '../perimeter/freeze/control.ts';
import { controlOver } from '../perimeter/freeze/control-client.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { openPerimeterParts } from './open-perimeter.ts';

/** How long an alarm that was ordered may need before the process ends; at the next start it is sent again. */
const ALARM_GRACE_MS = 15_000;

/**
 * Does this with the running perimeter; where none runs, with one of our own, without any listener: it holds the store's lease meanwhile.
 * @throws {AppError} `store.locked` when another process holds the store and does not answer
 */
export async function withControl<T>(file: string, work: (control: Control) => Promise<T>): Promise<T> {
  const config = loadPerimeterConfig(file);
  if ('folder' in config.store) {
    const running = controlOver(config.store.folder);
    try {
      await running.live();
      return await work(running);
    } catch (error) {
      if (codeOf(error) !== 'control.nobody') throw error;
    }
  }
  const { parts, closeRest } = await openPerimeterParts(file, config, createLog('perimeter', 'warn'));
  const perimeter = assemblePerimeter(parts);
  try {
    const done = await work(perimeter.control);
    await alarmed(parts.runtime);
    return done;
  } finally {
    await perimeter.close();
    await closeRest();
  }
}

async function alarmed(runtime: Parameters<typeof assemblePerimeter>[0]['runtime']): Promise<void> {
  const until = performance.now() + ALARM_GRACE_MS;
  const waits = () => ['freeze', 'doubt'].some((flow) => [...runtime.open(flow)].some(({ pending }) => pending.length > 0));
  while (waits() && performance.now() < until) await sleep(50);
}
