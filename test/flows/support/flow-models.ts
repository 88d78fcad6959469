import type { AccessRequestEvent } from '../../../flows/access-request.ts';
import type { DoubtEvent } from '../../../flows/doubt.ts';
import type { FindingEvent } from '../../../flows/finding.ts';
import type { FreezeEvent } from '../../../flows/freeze.ts';
import type { GrantEvent } from '../../../flows/grant.ts';
import type { LinkEvent } from '../../../flows/link.ts';
import type { RefusalsEvent } from '../../../flows/refusals.ts';
import type { RetentionEvent } from '../../../flows/retention.ts';
import { accessRequestFlow, findingFlow, linkFlow } from '../../../src/bot/flows.ts';
import type { EventInput, Flow } from '../../../src/durable/port.ts';
import { retentionFlow } from '../../../src/durable/retention.ts';
import { freezeFlow } from '../../../src/perimeter/freeze/freeze-desk.ts';
import { grantFlow } from '../../../src/perimeter/grant-flow.ts';
import { doubtFlow } from '../../../src/perimeter/ledger/doubt-desk.ts';
import { refusalsFlow } from '../../../src/perimeter/refusals.ts';

/** What a flow can be told, completely: a new event of the flow does not compile until it stands here. */
export interface FlowModel {
  readonly name: string;
  readonly flow: Flow;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  /** Every event, once for each way its guards can fall. */
  readonly events: readonly EventInput[];
  /** Told by the perimeter, the directory or a collector: every state decides on them on purpose. Clicks may be ignored. */
  readonly facts: readonly string[];
}

type Untold<E extends { readonly type: string }> = {
  readonly [T in E['type']]: readonly Omit<Extract<E, { readonly type: T }>, 'type' | 'at'>[];
};

function eventsOf<E extends { readonly type: string }>(payloads: Untold<E>): readonly EventInput[] {
  return Object.entries<readonly object[]>(payloads).flatMap(([type, ways]) => ways.map((way) => ({ ...way, type })));
}

const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
const rita = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000001' };
const anna = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000002' };
const abel = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000003' };
const text = { textDigest: '00' };
const AT = '2026-03-01T08:00:00.000Z';
const ENDS = '2026-03-01T10:00:00.000Z';
const refusal = { code: 'grant.refused', hint: 'Ask an administrator.' };
const overdue = { tries: 9, code: 'directory.unavailable', byHand: 'Remove it in the portal.' };

const registration = {
  requestId: 'request1',
  requester: rita,
  principal: rita,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: text,
  approvalWindowMinutes: 60,
  breakGlass: false,
};
const target = { kind: 'directoryRole', roleDefinitionId: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', directoryScopeId: '/' };
const needs = { stages: [1], requesterSigns: false, assurance: 'chat' };

const seen = (rung: number) => ({ checkId: 'secret-expiry', subjectId: 'credential1', rung, detail: text });

export const flowModels: readonly FlowModel[] = [
  {
    name: 'access-request',
    flow: accessRequestFlow,
    inputs: [{ request: { ...registration, id: 'request1', remindAfterMinutes: 15 } }],
    events: eventsOf<AccessRequestEvent>({
      decided: [
        { decision: 'approve', approver: anna },
        { decision: 'deny', approver: anna, note: text },
      ],
      withdrawn: [{}],
      released: [{}],
      'perimeter.registered': [
        { waitsFor: { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false } },
        { waitsFor: { assurance: 'signed', approvalsNeeded: 2, requesterSigns: true } },
      ],
      'perimeter.decided': [{ decision: 'approve', approver: anna, assurance: 'signed', missing: 1 }],
      'perimeter.requestSigned': [{}],
      'perimeter.drifted': [{ drift: 'end-moved', directoryEndsAt: ENDS }],
      'perimeter.refused': [refusal],
      'perimeter.giving': [{}],
      'perimeter.given': [{ endsAt: ENDS, nativeEnd: true }],
      'perimeter.ended': [{ how: 'expired', confirmedAt: ENDS }],
      'perimeter.overdue': [overdue],
    }),
    facts: ['registered', 'decided', 'requestSigned', 'refused', 'giving', 'given', 'ended', 'overdue', 'drifted'].map(
      (name) => `perimeter.${name}`,
    ),
  },
  {
    name: 'grant',
    flow: grantFlow,
    inputs: [
      { opening: { kind: 'open', registration, target, needs } },
      {
        opening: {
          kind: 'open',
          registration,
          target,
          needs: { ...needs, stages: [1, 1], requesterSigns: true, assurance: 'signed' },
        },
      },
      { opening: { kind: 'adopted', registration, target, endsAt: ENDS, assignment: { kind: 'pim', id: 'a1' } } },
      { opening: { kind: 'refused', registration, refusal } },
      { opening: { kind: 'tombstone', reason: 'withdraw' } },
      { opening: { kind: 'over', registration, target, givenAt: AT, endedAt: ENDS } },
    ],
    events: eventsOf<GrantEvent>({
      decided: [
        { decision: { decisionId: 'd1', decision: 'approve', approver: anna, assurance: 'chat', decidedAt: AT, stage: 0 } },
        { decision: { decisionId: 'd2', decision: 'approve', approver: abel, assurance: 'signed', decidedAt: AT, stage: 1 } },
        { decision: { decisionId: 'd3', decision: 'deny', approver: anna, assurance: 'chat', decidedAt: AT, stage: 0 } },
      ],
      requestSigned: [{ signature: { signedAt: AT, evidenceDigest: 'e1', notAfter: ENDS } }],
      drifted: [{ drift: { kind: 'gone-early', seenAt: AT } }],
      decisionRefused: [{ refusal }],
      endRequested: [{ reason: 'release' }],
      endsDue: [{}],
      'directory.absent': [{ readAt: AT, writer: 'pim' }],
      'directory.held': [{ refusal }],
      'directory.gave': [{ assignment: { kind: 'pim', id: 'a1' }, nativeEnd: true }],
      'directory.giveRefused': [{ refusal }],
      'directory.giveUnclear': [{ refusal }],
      'directory.gone': [{ confirmedAt: ENDS }],
      'directory.notOurs': [{ refusal }],
      overdueReported: [overdue],
    }),
    facts: [
      'decided',
      'requestSigned',
      'drifted',
      'decisionRefused',
      'endRequested',
      'endsDue',
      'directory.absent',
      'directory.held',
      'directory.gave',
      'directory.giveRefused',
      'directory.giveUnclear',
      'directory.gone',
      'directory.notOurs',
      'overdueReported',
    ],
  },
  {
    name: 'freeze',
    flow: freezeFlow,
    inputs: [{}, { reason: text }],
    events: eventsOf<FreezeEvent>({
      unfreezeSigned: [
        { person: anna, evidenceDigest: 'e1' },
        { person: abel, evidenceDigest: 'e2' },
        { person: abel, evidenceDigest: 'e3', noLonger: [anna] },
      ],
    }),
    facts: ['unfreezeSigned'],
  },
  {
    name: 'doubt',
    flow: doubtFlow,
    inputs: [{ why: 'behind', ours: { seq: 1, head: 'a' }, seen: { seq: 2, head: 'b' } }],
    events: eventsOf<DoubtEvent>({
      seenMore: [{ seen: { seq: 3, head: 'c' } }],
      reconciled: [{ archive: 'archive', adopted: 2 }],
    }),
    facts: ['seenMore', 'reconciled'],
  },
  {
    name: 'refusals',
    flow: refusalsFlow,
    inputs: [{}],
    events: eventsOf<RefusalsEvent>({
      refused: [{ code: 'caller.limited', call: 'feed', count: 2, firstAt: AT, lastAt: AT, requestId: 'request1' }],
    }),
    facts: ['refused'],
  },
  {
    name: 'retention',
    flow: retentionFlow,
    inputs: [{ kind: 'texts', caseIds: ['request1'], upToSeq: 7 }],
    events: eventsOf<RetentionEvent>({ erased: [{ count: 1 }] }),
    facts: ['erased'],
  },
  {
    name: 'link',
    flow: linkFlow,
    inputs: [{}, { refusedWith: 'link.slack-guest' }].map((how) => ({
      ...how,
      account: { platform: 'slack', workspaceId: 'T0WORK', userId: 'U0RITA' },
      person: rita,
    })),
    events: eventsOf<LinkEvent>({ unlinked: [{ why: 'person' }, { why: 'disabled' }] }),
    facts: ['unlinked'],
  },
  {
    name: 'finding',
    flow: findingFlow,
    inputs: [{ seen: seen(1) }],
    events: eventsOf<FindingEvent>({
      seenAgain: [{ seen: seen(1) }, { seen: seen(2) }],
      gone: [{}],
      acknowledged: [{ by: anna }],
      snoozed: [{ by: anna, untilAt: ENDS }],
    }),
    facts: ['seenAgain', 'gone'],
  },
];
