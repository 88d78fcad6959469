import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../src/access/core/app-error.ts';
import type { RegisterGrant } from '../../../src/access/core/perimeter-api.ts';
import type { CaseView, Command, CommandContext } from '../../../src/durable/port.ts';
import { createGate, type GateParts } from '../../../src/perimeter/ledger/gate.ts';
import type { Registrar } from '../../../src/perimeter/registrar.ts';
import { RITA } from '../support/perimeter-config.ts';

const FREEZE = { freezeId: 'freeze1', frozenAt: '', signedBy: [] };
const DOUBT = { why: 'behind', foundAt: '', ours: { seq: 1, head: '' } } as const;

interface State {
  readonly doubt?: boolean;
  readonly frozen?: boolean;
  readonly skewMs?: number;
  readonly unchecked?: boolean;
}
function gateWhen({ doubt = false, frozen = false, skewMs, unchecked = false }: State) {
  const parts: GateParts = {
    doubts: { openDoubt: () => (doubt ? DOUBT : undefined) },
    freezes: { openFreeze: () => (frozen ? FREEZE : undefined) },
    clockWatch: { skewMs: () => skewMs },
    isLedgerChecked: () => !unchecked,
  };
  return createGate(parts);
}

describe('what stops all giving', () => {
  it.each<[string, State, readonly string[]]>([
    ['nothing', {}, []],
    ['a doubt about the ledger', { doubt: true }, ['ledger.doubtful']],
    ['a freeze', { frozen: true }, ['perimeter.frozen']],
    ['a clock that is off', { skewMs: 61_000 }, ['clock.skewed']],
    ['a ledger that was not compared yet', { unchecked: true }, ['ledger.unchecked']],
    [
      'all at once, the gravest first',
      { doubt: true, frozen: true, skewMs: -61_000, unchecked: true },
      ['ledger.doubtful', 'perimeter.frozen', 'clock.skewed', 'ledger.unchecked'],
    ],
  ])('%s', (_name, state, codes) => {
    expect(
      gateWhen(state)
        .reasons()
        .map(({ code }) => code),
    ).toEqual(codes);
  });

  it.each<[string, State, string]>([
    ['names the way out of a doubt', { doubt: true }, 'run "hallpass perimeter reconcile"'],
    ['says how a freeze ends', { frozen: true }, 'until two people have signed'],
    ['says how far the clock is behind', { skewMs: 61_400 }, 'is 61 seconds behind Microsoft'],
    ['says how far the clock is ahead', { skewMs: -61_600 }, "is 62 seconds ahead of Microsoft's"],
    ['says what the ledger waits for', { unchecked: true }, "compared with Microsoft's records since the start"],
  ])('%s, and that access is ended as ever', (_name, state, words) => {
    const [closed] = gateWhen(state).reasons();
    expect(closed?.sentence).toContain(words);
    expect(closed?.sentence).toContain('nothing is given until');
    expect(closed?.sentence).toMatch(/Access is ended as ever\.$/);
  });
});

const VIEW: CaseView = {
  ...{ caseId: 'known0000001', flow: 'grant', flowVersion: '1', state: 'active', status: 'active' },
  ...{ context: {}, columns: {}, links: [], seq: 1, pending: [] },
};
const requestOf = (requestId: string): RegisterGrant => ({
  ...{ requestId, requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 30 },
  ...{ justification: 'ticket 42', approvalWindowMinutes: 60, breakGlass: false },
});
/** Knows one request, and keeps what it was told. */
function registrar() {
  const told: string[] = [];
  const noting = (what: string) => () => {
    told.push(what);
    return Promise.resolve(VIEW);
  };
  const behind: Registrar = {
    register: noting('register'),
    decide: noting('decide'),
    end: noting('end'),
    find: (id) => Promise.resolve(id === VIEW.caseId ? VIEW : undefined),
  };
  return { told, behind };
}
const codeOf = async (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => 'let through',
    (error: unknown) => error,
  );

describe('a request while giving is stopped', () => {
  it.each<[string, State, string, string]>([
    ['is recorded when nothing stops it', {}, 'unknown00001', 'let through'],
    ['is refused in doubt of the ledger', { doubt: true }, 'unknown00001', 'ledger.doubtful'],
    ['is refused while frozen', { frozen: true }, 'unknown00001', 'perimeter.frozen'],
    ['is recorded while the clock is off, which passes', { skewMs: 61_000 }, 'unknown00001', 'let through'],
    ['is recorded before the ledger was compared', { unchecked: true }, 'unknown00001', 'let through'],
    ['is refused when something stays, whatever passes', { frozen: true, unchecked: true }, 'unknown00001', 'perimeter.frozen'],
    ['is answered in doubt when it was recorded before', { doubt: true }, VIEW.caseId, 'let through'],
    ['is answered while frozen when it was recorded before', { frozen: true }, VIEW.caseId, 'let through'],
  ])('%s', async (_name, state, requestId, expected) => {
    const { told, behind } = registrar();
    const outcome = await codeOf(() => gateWhen(state).guard(behind).register(requestOf(requestId)));
    if (expected === 'let through') expect(outcome).toBe(expected);
    else {
      const [closed] = gateWhen(state).reasons();
      expect(outcome).toBeInstanceOf(AppError);
      expect(outcome).toMatchObject({ code: expected, hint: closed?.sentence, retryable: false });
      expect(outcome).toMatchObject({ message: `not registered: ${expected}` });
    }
    expect(told).toEqual(expected === 'let through' ? ['register'] : []);
  });

  it('may be ended and decided as ever', async () => {
    const { told, behind } = registrar();
    const guarded = gateWhen({ doubt: true, frozen: true }).guard(behind);
    await guarded.end('unknown00001', 'release');
    await guarded.decide('unknown00001', {
      ...{ decisionId: 'd1', decision: 'deny', approver: RITA, assurance: 'chat', decidedAt: '2026-03-01T12:00:00.000Z' },
    });
    expect(told).toEqual(['end', 'decide']);
  });
});

const COMMAND: Command = {
  ...{ key: 'k', caseId: 'known0000001', name: 'give', lane: 'give', params: undefined, at: '' },
  ...{ attempt: 0, redelivered: false, lastErrorCode: undefined },
};
const CONTEXT: CommandContext = { view: () => VIEW, link: () => Promise.resolve(), signal: new AbortController().signal };

describe('a command that gives', () => {
  it.each<[string, State, string | undefined]>([
    ['is carried out when nothing stops it', {}, undefined],
    ['waits while the clock is off', { skewMs: 61_000 }, 'clock.skewed'],
    ['waits until the ledger was compared', { unchecked: true }, 'ledger.unchecked'],
    ['waits while frozen', { frozen: true }, 'perimeter.frozen'],
    ['waits in doubt of the ledger', { doubt: true }, 'ledger.doubtful'],
  ])('%s', async (_name, state, code) => {
    const done: unknown[] = [];
    const handler = gateWhen(state).wait((...given) => {
      done.push(given);
      return Promise.resolve({ events: [{ type: 'given' }] });
    });
    const run = async () => handler(COMMAND, CONTEXT);
    if (code === undefined) {
      expect(await run()).toEqual({ events: [{ type: 'given' }] });
      expect(done).toEqual([[COMMAND, CONTEXT]]);
      return;
    }
    const [closed] = gateWhen(state).reasons();
    expect(await codeOf(run)).toMatchObject({
      ...{ code, message: `waits: ${code}`, hint: closed?.sentence, retryable: true, retryAfterMs: 1_000 },
    });
    expect(done).toEqual([]);
  });
});
