import { describe, expect, it } from '@jest/globals';
import { anchorDescriptionOf, anchorSystemOf } from '../../../src/access/core/anchor-text.ts';
import { digestOf } from '../../../src/access/core/canonical.ts';
import type { Target } from '../../../src/access/core/target.ts';
import { digestOf as headOf, parseLine } from '../../../src/durable/line-bytes.ts';
import type { Line } from '../../../src/durable/store.ts';
import { chatRecordOf, evidenceDigestFor, registeredRequestOf } from '../../../src/perimeter/evidence/evidence-digest.ts';
import type { EvidenceFile } from '../../../src/perimeter/evidence/evidence-file.ts';
import type { EvidenceRecord, SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import {
  orderContradictions,
  replay,
  type Story,
  type StoryContext,
  storyOf,
} from '../../../src/perimeter/evidence/journal-story.ts';
import { matchContradictions, namedBy } from '../../../src/perimeter/evidence/record-match.ts';
import { remarksOf } from '../../../src/perimeter/evidence/remarks.ts';
import { toldByJournal } from '../../../src/perimeter/evidence/told-by-journal.ts';
import { isContradiction } from '../../../src/perimeter/evidence/verification.ts';
import { asked, decisionOf, givenAndEnded, newLedger, oneSignature, openingOf } from './support/ledger.ts';
import { adam, bea, newSigner, rita, SIGNED_AT, signedAct, statementOf, TENANT } from './support/signing.ts';

const ENDS = '2026-03-01T09:10:00.500Z';
const DIGEST = digestOf('x');
const click = (approver = adam, decision: 'approve' | 'deny' = 'approve') => ({
  ...{ decisionId: `d-${approver.objectId}`, decision, approver, assurance: 'chat' as const, decidedAt: SIGNED_AT, stage: 0 },
});
const signature = (approver = bea) => ({
  ...click(approver),
  ...{ assurance: 'signed' as const, evidenceDigest: DIGEST, notAfter: ENDS },
});
type Opening = StoryContext['opening'];
const open = (target: Target = asked.target, needs: object = {}): Opening => {
  const { v: _v, registeredAt: _at, guardrailsDigest: _digest, target: _target, ...registration } = asked;
  return { kind: 'open', registration, target, needs: { ...oneSignature, stages: [1], ...needs } };
};
const context = (more: Partial<StoryContext> = {}): StoryContext => ({
  ...{ opening: open(), registeredAt: asked.registeredAt, decisions: [] },
  ...more,
});
const given = { assignment: { kind: 'pim' as const, id: 'a' }, nativeEnd: true, givenAt: SIGNED_AT, endsAt: ENDS };

describe('the records that are made from the journal alone', () => {
  const azure: Target = { kind: 'azureRole', scope: '/subscriptions/x', roleDefinitionId: 'r' };
  const group: Target = { kind: 'group', groupId: TENANT };
  const plain = { kind: 'plain' as const, id: 'a' };
  const kinds = (of: StoryContext) => toldByJournal(of).map(({ kind }) => kind);

  it.each<[string, Partial<StoryContext>, readonly string[]]>([
    ['are none before anything happened', {}, []],
    ['are a click', { decisions: [click()] }, ['chat']],
    ['are each click, and no signature', { decisions: [click(), signature(), click(rita, 'deny')] }, ['chat', 'chat']],
    ['are a giving', given, ['given']],
    ['are a giving and a taking', { ...given, confirmedAt: ENDS }, ['given', 'taken']],
    ['are a taking of what may have been given', { confirmedAt: ENDS }, ['taken']],
    ['are none of what was refused', { ...given, opening: { kind: 'refused' }, confirmedAt: ENDS, decisions: [click()] }, []],
    ['are none of what was found again', { ...given, opening: { kind: 'adopted' } }, []],
    ['are none of what was taken back first', { opening: { kind: 'tombstone' }, confirmedAt: ENDS }, []],
  ])('%s', (_name, more, expected) => {
    expect(kinds(context(more))).toEqual(expected);
  });

  it.each(['assignment', 'nativeEnd', 'givenAt', 'endsAt'] as const)('are no giving while the journal has no %s', (key) => {
    const { [key]: _, ...rest } = given;
    expect(kinds(context(rest))).toEqual([]);
  });

  it.each<[string, Target, typeof given.assignment | typeof plain, (digest: string) => object]>([
    [
      'a ticket, where PIM gave it',
      asked.target,
      given.assignment,
      (digest) => ({ place: 'pim', ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digest) }),
    ],
    [
      'a ticket, where PIM gave an Azure role',
      azure,
      given.assignment,
      (digest) => ({ place: 'pim', ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digest) }),
    ],
    [
      'a description, where Azure gave it',
      azure,
      plain,
      (digest) => ({ place: 'arm', description: anchorDescriptionOf(asked.requestId, digest) }),
    ],
    ['nothing, where a directory role was given plainly', asked.target, plain, () => ({ place: 'none' })],
    ['nothing, where a group was given plainly', group, plain, () => ({ place: 'none' })],
  ])("name what stands in Microsoft's record: %s", (_name, target, assignment, anchor) => {
    const of = context({ ...given, opening: open(target), assignment });
    const digest = evidenceDigestFor(of) ?? '';
    expect(toldByJournal(of)).toEqual([
      {
        ...{ v: 1, kind: 'given', requestId: asked.requestId, evidenceDigest: digest, anchor: anchor(digest) },
        ...{ assignment, nativeEnd: true, givenAt: SIGNED_AT, endsAt: ENDS },
      },
    ]);
  });

  it('say of a click and a taking what the lines say', () => {
    const of = context({ decisions: [click()], confirmedAt: ENDS });
    const request = registeredRequestOf(of);
    expect(toldByJournal(of)).toEqual([
      request && chatRecordOf(request, click()),
      { v: 1, kind: 'taken', requestId: asked.requestId, confirmedAt: ENDS },
    ]);
  });
});

describe('what a reader must know', () => {
  const texts = { justification: { salt: '', text: 'x' } };
  const remarked = { request: asked, texts, leftOut: 0 };
  const signed = { signedAt: SIGNED_AT, evidenceDigest: DIGEST, notAfter: ENDS };
  const UNSIGNED = "The requester did not sign: who asked, for what, and why, is the bot's word.";
  it.each<[string, Partial<typeof remarked> | object, Partial<StoryContext>, readonly string[]]>([
    ['nothing, where all signed', {}, { signature: signed, decisions: [signature()] }, []],
    ['that the requester did not sign', {}, { decisions: [signature()] }, [UNSIGNED]],
    ['nothing, where nobody decided and nothing was given', {}, { signature: signed }, []],
    [
      'that nobody else decided',
      {},
      { signature: signed, endsAt: ENDS },
      ['Nobody but the requester decided: this needed no approval.'],
    ],
    [
      'that all was said in chat',
      {},
      { signature: signed, decisions: [click(), click(bea)] },
      ["Every decision here was a click in chat: nothing but the bot's word stands behind it."],
    ],
    [
      'that some was said in chat',
      {},
      { signature: signed, decisions: [click(), signature(), click(rita)] },
      ["2 of 3 decisions were clicks in chat: nothing but the bot's word stands behind these."],
    ],
    [
      'that the text was erased',
      { texts: {} },
      { signature: signed, decisions: [signature()] },
      ['What the requester wrote is not in here: it was erased.'],
    ],
    [
      'that a record is not in here',
      { leftOut: 1 },
      { signature: signed, decisions: [signature()] },
      ['1 more record is kept that the ledger does not name, and not in here.'],
    ],
    [
      'that records are not in here',
      { leftOut: 2 },
      { signature: signed, decisions: [signature()] },
      ['2 more records are kept that the ledger does not name, and not in here.'],
    ],
    [
      'that it was refused at the door',
      { request: null, texts: {} },
      { opening: { kind: 'refused' } },
      ['The request was refused when it arrived: nobody was asked, and nothing was given.'],
    ],
    [
      'that it was taken back before',
      { request: null, texts: {} },
      { opening: { kind: 'tombstone' } },
      ['The request was taken back before it arrived: nobody was asked, and nothing was given.'],
    ],
    [
      'that it was found again',
      { request: null, texts: {} },
      { opening: { kind: 'adopted' } },
      [
        'The ledger was lost after this was given, and this entry was made again from other records. What it was given on is not known here.',
      ],
    ],
    [
      'that it was over already, and counts',
      { request: null, texts: {} },
      { opening: { kind: 'over' } },
      [
        'The ledger was lost after this was over, and this entry was made again from other records, so that it counts. What it was given on is not known here.',
      ],
    ],
  ])('%s', (_name, of, more, remarks) => {
    expect(remarksOf({ ...remarked, ...of }, context(more))).toEqual(remarks);
  });
});

/** Lines of one request that follow each other, with nothing of anybody else in between, or with. */
function linesOf(isDense: boolean) {
  const ledger = newLedger();
  ledger.begin(openingOf(asked, { ...oneSignature, assurance: 'chat', stages: [3] }), asked.registeredAt);
  for (const [second, approver] of [adam, bea].entries())
    ledger.send(`2026-03-01T08:10:0${second}.000Z`, { type: 'decided', decision: click(approver) }, undefined, isDense);
  return { texts: ledger.lines(), head: ledger.head() };
}
function storyIn(texts: readonly string[]): Story {
  const story = storyOf({ journal: { lines: [...texts], head: { seq: 1, head: '' } }, requestId: asked.requestId });
  if (isContradiction(story)) throw new Error(story.sentence);
  return story;
}

describe('the order of the lines', () => {
  const { texts, head } = linesOf(true);
  const { lines } = storyIn(texts);
  const told = (changed: readonly Line[], at = head, those = texts) => {
    const journal = { lines: [...those], head: at };
    return [...orderContradictions({ journal }, { ...storyIn(texts), lines: changed })].map(({ sentence }) => sentence);
  };
  const with2 = (change: Partial<Line>) => lines.map((line, index) => (index === 2 ? { ...line, ...change } : line));
  const [, second, third] = lines;

  it('is theirs as they were written, with lines of others in between, and without', () => {
    expect([third?.seq, second?.seq]).toEqual([4, 3]);
    expect(told(lines)).toEqual([]);
    const sparse = linesOf(false);
    expect([...orderContradictions({ journal: { lines: [...sparse.texts], head: sparse.head } }, storyIn(sparse.texts))]).toEqual(
      [],
    );
  });

  it.each<[string, Partial<Line>, readonly string[]]>([
    ['says that it was durable before it was written', { synced: 4 }, ['Line 4 says that later lines were durable before it.']],
    ['says that the line before was durable', { synced: 3 }, []],
    ['is by a writer of before', { epoch: 0 }, ['Line 4 does not come after 3.']],
    ['is by a later writer', { epoch: 2 }, []],
    ['follows another line', { prev: '0'.repeat(64) }, ['Line 4 does not follow the line before it.']],
    ['has the place of the line before', { seq: 3, synced: 0 }, ['Line 3 does not come after 3.']],
    ['has a place far behind, where others stand between', { seq: 9, prev: 'x' }, ['The ledger ends before the newest line.']],
  ])('is not theirs where a line %s', (_name, change, sentences) => {
    expect(told(with2(change))).toEqual(sentences);
  });

  it.each<[string, Partial<EvidenceFile['journal']['head']>, readonly string[]]>([
    ['ends with another line', { head: '0'.repeat(64) }, ['The newest line is not the head of the ledger.']],
    ['ends before', { seq: 3 }, ['The ledger ends before the newest line.']],
    ['goes on', { seq: 5, head: '0'.repeat(64) }, []],
  ])('is not theirs where the ledger %s', (_name, change, sentences) => {
    expect(told(lines, { ...head, ...change })).toEqual(sentences);
  });

  it('is looked up by the bytes of the line before, whatever letters are in it', () => {
    const odd = texts.map((text, index) => (index === 1 ? text.replace('"decided"', '"decidéd"') : text));
    expect(headOf(Buffer.from(odd[1] ?? '', 'utf8'))).not.toBe(third?.prev);
    const prev = headOf(Buffer.from(odd[1] ?? '', 'utf8'));
    expect(told(with2({ prev }), head, odd)).toEqual([]);
  });
});

describe('the story of the lines', () => {
  const { texts } = linesOf(true);
  const story = storyIn(texts);
  const withLine = (at: number, change: (line: Line) => Partial<Line>): Story => ({
    ...story,
    lines: story.lines.map((line, index) => (index === at ? { ...line, ...change(line) } : line)),
  });
  const brokenAt = (seq: number) => ({
    ...{ code: 'journal.flow', sentence: `Line ${seq} does not say what follows from what happened.` },
  });
  it.each<[string, Story, ReturnType<typeof replay>]>([
    ['is what the flow makes of it', story, 'agrees'],
    ['is not run again where one line is of another version', withLine(1, () => ({ flowVersion: '0' })), 'not-replayed'],
    ['is not run again where the flow threw', withLine(2, () => ({ kind: 'poisoned' })), 'not-replayed'],
    [
      'is not what the flow makes of an event of another time',
      withLine(1, ({ events }) => ({ events: events.map((event) => ({ ...event, at: SIGNED_AT.replace('08:10', '08:11') })) })),
      brokenAt(3),
    ],
    [
      'is not what the flow makes where one of two events is of another time',
      withLine(1, ({ events }) => ({
        events: [...events, { type: 'drifted', at: SIGNED_AT.replace('08:10', '08:11'), drift: {} }],
      })),
      brokenAt(3),
    ],
    [
      'is not what the flow makes of something that it cannot take',
      withLine(1, ({ at }) => ({ events: [{ type: 'decided', at }] })),
      brokenAt(3),
    ],
    [
      'is not what the flow makes of it where the state is another',
      withLine(2, ({ next }) => ({ next: { ...next, state: 'active' } })),
      brokenAt(4),
    ],
    ['is not what the flow makes of it where the timers are others', withLine(0, () => ({ timersSet: [] })), brokenAt(1)],
  ])('%s', (_name, of, expected) => {
    expect(replay(of)).toEqual(expected);
  });

  it('has the state of its newest line, also one within another', () => {
    expect(storyIn(texts).state).toBe('registered');
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, assurance: 'chat' }), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: click() });
    ledger.send('2026-03-01T08:10:01.000Z', { type: 'directory.absent', readAt: SIGNED_AT, writer: 'plain' });
    ledger.send('2026-03-01T08:10:02.000Z', { type: 'directory.gave', assignment: { kind: 'plain', id: 'a' }, nativeEnd: false });
    ledger.send('2026-03-01T08:11:00.000Z', { type: 'endRequested', reason: 'release' });
    expect(storyIn(ledger.lines())).toMatchObject({ state: 'taking', context: { assignment: { kind: 'plain', id: 'a' } } });
  });

  it.each(['refused', 'tombstone', 'adopted', 'else'])('knows how a request may begin: %s', (kind) => {
    const line = (texts[0] ?? '').replaceAll('"kind":"open"', `"kind":"${kind}"`);
    const read = storyOf({ journal: { lines: [line], head: { seq: 1, head: '' } }, requestId: asked.requestId });
    expect(isContradiction(read)).toBe(kind === 'else');
  });

  it.each<[string, string, string, boolean]>([
    ['a denial', '"decision":"approve"', '"decision":"deny"', true],
    ['another decision', '"decision":"approve"', '"decision":"sign"', false],
    ['a signature', '"assurance":"chat"', '"assurance":"signed"', true],
    ['another assurance', '"assurance":"chat"', '"assurance":"mail"', false],
    ['a stage before the first', '"stage":0', '"stage":-1', false],
    ['no approvals in a stage', '"stages":[3]', '"stages":[0]', false],
    ['no word on the requester', '"requesterSigns":false', '"requesterSigns":0', false],
  ])('knows what a line may say: %s', (_name, before, then, isOne) => {
    const lines = texts.map((text) => text.replaceAll(before, then));
    const read = storyOf({ journal: { lines, head: { seq: 1, head: '' } }, requestId: asked.requestId });
    expect(isContradiction(read)).toBe(!isOne);
  });

  it.each<[string, object, boolean]>([
    ['whole', { kind: 'pim', id: 'a', more: 1 }, true],
    ['of another kind', { kind: 'else', id: 'a' }, false],
    ['without an id', { kind: 'pim' }, false],
  ])('knows what was given only where it is %s', (_name, assignment, isOne) => {
    const lines = texts.map((text) => text.replaceAll('"decisions":', `"assignment":${JSON.stringify(assignment)},"decisions":`));
    const read = storyOf({ journal: { lines, head: { seq: 1, head: '' } }, requestId: asked.requestId });
    expect(isContradiction(read)).toBe(!isOne);
  });

  it('is read by its bytes, whatever letters are in it', () => {
    const line = (texts[0] ?? '').replace('global-reader', 'globål-reader');
    const read = storyOf({ journal: { lines: [line], head: { seq: 1, head: '' } }, requestId: asked.requestId });
    expect(isContradiction(read) ? read : parseLine(Buffer.from(line, 'utf8'))).toMatchObject({ seq: 1 });
    expect(isContradiction(read) || JSON.stringify(read.context)).toContain('globål-reader');
  });
});

describe('what was needed, by the journal alone', () => {
  const fileWith = (of: StoryContext): EvidenceFile => ({
    ...{ v: 1, kind: 'hallpass-evidence', requestId: asked.requestId, exportedAt: ENDS, texts: {}, leftOut: 0, digest: DIGEST },
    perimeter: { tenantId: TENANT, clientId: TENANT, issuer: 'i', keysUrl: 'k' },
    request: registeredRequestOf(of) ?? null,
    records: [...toldByJournal(of)],
    journal: { lines: ['x'], head: { seq: 1, head: '0'.repeat(64) } },
    remarks: remarksOf({ request: registeredRequestOf(of) ?? null, texts: {}, leftOut: 0 }, of),
  });
  const told = (of: StoryContext) =>
    [...matchContradictions(fileWith(of), { lines: [], context: of, state: 'x' })].map(
      ({ code, sentence }) => `${code}: ${sentence}`,
    );
  const APPROVALS = 'needs.approvals: It went on without the approvals that it needed.';
  const SIGNED = 'needs.signed: It went on with an approval in chat, where a signed one was needed.';
  const REQUESTER = "needs.requester: It went on without the requester's signature, which it needed.";
  const needing = (needs: object, more: Partial<StoryContext>) => context({ opening: open(asked.target, needs), ...more });

  it.each<[string, StoryContext, readonly string[]]>([
    ['nothing, before it went on', needing({ stages: [2], requesterSigns: true }, { decisions: [click()] }), []],
    ['nothing, where all came together', needing({ assurance: 'chat' }, { decisions: [click()], endsAt: ENDS }), []],
    ['an approval', needing({ assurance: 'chat', stages: [2] }, { decisions: [click()], endsAt: ENDS }), [APPROVALS]],
    [
      'an approval, where there is a denial',
      needing({ assurance: 'chat' }, { decisions: [click(adam, 'deny')], endsAt: ENDS }),
      [APPROVALS],
    ],
    ['a signed one', needing({}, { decisions: [click()], endsAt: ENDS }), [SIGNED]],
    [
      'a signed one for each approval',
      needing({ assurance: 'chat', requesterSigns: true }, { decisions: [click()], endsAt: ENDS }),
      [REQUESTER],
    ],
    ['nothing of what was refused', context({ opening: { kind: 'refused' }, endsAt: ENDS }), []],
    ['nothing of what was found again', context({ opening: { kind: 'adopted' }, endsAt: ENDS }), []],
  ])('%s', (_name, of, sentences) => {
    expect(told(of)).toEqual(sentences);
  });

  it('may be denied in chat where approvals are signed', () => {
    const decisions = [
      click(rita, 'deny'),
      { ...signature(), evidenceDigest: undefined } as unknown as StoryContext['decisions'][number],
    ];
    expect(told(needing({}, { decisions, endsAt: ENDS })).filter((one) => one.startsWith('needs.'))).toEqual([]);
  });

  const mine = { signedAt: SIGNED_AT, evidenceDigest: DIGEST, notAfter: ENDS };
  const other = '2026-03-01T10:00:00.000Z';
  it.each<[string, (act: SignedAct) => EvidenceRecord, boolean]>([
    [
      'the request, until then',
      (act) => ({ ...act, statement: { ...act.statement, purpose: 'request', decision: 'sign', notAfter: ENDS } }),
      true,
    ],
    [
      'the request, for longer',
      (act) => ({ ...act, statement: { ...act.statement, purpose: 'request', decision: 'sign', notAfter: other } }),
      false,
    ],
    ['a decision', (act) => ({ ...act, statement: { ...act.statement, notAfter: ENDS } as SignedAct['statement'] }), false],
    ['nothing: it is a taking', () => ({ v: 1, kind: 'taken', requestId: asked.requestId, confirmedAt: ENDS }), false],
  ])('is the signature of the requester where the record signs %s', async (_name, record, isIt) => {
    const act = await signedAct(newSigner('k'), statementOf(asked), rita);
    expect(namedBy(context({ signature: mine })).get(DIGEST)?.(record(act))).toBe(isIt);
  });

  it.each<[string, Partial<ReturnType<typeof decisionOf>>, boolean]>([
    ['the same', {}, true],
    ['the same, at its very end', { decidedAt: '2026-03-01T12:00:00.000Z' }, true],
    ['another decision', { decision: 'deny' }, false],
    ['another stage', { stage: 1 }, false],
    ['another person', { approver: bea }, false],
    ['another end', { notAfter: other }, false],
    ['a click', { assurance: 'chat' }, false],
    ['a time after its end', { decidedAt: '2026-03-01T12:00:00.001Z' }, false],
  ])('is the decision of the record where the journal says %s', async (_name, change, isIt) => {
    const act = await signedAct(newSigner('k'), statementOf(asked), adam);
    const noted = { ...decisionOf(act, change), evidenceDigest: DIGEST } as StoryContext['decisions'][number];
    const says = namedBy(context({ decisions: [noted] })).get(DIGEST);
    expect(says?.(act)).toBe(isIt);
    expect(says?.({ v: 1, kind: 'taken', requestId: asked.requestId, confirmedAt: ENDS })).toBe(false);
  });
});

it('ends as it began: real lines are a story without a fault', () => {
  const ledger = newLedger();
  ledger.begin(openingOf(asked, { ...oneSignature, assurance: 'chat' }), asked.registeredAt);
  ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: click() });
  givenAndEnded(ledger);
  expect(replay(storyIn(ledger.lines()))).toBe('agrees');
});
