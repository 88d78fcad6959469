import { describe, expect, it } from '@jest/globals';
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { doubt } from '../../../flows/doubt.ts';
import { freeze } from '../../../flows/freeze.ts';
import { grant, type GrantDecisionRecord, type GrantOpening } from '../../../flows/grant.ts';
import type { Needs } from '../../../src/access/core/approvals.ts';
import type { EndReason } from '../../../src/access/core/perimeter-api.ts';
import { doubtFlow } from '../../../src/perimeter/ledger/doubt-desk.ts';
import { freezeFlow } from '../../../src/perimeter/freeze/freeze-desk.ts';
import { grantFlow } from '../../../src/perimeter/grant-flow.ts';
import { ABEL, ANNA, GINA, GLOBAL_READER, RITA } from '../support/perimeter-config.ts';

const BEGAN = '2026-03-01T08:00:00.000Z';
const LATER = '2026-03-01T08:10:00.000Z';
const ENDS = '2026-03-01T08:40:00.000Z';

/** Something that happens, at BEGAN unless it says otherwise. */
type Happening = Readonly<Record<string, unknown>> & { readonly type: string };
function after(machine: AnyStateMachine, input: object, happenings: readonly Happening[]): AnyMachineSnapshot {
  let [snapshot]: [AnyMachineSnapshot, ...unknown[]] = initialTransition(machine, { ...input, at: BEGAN });
  for (const happening of happenings) [snapshot] = transition(machine, snapshot, { at: LATER, ...happening });
  return snapshot;
}
/** What is to be done on the way into the state, and when its timers fire. */
function effectsOf(machine: AnyStateMachine, input: object, happenings: readonly Happening[]) {
  const last = happenings.at(-1);
  const [, effects] =
    last === undefined
      ? initialTransition(machine, { ...input, at: BEGAN })
      : transition(machine, after(machine, input, happenings.slice(0, -1)), { at: LATER, ...last });
  const delays = effects.flatMap((one) => (one.type === 'xstate.raise' ? [Reflect.get(Object(one.params), 'delay')] : []));
  return { names: effects.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')), delays };
}

const registration = {
  ...{ requestId: 'request00001', requester: RITA, principal: RITA, entitlementId: 'global-reader' },
  ...{ durationMinutes: 30, justification: { textDigest: 'x' }, approvalWindowMinutes: 60, breakGlass: false },
};
const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' } as const;
const assignment = { kind: 'plain', id: 'a1' } as const;
const refusal = { code: 'grant.refused', hint: 'Ask an administrator.' };
const opening = (needs: Partial<Needs> = {}): GrantOpening => ({
  kind: 'open',
  registration,
  target,
  needs: { stages: [1], requesterSigns: false, assurance: 'chat', ...needs },
});
const adopted = (kind: 'pim' | 'plain'): GrantOpening => ({
  ...{ kind: 'adopted', registration, target, endsAt: ENDS, assignment: { kind, id: 'a1' } },
});
const decided = (approver = ANNA, decision: 'approve' | 'deny' = 'approve', stage = 0): Happening => {
  const record: GrantDecisionRecord = {
    ...{ decisionId: `d-${approver.objectId}`, decision, approver, assurance: 'chat', decidedAt: LATER, stage },
  };
  return { type: 'decided', decision: record };
};
const signature = { signedAt: LATER, evidenceDigest: 'e1', notAfter: ENDS };
const signed: Happening = { type: 'requestSigned', signature };
const absent: Happening = { type: 'directory.absent', readAt: LATER, writer: 'plain' };
const gave: Happening = { type: 'directory.gave', assignment, nativeEnd: false };
const ended = (reason: EndReason): Happening => ({ type: 'endRequested', reason });
const gone: Happening = { type: 'directory.gone', confirmedAt: ENDS };

const grantAfter = (happenings: readonly Happening[], from: GrantOpening = opening()) => {
  const { value, context } = after(grant, { opening: from }, happenings);
  return { state: typeof value === 'string' ? value : Object.keys(value)[0], context };
};

describe('when everything has come together that has to', () => {
  it.each<[string, Partial<Needs>, readonly Happening[], string]>([
    ['nobody has approved', {}, [], 'registered'],
    ['one of one has', {}, [decided()], 'checking'],
    ['one of two has', { stages: [2] }, [decided()], 'registered'],
    ['two of two have', { stages: [2] }, [decided(), decided(ABEL)], 'checking'],
    ['the same person did twice', { stages: [2] }, [decided(), decided()], 'registered'],
    ['the first stage has, not the second', { stages: [1, 1] }, [decided()], 'registered'],
    ['both stages have', { stages: [1, 1] }, [decided(), decided(ABEL, 'approve', 1)], 'checking'],
    ['one approved, and the requester has to sign', { requesterSigns: true }, [decided()], 'registered'],
    ['the requester signed, and one has to approve', { requesterSigns: true }, [signed], 'registered'],
    ['the requester signed, then one approved', { requesterSigns: true }, [signed, decided()], 'checking'],
    ['one approved, then the requester signed', { requesterSigns: true }, [decided(), signed], 'checking'],
    ['the requester signed where nobody has to approve', { stages: [], requesterSigns: true }, [signed], 'checking'],
    ['the requester signed without having to, and one has to approve', {}, [signed], 'registered'],
    ['somebody denied', {}, [decided(ANNA, 'deny')], 'ended'],
    ['one approved, and somebody denied', { stages: [2] }, [decided(), decided(ABEL, 'deny')], 'ended'],
    ['somebody denied what needs nobody else', { stages: [2] }, [decided(ANNA, 'deny')], 'ended'],
  ])('%s', (_name, needs, happenings, state) => {
    expect(grantAfter(happenings, opening(needs)).state).toBe(state);
  });
});

describe('what a grant remembers', () => {
  it('is its beginning and no more, before anything happened', () => {
    expect(grantAfter([]).context).toEqual({ opening: opening(), registeredAt: BEGAN, decisions: [] });
  });

  it('are the decisions in their order, and the end that the last needed one fixed', () => {
    const { context } = grantAfter([decided(), decided(ABEL)], opening({ stages: [2] }));
    expect(context.decisions.map(({ approver }: GrantDecisionRecord) => approver)).toEqual([ANNA, ABEL]);
    expect(context.endsAt).toBe(ENDS);
  });

  it('is the end from the signature, where that came last', () => {
    const { context } = grantAfter([decided(), signed], opening({ requesterSigns: true }));
    expect(context).toMatchObject({ endsAt: ENDS, signature });
  });

  it('is no end while something is missing', () => {
    expect(grantAfter([decided()], opening({ requesterSigns: true })).context).toEqual({
      opening: opening({ requesterSigns: true }),
      registeredAt: BEGAN,
      decisions: [expect.objectContaining({ approver: ANNA })],
    });
    expect(grantAfter([signed], opening({ requesterSigns: true })).context.endsAt).toBeUndefined();
  });

  it('is who denied, and that it was denied', () => {
    const { context } = grantAfter([decided(ANNA, 'deny')]);
    expect(context).toMatchObject({ endedHow: 'denied', decisions: [{ approver: ANNA, decision: 'deny' }] });
    expect(context.endsAt).toBeUndefined();
  });

  it('is what was read before the write, what was written, and when', () => {
    const { context } = grantAfter([decided(), absent, gave]);
    expect(context).toMatchObject({ intent: { readAt: LATER, writer: 'plain' }, assignment, nativeEnd: false, givenAt: LATER });
  });

  it.each<[EndReason, string]>([
    ['withdraw', 'withdrawn'],
    ['release', 'released'],
    ['lapse', 'lapsed'],
    ['revoke', 'revoked'],
  ])('is how it ended: %s', (reason, how) => {
    expect(grantAfter([ended(reason)])).toMatchObject({ state: 'ended', context: { endedHow: how } });
    expect(grantAfter([decided(), absent, gave, ended(reason), gone])).toMatchObject({
      state: 'ended',
      context: { endedHow: how, confirmedAt: ENDS },
    });
    expect(grantAfter([], { kind: 'tombstone', reason })).toMatchObject({ state: 'ended', context: { endedHow: how } });
  });

  it.each<[string, readonly Happening[], string, object]>([
    ['nobody decided in time', [{ type: 'xstate.after.approvalWindow.grant.registered' }], 'ended', { endedHow: 'lapsed' }],
    ['its end came before it was given', [decided(), { type: 'endsDue' }], 'ended', { endedHow: 'lapsed' }],
    ['its end came while it was given', [decided(), absent, { type: 'endsDue' }], 'taking', { endedHow: 'expired' }],
    ['its end came', [decided(), absent, gave, { type: 'endsDue' }], 'taking', { endedHow: 'expired' }],
    ['somebody else holds it', [decided(), { type: 'directory.held', refusal }], 'refused', { refusal }],
    ['the directory refused', [decided(), absent, { type: 'directory.giveRefused', refusal }], 'refused', { refusal }],
    ['it is unclear', [decided(), absent, { type: 'directory.giveUnclear', refusal }], 'taking', { refusal }],
    [
      'it was unclear, and is gone',
      [decided(), absent, { type: 'directory.giveUnclear', refusal }, gone],
      'refused',
      { refusal },
    ],
    [
      'it was unclear, and is theirs',
      [decided(), absent, { type: 'directory.giveUnclear', refusal }, { type: 'directory.notOurs', refusal }],
      'refused',
      { refusal },
    ],
    [
      'what is there is theirs',
      [decided(), absent, gave, ended('release'), { type: 'directory.notOurs', refusal }],
      'ended',
      { endedHow: 'left' },
    ],
    ['a decision was refused', [{ type: 'decisionRefused', refusal }], 'refused', { refusal }],
  ])('is what became of it: %s', (_name, happenings, state, context) => {
    expect(grantAfter(happenings)).toMatchObject({ state, context });
  });

  it('is why it was refused at the door', () => {
    expect(grantAfter([], { kind: 'refused', registration, refusal })).toMatchObject({ state: 'refused', context: { refusal } });
  });

  it('is what differs in the directory while it is live, and before that nothing', () => {
    const drifted: Happening = { type: 'drifted', drift: { kind: 'gone-early', seenAt: LATER } };
    expect(grantAfter([decided(), absent, gave, drifted]).context.drift).toEqual({ kind: 'gone-early', seenAt: LATER });
    expect(grantAfter([decided(), drifted]).context.drift).toBeUndefined();
  });

  it('is how often taking failed, and how a person does it', () => {
    const report = { tries: 9, code: 'directory.unavailable', byHand: 'In the portal.' };
    const taking = [decided(), absent, gave, ended('release')];
    const { context } = grantAfter([...taking, { type: 'overdueReported', ...report }]);
    expect(context.overdue).toEqual(report);
    expect(grantAfter(taking).context.overdue).toBeUndefined();
  });

  it.each(['pim', 'plain'] as const)('is what was found again, where the ledger was lost (%s)', (kind) => {
    expect(grantAfter([], adopted(kind))).toEqual({
      state: 'active',
      context: {
        ...{ opening: adopted(kind), registeredAt: BEGAN, decisions: [], adoptedAt: BEGAN, endsAt: ENDS },
        ...{ assignment: { kind, id: 'a1' }, intent: { readAt: BEGAN, writer: kind }, nativeEnd: kind === 'pim' },
      },
    });
  });

  it('is when it was given and ended, of what was over before the ledger was lost', () => {
    const over: GrantOpening = { kind: 'over', registration, target, givenAt: BEGAN, endedAt: ENDS };
    expect(grantAfter([], over)).toEqual({
      state: 'ended',
      context: { opening: over, registeredAt: BEGAN, decisions: [], givenAt: BEGAN, confirmedAt: ENDS },
    });
    expect(effectsOf(grant, { opening: over }, [])).toEqual({ names: [], delays: [] });
  });

  it('is never a decision that comes when it is found again', () => {
    expect(grantAfter([decided(), signed], adopted('pim')).state).toBe('active');
  });
});

describe('what a grant waits for, and has done', () => {
  const MINUTE = 60_000;
  it.each<[string, readonly Happening[], readonly string[], readonly number[]]>([
    ['as long as people may decide', [], [], [60 * MINUTE]],
    ['until its end, and looks what is held', [decided()], ['checkHeld'], [30 * MINUTE]],
    ['until its end, and gives', [decided(), absent], ['give'], [30 * MINUTE]],
    ['until its end, once given', [decided(), absent, gave], [], [30 * MINUTE]],
    ['until the end as it was fixed, however late the fact', [decided(), { ...absent, at: ENDS }], ['give'], [0]],
    ['six minutes for the taking', [decided(), absent, gave, ended('release')], ['take'], [6 * MINUTE]],
  ])('%s', (_name, happenings, names, delays) => {
    expect(effectsOf(grant, { opening: opening() }, happenings)).toEqual({ names, delays });
  });

  it('reports what is overdue, and again every half hour', () => {
    const taking = [decided(), absent, gave, ended('release')];
    const due: Happening = { type: 'xstate.after.overdue.grant.taking.due' };
    const again: Happening = { type: 'xstate.after.alarmAgain.grant.taking.overdue' };
    const expected = { names: ['reportOverdue', 'soundAlarm'], delays: [30 * MINUTE] };
    expect(effectsOf(grant, { opening: opening() }, [...taking, due])).toEqual(expected);
    expect(effectsOf(grant, { opening: opening() }, [...taking, due, again])).toEqual(expected);
  });

  it('ends what was found again when its end comes, as far as it was away', () => {
    expect(effectsOf(grant, { opening: adopted('pim') }, [])).toEqual({ names: [], delays: [40 * MINUTE] });
  });

  it('names only effects that somebody carries out, each in its lane', () => {
    const named = (machine: AnyStateMachine) =>
      Object.keys(machine.implementations.actions).filter((name) => !name.startsWith('note') && name !== 'fixEnd');
    for (const flow of [grantFlow, freezeFlow, doubtFlow])
      expect(named(flow.machine).toSorted()).toEqual(Object.keys(flow.commands).toSorted());
    expect(doubtFlow.commands).toEqual({ soundDoubt: { lane: 'alarm', coalesces: true } });
    expect(freezeFlow.commands).toEqual({ soundFreeze: { lane: 'alarm', coalesces: true } });
  });

  it('has a name and a version, which the ledger keeps with each case', () => {
    for (const [machine, id] of [
      [grant, 'grant'],
      [freeze, 'freeze'],
      [doubt, 'doubt'],
    ] as const)
      expect([machine.id, machine.version]).toEqual([id, expect.stringMatching(/^\d+$/)]);
  });

  it('says what each state means where people look at it', () => {
    const silent = (machine: AnyStateMachine) =>
      Object.values(machine.states).filter(({ type, description }) => type !== 'final' && (description ?? '').length < 20);
    for (const machine of [grant, freeze, doubt]) expect(silent(machine)).toEqual([]);
  });
});

describe('a freeze', () => {
  const signs = (person = ANNA, evidenceDigest = 'e1'): Happening => ({ type: 'unfreezeSigned', person, evidenceDigest });
  it.each<[string, readonly Happening[], string, readonly string[]]>([
    ['holds before anybody has signed', [], 'frozen', ['soundFreeze']],
    ['holds when one has', [signs()], 'signedOnce', ['soundFreeze']],
    ['holds when the same one has again', [signs(), signs()], 'signedOnce', []],
    [
      'holds when the same one has, in capitals',
      [signs(), signs({ ...ANNA, objectId: ANNA.objectId.toUpperCase() })],
      'signedOnce',
      [],
    ],
    ['is lifted when somebody else has, too', [signs(), signs(GINA)], 'lifted', ['soundFreeze']],
    ['is lifted when somebody else has after all', [signs(), signs(), signs(GINA)], 'lifted', ['soundFreeze']],
  ])('%s', (_name, happenings, state, names) => {
    expect(after(freeze, {}, happenings)).toMatchObject({ value: state, status: state === 'lifted' ? 'done' : 'active' });
    expect(effectsOf(freeze, {}, happenings)).toEqual({ names, delays: [] });
  });

  const signsBeside = (person: typeof ANNA, ...noLonger: readonly (typeof ANNA)[]): Happening => ({
    ...signs(person, 'e2'),
    noLonger,
  });
  it.each<[string, readonly Happening[], string, readonly (typeof ANNA)[], readonly string[]]>([
    ['holds when the one who had signed may no more', [signs(), signsBeside(GINA, ANNA)], 'signedOnce', [GINA], ['soundFreeze']],
    [
      'holds when the one who had signed may no more, in capitals',
      [signs(), signsBeside(GINA, { ...ANNA, objectId: ANNA.objectId.toUpperCase() })],
      'signedOnce',
      [GINA],
      ['soundFreeze'],
    ],
    [
      'is lifted when somebody else than those may no more',
      [signs(), signsBeside(GINA, ABEL)],
      'lifted',
      [ANNA, GINA],
      ['soundFreeze'],
    ],
    ['is lifted by a third, then', [signs(), signsBeside(GINA, ANNA), signs(ABEL)], 'lifted', [GINA, ABEL], ['soundFreeze']],
    ['holds when the same one signs, whoever may no more', [signs(), signsBeside(ANNA, ANNA)], 'signedOnce', [ANNA], []],
  ])('%s', (_name, happenings, state, people, names) => {
    const { value, context } = after(freeze, {}, happenings);
    expect(value).toBe(state);
    expect(context.signatures.map(({ person }: { readonly person: typeof ANNA }) => person)).toEqual(people);
    expect(effectsOf(freeze, {}, happenings)).toEqual({ names, delays: [] });
  });

  it('remembers since when, why, and who has signed what', () => {
    const { context } = after(freeze, { reason: { textDigest: 'r' } }, [signs(), signs(GINA, 'e2')]);
    expect(context).toEqual({
      frozenAt: BEGAN,
      reason: { textDigest: 'r' },
      signatures: [
        { person: ANNA, evidenceDigest: 'e1', signedAt: LATER },
        { person: GINA, evidenceDigest: 'e2', signedAt: LATER },
      ],
    });
    expect(after(freeze, {}, []).context).toStrictEqual({ frozenAt: BEGAN, signatures: [] });
  });
});

describe('a doubt', () => {
  const found = { why: 'behind', ours: { seq: 3, head: 'a' } };
  const seen = { seq: 9, head: 'b' };
  const AGAIN: Happening = { type: 'xstate.after.alarmAgain.doubt.doubtful' };
  it.each<[string, readonly Happening[], string, object, readonly string[], readonly number[]]>([
    ['sounds at once', [], 'doubtful', {}, ['soundDoubt'], [1_800_000]],
    ['sounds again', [AGAIN], 'doubtful', {}, ['soundDoubt'], [1_800_000]],
    ['remembers the most that was seen', [{ type: 'seenMore', seen }], 'doubtful', { seen }, [], []],
    [
      'is over when the ledger was rebuilt',
      [{ type: 'reconciled', archive: 'old', adopted: 2 }],
      'reconciled',
      { rebuilt: { archive: 'old', adopted: 2, at: LATER } },
      ['soundDoubt'],
      [],
    ],
  ])('%s', (_name, happenings, state, more, names, delays) => {
    const { value, context } = after(doubt, found, happenings);
    expect(value).toBe(state);
    expect(context).toEqual({ ...found, foundAt: BEGAN, ...more });
    expect(effectsOf(doubt, found, happenings)).toEqual({ names, delays });
  });
});
