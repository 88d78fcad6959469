import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { permit, refuse, type Verdict } from '../../src/access/core/verdict.ts';
import type { CaseView, Command, CommandContext, Runtime } from '../../src/durable/port.ts';
import { createLog } from '../../src/observe/log.ts';
import type { AccessWriter } from '../../src/perimeter/access-writer.ts';
import { checkHeld } from '../../src/perimeter/commands/check-held.ts';
import type { BudgetBook } from '../../src/perimeter/guardrails/budget-book.ts';
import type { Judge } from '../../src/perimeter/guardrails/judge.ts';
import { createInFlight } from '../../src/perimeter/in-flight.ts';
import { STILL_SHOWN_MS } from '../../src/perimeter/taken-just-now.ts';
import { ANNA, GLOBAL_READER, perimeterConfig } from './support/perimeter-config.ts';

interface Judged {
  readonly judge?: Verdict;
  readonly room?: Verdict;
  readonly indexing?: Promise<never>;
  readonly status?: CaseView['status'];
}
const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOLDING = 'anna reads';
const agoMs = (ms: number) => new Date(NOW - ms).toISOString();

/** Anna's new grant, what the directory lists for her, what the ledger says of the one before, and what the guardrails say. */
function check(listed: readonly string[], before: Readonly<Record<string, unknown>> = {}, judged: Judged = {}) {
  const ended = { assignment: { kind: 'pim', id: 'ours' }, confirmedAt: agoMs(1_000), holding: HOLDING, ...before };
  const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
  const registration = {
    requester: ANNA,
    principal: ANNA,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    justification: {},
  };
  const view = {
    caseId: 'grant00002',
    status: judged.status ?? 'active',
    columns: { holding: HOLDING },
    context: { opening: { kind: 'open', registration, target }, endsAt: '2026-03-01T12:30:00.000Z' },
  } as unknown as CaseView;
  const runtime = {
    degraded: false,
    text: () => undefined,
    closed: (_flow: string, where: { readonly value: string }) => (where.value === ended.holding ? [{ context: ended }] : []),
  } as unknown as Runtime;
  const pim = { held: () => Promise.resolve(listed) } as unknown as AccessWriter;
  const clock = { now: () => NOW, onMoved: () => () => undefined };
  const judge = { mayGive: () => Promise.resolve(judged.judge ?? permit) } as unknown as Judge;
  const budgets = {
    reserve: () => judged.indexing ?? Promise.resolve(judged.room ?? permit),
  } as unknown as BudgetBook;
  const parts = {
    config: perimeterConfig(),
    judge,
    budgets,
    runtime,
    writers: { directoryRole: { pim, plain: pim } },
    clock,
    transportClock: clock,
  };
  const handler = checkHeld({ ...parts, inFlight: createInFlight(), log: createLog('perimeter', 'silent') });
  return handler({} as Command, { view: () => view } as CommandContext);
}

describe('who asks again for what has just been taken from them', () => {
  it('is asked about no more once the request is over', async () => {
    expect(await check([], {}, { status: 'done' })).toBeUndefined();
  });

  it('is given it when nothing is listed any more', async () => {
    expect(await check([])).toMatchObject({ events: [{ type: 'directory.absent', writer: 'pim' }] });
  });

  it.each([
    ['a moment ago', 1_000],
    ['not quite a minute ago', STILL_SHOWN_MS - 1],
  ])('is not refused for what Hallpass itself took away %s and is still listed: it is looked at again', async (_name, ms) => {
    await expect(check(['ours'], { confirmedAt: agoMs(ms) })).rejects.toMatchObject({
      code: 'directory.settling',
      retryable: true,
    });
  });

  it.each<[string, readonly string[], Readonly<Record<string, unknown>>]>([
    ['it was taken a minute ago', ['ours'], { confirmedAt: agoMs(STILL_SHOWN_MS) }],
    ['somebody else gave what is listed', ['by-hand'], {}],
    ['somebody else gave the same besides', ['ours', 'by-hand'], {}],
    ['what was taken was another role', ['ours'], { holding: 'anna writes' }],
    ['nobody saw it gone', ['ours'], { confirmedAt: undefined }],
    ['nothing had been given', ['ours'], { assignment: undefined }],
  ])('is refused when %s', async (_name, listed, before) => {
    expect(await check(listed, before)).toMatchObject({
      events: [{ type: 'directory.held', refusal: { code: 'grant.already-held' } }],
    });
  });
});

describe('what was approved and is about to be given', () => {
  const no = refuse('guardrail.somehow', 'Not this.', 'Ask for that.');
  const refusal = { code: 'guardrail.somehow', hint: 'Not this. Ask for that.' };
  it.each<[string, Judged, object]>([
    ['is not, when the guardrails say no by now', { judge: no }, { type: 'directory.giveRefused', refusal }],
    ['is not, when there is no room', { room: no }, { type: 'directory.giveRefused', refusal }],
    ['is, when nobody objects', {}, { type: 'directory.absent' }],
  ])('%s', async (_name, judged, event) => {
    expect(await check([], {}, judged)).toMatchObject({ events: [event] });
  });

  it('waits until the ledger can tell what was given before', async () => {
    const indexing = Promise.reject(new AppError('store.indexing', 'not yet', { retryable: true }));
    await expect(check([], {}, { indexing })).rejects.toMatchObject({ code: 'store.indexing', retryable: true });
  });
});
