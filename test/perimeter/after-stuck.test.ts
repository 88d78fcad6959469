import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assign } from 'xstate';
import { grant } from '../../flows/grant.ts';
import type { Runtime } from '../../src/durable/port.ts';
import type { AccessWriter } from '../../src/perimeter/access-writer.ts';
import { grantFlow, stateNameOf } from '../../src/perimeter/grant-flow.ts';
import { createInFlight } from '../../src/perimeter/in-flight.ts';
import { createBudgetBook } from '../../src/perimeter/guardrails/budget-book.ts';
import { createJudge } from '../../src/perimeter/guardrails/judge.ts';
import { createRegistrar, type Registrar } from '../../src/perimeter/registrar.ts';
import { startSweep, type Sweep } from '../../src/perimeter/sweep.ts';
import { everybodyKnown } from './support/people.ts';
import { approval } from './support/world.ts';
import { ANNA, perimeterConfig } from './support/perimeter-config.ts';
import {
  idle,
  MINUTE,
  silent,
  virtualClock,
  workbench,
  type VirtualClock,
  type Workbench,
} from '../durable/support/durable-world.ts';

const breakDown = (): never => {
  throw new Error('broken');
};
/** A flow that gets stuck as soon as the directory has been read, and does not even hear its end. */
const stuckFlow = {
  ...grantFlow,
  machine: grant.provide({
    actions: { noteIntent: assign(breakDown), noteLapsed: assign(breakDown), noteHow: assign(breakDown) },
  }),
};
const asked = (requestId: string) => ({
  requestId,
  requester: ANNA,
  principal: ANNA,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
  breakGlass: false,
});

let bench: Workbench;
let clock: VirtualClock;
let runtime: Runtime;
let registrar: Registrar;
let sweep: Sweep | undefined;
beforeEach(async () => {
  bench = workbench();
  clock = virtualClock(Date.now());
  runtime = await bench.open({ flows: [stuckFlow], clock });
  const config = perimeterConfig();
  const judge = createJudge({ config, people: everybodyKnown(), clock });
  registrar = createRegistrar({ config, runtime, judge, budgets: createBudgetBook({ config, runtime, clock }) });
});
afterEach(async () => {
  sweep?.stop();
  await runtime.close();
  await bench.clear();
});

async function begunStuck(grantId: string): Promise<string> {
  const absent = () => Promise.resolve({ events: [{ type: 'directory.absent', readAt: 'now', writer: 'plain' }] });
  runtime.run({ checkHeld: absent, give: idle, take: idle, reportOverdue: idle, soundAlarm: idle });
  await registrar.register(asked(grantId));
  await registrar.decide(grantId, { ...approval('one'), decision: 'approve' });
  while (runtime.read(grantId)?.status !== 'poisoned') await new Promise((resolve) => setTimeout(resolve, 5));
  return grantId;
}

describe('somebody whose grant is stuck', () => {
  it('is refused the same until its end, and may ask again as soon as the sweep has seen that it is over', async () => {
    await begunStuck('stuck0000001');
    const early = await registrar.register(asked('early0000001'));
    expect(early.context).toMatchObject({ refusal: { code: 'grant.already-live' } });

    clock.advance(31 * MINUTE);
    const none = {} as AccessWriter;
    const alarm = () => Promise.resolve();
    const parts = { runtime, clock, transportClock: clock, log: silent, everySeconds: 60, inFlight: createInFlight() };
    sweep = startSweep({ ...parts, writers: { directoryRole: { pim: none, plain: none } }, soundAlarm: alarm });
    while (runtime.read('stuck0000001')?.links.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const again = await registrar.register(asked('again0000001'));
    expect(stateNameOf(again.state)).toBe('registered');
  });

  it('has it noted once that the bot wants it ended, however often the bot says so', async () => {
    const stuck = await begunStuck('stuck0000002');
    const before = runtime.head().seq;
    await Promise.all(Array.from({ length: 20 }, () => registrar.end(stuck, 'release')));
    for (let at = 0; at < 20; at += 1) expect(await registrar.end(stuck, 'revoke')).toMatchObject({ status: 'poisoned' });
    expect(runtime.head().seq).toBe(before + 1);
  });

  it('has it tried again once something else happened to the grant', async () => {
    const stuck = await begunStuck('stuck0000003');
    await registrar.end(stuck, 'release');
    await runtime.link(stuck, { key: 'swept', value: {} });
    const before = runtime.head().seq;
    await registrar.end(stuck, 'release');
    await registrar.end(stuck, 'release');
    expect(runtime.head().seq).toBe(before + 1);
  });
});
