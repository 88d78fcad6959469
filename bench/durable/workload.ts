import { pino } from 'pino';
import type { Actor, EventInput } from '../../src/durable/port.ts';

export const bot: Actor = { kind: 'system', name: 'bot' };
export const silent = pino({ level: 'silent' });

const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
const rita = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000001' };
const anna = { tenantId: TENANT, objectId: '0b7ec700-0000-4000-8000-000000000002' };
const AT = '2026-03-01T08:00:00.000Z';

/** A grant of the size that real ones have. */
export const input = (requestId: string): Readonly<Record<string, unknown>> => ({
  opening: {
    kind: 'open',
    registration: {
      requestId,
      requester: rita,
      principal: rita,
      entitlementId: 'global-reader',
      durationMinutes: 30,
      justification: { textDigest: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8' },
      approvalWindowMinutes: 60,
      breakGlass: false,
    },
    target: { kind: 'directoryRole', roleDefinitionId: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', directoryScopeId: '/' },
    needs: { stages: [1], requesterSigns: false, assurance: 'chat' },
  },
});

const decided = (decision: 'approve' | 'deny'): EventInput => ({
  type: 'decided',
  decision: { decisionId: 'd1', decision, approver: anna, assurance: 'chat', decidedAt: AT, stage: 0 },
});

/** From the decision to active. */
export const toActive: readonly EventInput[] = [
  decided('approve'),
  { type: 'directory.absent', readAt: AT, writer: 'pim' },
  { type: 'directory.gave', assignment: { kind: 'pim', id: 'a1' }, nativeEnd: true },
];
/** The whole life after registration. */
export const wholeLife: readonly EventInput[] = [
  ...toActive,
  { type: 'endRequested', reason: 'release' },
  { type: 'directory.gone', confirmedAt: AT },
];
export const denied: readonly EventInput[] = [decided('deny')];
