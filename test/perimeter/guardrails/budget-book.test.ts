import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Target } from '../../../src/access/core/target.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { GRANT_FLOW, grantFlow } from '../../../src/perimeter/grant-flow.ts';
import { type BudgetBook, createBudgetBook } from '../../../src/perimeter/guardrails/budget-book.ts';
import { bot, idle, MINUTE, workbench, type Workbench } from '../../durable/support/durable-world.ts';
import { heldBackFiles } from '../../durable/support/held-back-files.ts';
import { ABEL, ANNA, GLOBAL_READER, perimeterConfig, RITA, SECURITY_READER } from '../support/perimeter-config.ts';

jest.setTimeout(30_000);

const READER: Target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
const OTHER: Target = { ...READER, roleDefinitionId: SECURITY_READER };
const who = { people: [RITA, ANNA], groups: [] };
const config = perimeterConfig({
  more: {
    atMostLive: 2,
    atMostPerPrincipalPerDay: 2,
    coolDownMinutes: 30,
    breakGlass: { who, longestMinutes: 60, perDay: 1 },
  },
});
const [setting] = config.entitlements;
if (setting === undefined) throw new Error('no entitlement');

interface Asked {
  readonly principal?: typeof RITA;
  readonly entitlementId?: string;
  readonly target?: Target;
  readonly breakGlass?: boolean;
}
type Stop = 'registered' | 'checking' | 'giving' | 'active' | 'taking' | 'ended';

let bench: Workbench;
let runtime: Runtime;
let book: BudgetBook;
let count = 0;
beforeEach(async () => {
  bench = workbench();
  await start();
});
afterEach(() => bench.clear());

async function start(more: Parameters<Workbench['open']>[0] = {}): Promise<void> {
  runtime = await bench.open({ flows: [grantFlow], ...more });
  book = createBudgetBook({ config, runtime, clock: bench.clock });
  runtime.run({ checkHeld: idle, give: idle, take: idle, reportOverdue: idle, soundAlarm: idle });
}

function registrationOf({ principal = RITA, entitlementId = 'global-reader', breakGlass = false }: Asked) {
  const justification = { textDigest: 'x' };
  const numbers = { durationMinutes: 60, approvalWindowMinutes: 60 };
  return { requestId: '', requester: principal, principal, entitlementId, justification, breakGlass, ...numbers };
}

/** A grant that has come this far. */
async function grantIn(stop: Stop, asked: Asked = {}): Promise<string> {
  const caseId = `grant${String(++count).padStart(5, '0')}`;
  const registration = { ...registrationOf(asked), requestId: caseId };
  const needs = { stages: asked.breakGlass === true ? [] : [1], assurance: 'chat', requesterSigns: asked.breakGlass === true };
  const opening = { kind: 'open', registration, target: asked.target ?? READER, needs };
  await runtime.begin(GRANT_FLOW, caseId, { opening }, bot);
  const approve = { decisionId: 'd', decision: 'approve', approver: ABEL, assurance: 'chat', decidedAt: '', stage: 0 };
  const signature = { signedAt: '', evidenceDigest: '', notAfter: '' };
  const begun = asked.breakGlass === true ? { type: 'requestSigned', signature } : { type: 'decided', decision: approve };
  const steps = [
    ['checking', begun],
    ['giving', { type: 'directory.absent', readAt: '', writer: 'pim' }],
    ['active', { type: 'directory.gave', assignment: { kind: 'pim', id: caseId }, nativeEnd: true }],
    ['taking', { type: 'endRequested', reason: 'release' }],
    ['ended', { type: 'directory.gone', confirmedAt: new Date(bench.clock.now()).toISOString() }],
  ] as const;
  for (const [state, event] of steps.slice(0, ['registered', ...steps.map(([name]) => name)].indexOf(stop))) {
    await runtime.send(caseId, event, bot);
    if (state === stop) break;
  }
  return caseId;
}

/** What the book says to one more of it for Rita. */
async function oneMore(asked: Asked = {}): Promise<string> {
  if (setting === undefined) return '';
  const verdict = await book.mayRegister(setting, registrationOf(asked), asked.target ?? READER);
  return verdict.permitted ? 'permitted' : verdict.code;
}
async function reserve(caseId: string, asked: Asked = {}): Promise<string> {
  if (setting === undefined) return '';
  const verdict = await book.reserve(setting, caseId, registrationOf(asked), asked.target ?? READER);
  return verdict.permitted ? 'permitted' : verdict.code;
}

describe('how many hold it at once', () => {
  it.each<[Stop, string]>([
    ['registered', 'permitted'],
    ['checking', 'guardrail.live-budget'],
    ['giving', 'guardrail.live-budget'],
    ['active', 'guardrail.live-budget'],
    ['taking', 'guardrail.live-budget'],
    ['ended', 'permitted'],
  ])('counts who is %s: %s', async (stop, expected) => {
    await grantIn('active', { principal: ANNA });
    expect(await oneMore()).toBe('permitted');
    await grantIn(stop, { principal: ABEL });
    expect(await oneMore()).toBe(expected);
  });

  it('counts by what is held, by whatever name it was asked for', async () => {
    for (const principal of [ANNA, ABEL]) await grantIn('active', { principal, entitlementId: 'global-reader-again' });
    expect(await oneMore()).toBe('guardrail.live-budget');
  });

  it('does not count what is something else', async () => {
    for (const principal of [ANNA, ABEL]) await grantIn('active', { principal, entitlementId: 'security-reader', target: OTHER });
    expect(await oneMore()).toBe('permitted');
  });

  it('counts what the entitlement gave before the file meant something else by it', async () => {
    for (const principal of [ANNA, ABEL]) await grantIn('active', { principal, target: OTHER });
    expect(await oneMore()).toBe('guardrail.live-budget');
  });
});

describe('the last place, when two are to be given it at once', () => {
  it('goes to one of them, whoever comes first', async () => {
    await grantIn('active', { principal: ABEL });
    const [first, second] = [await grantIn('checking'), await grantIn('checking', { principal: ANNA })];
    const verdicts = await Promise.all([reserve(second, { principal: ANNA }), reserve(first)]);
    expect(verdicts).toEqual(['permitted', 'guardrail.live-budget']);
  });

  it('stays with whoever has it, however often they are judged', async () => {
    await grantIn('active', { principal: ABEL });
    const first = await grantIn('checking');
    expect([await reserve(first), await reserve(first)]).toEqual(['permitted', 'permitted']);
  });

  it('is free again when whoever had it is not given it', async () => {
    await grantIn('active', { principal: ABEL });
    const [first, second] = [await grantIn('checking'), await grantIn('checking', { principal: ANNA })];
    await reserve(first);
    await runtime.send(first, { type: 'endRequested', reason: 'withdraw' }, bot);
    expect(await reserve(second, { principal: ANNA })).toBe('permitted');
  });

  it('is taken also when the process was another one', async () => {
    await grantIn('active', { principal: ABEL });
    const [first, second] = [await grantIn('giving'), await grantIn('checking', { principal: ANNA })];
    await runtime.close();
    await start();
    expect(await reserve(second, { principal: ANNA })).toBe('guardrail.live-budget');
    expect(runtime.read(first)).toBeDefined();
  });

  it('goes to one of two who break the glass', async () => {
    const [first, second] = [
      await grantIn('checking', { breakGlass: true }),
      await grantIn('checking', { breakGlass: true, principal: ANNA }),
    ];
    const verdicts = await Promise.all([
      reserve(first, { breakGlass: true }),
      reserve(second, { breakGlass: true, principal: ANNA }),
    ]);
    expect(verdicts).toEqual(['permitted', 'guardrail.break-glass-budget']);
  });

  it('is not broken glass that counts where it is asked for in the usual way', async () => {
    const first = await grantIn('checking', { breakGlass: true });
    await reserve(first, { breakGlass: true });
    expect(await reserve(await grantIn('checking', { principal: ANNA }), { principal: ANNA })).toBe('permitted');
  });
});

describe('who has had it today', () => {
  it('waits out the cool-down, and may have it as often as the file says', async () => {
    await grantIn('ended');
    expect(await oneMore()).toBe('guardrail.cool-down');
    bench.clock.advance(30 * MINUTE - 1);
    expect(await oneMore()).toBe('guardrail.cool-down');
    bench.clock.advance(1);
    expect(await oneMore()).toBe('permitted');
    await grantIn('ended');
    bench.clock.advance(30 * MINUTE);
    expect(await oneMore()).toBe('guardrail.daily-budget');
    bench.clock.advance(23 * 60 * MINUTE - 1);
    expect(await oneMore()).toBe('guardrail.daily-budget');
    bench.clock.advance(1);
    expect(await oneMore()).toBe('permitted');
  });

  it.each<[string, Asked, string]>([
    ['by another name', { entitlementId: 'global-reader-again' }, 'guardrail.cool-down'],
    ['by a name that the file has no more', { entitlementId: 'global-reader-of-old' }, 'guardrail.cool-down'],
    ['in the place of somebody else', { principal: ANNA }, 'permitted'],
    ['of something else', { entitlementId: 'security-reader', target: OTHER }, 'permitted'],
    ['by the same name, when it meant something else', { target: OTHER }, 'permitted'],
  ])('is told by person and thing: had it %s', async (_name, before, expected) => {
    await grantIn('ended', before);
    expect(await oneMore()).toBe(expected);
  });

  it('counts what may have been written, although nobody knows', async () => {
    const caseId = await grantIn('giving');
    await runtime.send(caseId, { type: 'endRequested', reason: 'withdraw' }, bot);
    await runtime.send(caseId, { type: 'directory.gone', confirmedAt: new Date(bench.clock.now()).toISOString() }, bot);
    expect(await oneMore()).toBe('guardrail.cool-down');
  });

  it('counts nothing that was never written', async () => {
    const withdrawn = await grantIn('registered');
    await runtime.send(withdrawn, { type: 'endRequested', reason: 'withdraw' }, bot);
    const refused = await grantIn('checking');
    await runtime.send(refused, { type: 'directory.giveRefused', refusal: { code: 'x', hint: 'y' } }, bot);
    expect(await oneMore()).toBe('permitted');
  });

  it('is not forgotten by a process that starts again', async () => {
    await grantIn('ended');
    await runtime.close();
    await start();
    expect(await oneMore()).toBe('guardrail.cool-down');
  });

  /** The past is looked up, and before that is answered something else happens. */
  function meanwhile(happens: () => Promise<void>): Runtime {
    let happened = false;
    const recall: Runtime['recall'] = async (...asked) => {
      const found = await runtime.recall(...asked);
      if (!happened) {
        happened = true;
        await happens();
      }
      return found;
    };
    return Object.create(runtime, { recall: { value: recall } }) as Runtime;
  }

  it('is not forgotten when it ends while the past is being looked up', async () => {
    const caseId = await grantIn('active');
    const watched = meanwhile(async () => {
      await runtime.send(caseId, { type: 'endRequested', reason: 'release' }, bot);
      await runtime.send(caseId, { type: 'directory.gone', confirmedAt: new Date(bench.clock.now()).toISOString() }, bot);
    });
    book = createBudgetBook({ config, runtime: watched, clock: bench.clock });
    expect(await oneMore()).toBe('guardrail.cool-down');
  });

  it('is not made up when a request ends while the past is being looked up', async () => {
    const caseId = await grantIn('checking');
    const watched = meanwhile(async () => {
      await runtime.send(caseId, { type: 'endRequested', reason: 'withdraw' }, bot);
    });
    book = createBudgetBook({ config, runtime: watched, clock: bench.clock });
    expect(await oneMore()).toBe('permitted');
  });

  it('is not guessed while the past is still being read: it is asked for again', async () => {
    await grantIn('ended');
    await runtime.close();
    rmSync(join(bench.folder, 'index.db'));
    const held = heldBackFiles();
    await start({ files: held.files });
    await expect(oneMore()).rejects.toMatchObject({ code: 'store.indexing', retryable: true });
    held.letGo();
    expect(await oneMore()).toBe('guardrail.cool-down');
  });
});

describe('an entitlement at any of many scopes', () => {
  const at = (name: string): Target => ({ kind: 'azureRole', scope: `/subscriptions/${name}`, roleDefinitionId: GLOBAL_READER });
  const anywhere = perimeterConfig({
    more: {
      directoryRole: undefined,
      azureRole: { roleDefinitionId: GLOBAL_READER, scopePattern: '/subscriptions/*' },
      atMostPerPrincipalPerDay: 2,
      coolDownMinutes: 30,
    },
  });
  const [entitlement] = anywhere.entitlements;
  const asked = async (target: Target): Promise<string> => {
    if (entitlement === undefined) return '';
    const verdict = await createBudgetBook({ config: anywhere, runtime, clock: bench.clock }).mayRegister(
      entitlement,
      registrationOf({}),
      target,
    );
    return verdict.permitted ? 'permitted' : verdict.code;
  };

  it('is given to one person as often as the file says, at all of them together', async () => {
    await grantIn('ended', { target: at('one') });
    expect(await asked(at('two'))).toBe('permitted');
    await grantIn('active', { target: at('two') });
    expect(await asked(at('three'))).toBe('guardrail.daily-budget');
    bench.clock.advance(24 * 60 * MINUTE - 1);
    expect(await asked(at('three'))).toBe('guardrail.daily-budget');
    bench.clock.advance(1);
    expect(await asked(at('three'))).toBe('permitted');
  });

  it('counts what is on its way to another scope', async () => {
    await grantIn('giving', { target: at('one') });
    await grantIn('giving', { target: at('two') });
    expect(await asked(at('three'))).toBe('guardrail.daily-budget');
  });

  it('cools down where it ended', async () => {
    await grantIn('ended', { target: at('one') });
    expect(await asked(at('ONE'))).toBe('guardrail.cool-down');
  });
});

describe('who breaks the glass today', () => {
  const byAnna = { principal: ANNA, breakGlass: true };
  it.each<[string, Asked, number, string]>([
    ['somebody else was given it in the usual way', { principal: ANNA }, 0, 'permitted'],
    ['somebody else did', byAnna, 0, 'guardrail.break-glass-budget'],
    [
      'somebody else did, by another name',
      { ...byAnna, entitlementId: 'global-reader-again' },
      0,
      'guardrail.break-glass-budget',
    ],
    ['somebody else did for something else', { ...byAnna, entitlementId: 'security-reader', target: OTHER }, 0, 'permitted'],
    ['somebody else did, a moment less than a day ago', byAnna, 24 * 60 * MINUTE - 1, 'guardrail.break-glass-budget'],
    ['somebody else did, a day ago', byAnna, 24 * 60 * MINUTE, 'permitted'],
  ])('%s', async (_name, before, passedMs, expected) => {
    await grantIn('ended', before);
    bench.clock.advance(passedMs);
    expect(await oneMore({ breakGlass: true })).toBe(expected);
  });
});
