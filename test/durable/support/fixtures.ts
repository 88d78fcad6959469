import { join } from 'node:path';
import { versionOf } from '../../../src/durable/flow-book.ts';
import type { StoredShape } from '../../../src/durable/flow-fit.ts';
import type { Flow } from '../../../src/durable/port.ts';

/** One stored state of a case, as a released version wrote it. */
export type Fixture = StoredShape;

export const FIXTURES = join('test', 'durable', 'fixtures');

export function fixtureFile(flow: Flow): string {
  return `${flow.machine.id}@${versionOf(flow)}.json`;
}
