import { type Person, personKey } from '../../access/core/person.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { Runtime } from '../../durable/port.ts';
import { GRANT_FLOW, stateNameOf } from '../grant-flow.ts';

/** More than anybody could decide about; one person asks for few of them. */
const MOST_WAITING = 2_000;
const MOST_WAITING_OF_ONE = 50;

/**
 * May one more request wait? What waits is looked through by everything that ends access, and its own end is written on a full disk too, from the
 * reserve that ends need: a bot that is owned must not bring any number of them.
 */
export function mayOneMoreWait(runtime: Pick<Runtime, 'open'>, principal: Person): Verdict {
  let [all, theirs] = [0, 0];
  for (const { state, columns } of runtime.open(GRANT_FLOW)) {
    if (stateNameOf(state) !== 'registered') continue;
    all += 1;
    if (columns['principal'] === personKey(principal)) theirs += 1;
  }
  return all < MOST_WAITING && theirs < MOST_WAITING_OF_ONE ? permit : TOO_MANY;
}

const TOO_MANY = refuse(
  'guardrail.too-many-waiting',
  'Too many requests wait for a decision already.',
  'Ask again when some of them are decided, or withdraw one of yours.',
);
