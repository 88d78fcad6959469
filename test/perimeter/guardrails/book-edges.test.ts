import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Target } from '../../../src/access/core/target.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { GRANT_FLOW, grantFlow } from '../../../src/perimeter/grant-flow.ts';
import { createBudgetBook } from '../../../src/perimeter/guardrails/budget-book.ts';
import type { GuardedEntitlement } from '../../../src/perimeter/perimeter-config.ts';
import { SWEPT } from '../../../src/perimeter/swept.ts';
import { bot, idle, MINUTE, workbench, type Workbench } from '../../durable/support/durable-world.ts';
import { ABEL, ANNA, GINA, GLOBAL_READER, perimeterConfig, RITA } from '../support/perimeter-config.ts';

const READER: Target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
type Limits = Partial<GuardedEntitlement>;
const roomy: Limits = {
  ...{ atMostLive: 10, atMostPerPrincipalPerDay: 10, coolDownMinutes: 0 },
  breakGlass: { who: { people: [RITA, ANNA], groups: [] }, longestMinutes: 60, perDay: 1 },
};

let bench: Workbench;
let runtime: Runtime;
let count = 0;
beforeEach(async () => {
  bench = workbench();
  runtime = await bench.open({ flows: [grantFlow] });
  runtime.run({ checkHeld: idle, give: idle, take: idle, reportOverdue: idle, soundAlarm: idle });
});
afterEach(() => bench.clear());

const registrationOf = (principal: typeof RITA, breakGlass = false) => ({
  ...{ requestId: 'x', requester: principal, principal, entitlementId: 'global-reader', breakGlass },
  ...{ justification: { textDigest: 'x' }, durationMinutes: 60, approvalWindowMinutes: 60 },
});
const STATES = ['registered', 'checking', 'giving', 'active', 'taking'] as const;
async function grantIn(state: (typeof STATES)[number], principal: typeof RITA): Promise<string> {
  const caseId = `grant${String(++count).padStart(6, '0')}`;
  const needs = { stages: [1], assurance: 'chat', requesterSigns: false };
  const opening = { kind: 'open', registration: { ...registrationOf(principal), requestId: caseId }, target: READER, needs };
  await runtime.begin(GRANT_FLOW, caseId, { opening }, bot);
  const decision = { decisionId: 'd', decision: 'approve', approver: GINA, assurance: 'chat', decidedAt: '', stage: 0 };
  const steps = [
    { type: 'decided', decision },
    { type: 'directory.absent', readAt: '', writer: 'pim' },
    { type: 'directory.gave', assignment: { kind: 'pim', id: caseId }, nativeEnd: true },
    { type: 'endRequested', reason: 'release' },
  ];
  for (const step of steps.slice(0, STATES.indexOf(state))) await runtime.send(caseId, step, bot);
  return caseId;
}
function bookWith(limits: Limits) {
  const config = perimeterConfig({ more: { ...roomy, ...limits } });
  const [setting] = config.entitlements;
  if (setting === undefined) throw new Error('no entitlement');
  const book = createBudgetBook({ config, runtime, clock: bench.clock });
  const said = async (verdict: ReturnType<typeof book.mayRegister>): Promise<string> => {
    const told = await verdict;
    return told.permitted ? 'permitted' : told.code;
  };
  return {
    ask: (principal = RITA, breakGlass = false) => said(book.mayRegister(setting, registrationOf(principal, breakGlass), READER)),
    reserve: (caseId: string, principal: typeof RITA) => said(book.reserve(setting, caseId, registrationOf(principal), READER)),
  };
}

describe('what counts for one more', () => {
  it('is not what others hold, where it is about how often one person may', async () => {
    for (const principal of [ANNA, ABEL]) await grantIn('active', principal);
    expect(await bookWith({ atMostPerPrincipalPerDay: 1 }).ask()).toBe('permitted');
    await grantIn('active', RITA);
    expect(await bookWith({ atMostPerPrincipalPerDay: 1 }).ask()).toBe('guardrail.daily-budget');
  });

  it('is not what others hold in the usual way, where it is about broken glass', async () => {
    for (const principal of [ANNA, ABEL]) await grantIn('active', principal);
    expect(await bookWith({}).ask(RITA, true)).toBe('permitted');
  });

  it('is not what the sweep saw gone, although its flow is stuck', async () => {
    const [first] = [await grantIn('taking', ANNA), await grantIn('active', ABEL)];
    expect(await bookWith({ atMostLive: 2 }).ask()).toBe('guardrail.live-budget');
    await runtime.link(first, { key: SWEPT, value: { confirmedAt: new Date(bench.clock.now()).toISOString() } });
    expect(await bookWith({ atMostLive: 2 }).ask()).toBe('permitted');
  });

  it('is not a request that found no room, once there is some', async () => {
    const book = bookWith({ atMostLive: 2 });
    await grantIn('active', ABEL);
    const [first, second, third] = [
      await grantIn('checking', ANNA),
      await grantIn('checking', GINA),
      await grantIn('checking', RITA),
    ];
    expect([await book.reserve(first, ANNA), await book.reserve(second, GINA)]).toEqual(['permitted', 'guardrail.live-budget']);
    await runtime.send(first, { type: 'endRequested', reason: 'withdraw' }, bot);
    expect(await book.reserve(third, RITA)).toBe('permitted');
  });

  it('is no cool-down while it lasts', async () => {
    await grantIn('active', RITA);
    expect(await bookWith({ coolDownMinutes: 30 }).ask()).toBe('permitted');
  });

  it.each(['registered', 'checking', 'active'] as const)(
    'is the cool-down of what ended before, whatever else of the same is %s',
    async (state) => {
      const first = await grantIn('taking', RITA);
      await runtime.send(first, { type: 'directory.gone', confirmedAt: new Date(bench.clock.now()).toISOString() }, bot);
      await grantIn(state, RITA);
      const { ask } = bookWith({ coolDownMinutes: 30 });
      expect(await ask()).toBe('guardrail.cool-down');
    },
  );

  it('is not what nobody can find any more, although it found room before', async () => {
    const book = bookWith({});
    const [first, second] = [await grantIn('checking', ANNA), await grantIn('checking', RITA)];
    expect(await book.reserve(first, ANNA)).toBe('permitted');
    const reading = jest.spyOn(runtime, 'read').mockReturnValue(undefined);
    expect(await book.reserve(second, RITA)).toBe('permitted');
    reading.mockRestore();
  });

  it('is a cool-down from its end on, where nobody saw it go', async () => {
    const caseId = await grantIn('taking', RITA);
    await runtime.send(caseId, { type: 'directory.notOurs', refusal: { code: 'x', hint: 'y' } }, bot);
    const { ask } = bookWith({ coolDownMinutes: 30 });
    bench.clock.advance(90 * MINUTE - 1);
    expect(await ask()).toBe('guardrail.cool-down');
    bench.clock.advance(1);
    expect(await ask()).toBe('permitted');
  });
});
