import type { AlertView, RequestView, RequesterView } from '../../src/chat/views.ts';
import { GLOBAL_READER } from './desk-double.ts';

export const AT = '2026-11-21T13:02:00.000Z';
export const LATER = '2026-11-21T14:02:00.000Z';

export const REQUEST: RequestView = {
  caseId: 'case0001',
  status: 'pending',
  requester: { name: 'Rita Requester', about: 'Site Reliability Engineer, Platform' },
  entitlement: GLOBAL_READER,
  durationMinutes: 60,
  justification: 'INC-4211: check conditional access after the outage',
  requestedAt: AT,
  lapsesAt: LATER,
  unusual: [],
  progress: [],
  history: { timesIn90Days: 2, lastAt: '2026-11-09T09:00:00.000Z' },
};

export const REQUESTER: RequesterView = {
  caseId: 'case0001',
  status: 'pending',
  entitlement: GLOBAL_READER,
  durationMinutes: 60,
  requestedAt: AT,
  lapsesAt: LATER,
  waitingFor: 'one of 4 approvers in #access-approvals',
  canWithdraw: true,
  canRelease: false,
};

export const ALERT: AlertView = {
  caseId: 'finding1',
  severity: 'high',
  title: 'Someone can now control every Azure subscription',
  lines: [
    { text: 'Gina Global holds User Access Administrator at the root scope / since', at: AT },
    { text: 'It never ends by itself, and stays when Global Administrator ends.' },
  ],
  todo: 'Ask Gina whether it is expected; otherwise remove it.',
  command: 'az role assignment delete --ids /providers/Microsoft.Authorization/roleAssignments/1',
  link: {
    label: 'How to remove it',
    url: 'https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin',
  },
  status: 'open',
};

/** Every string anywhere in a structure, with the kind of text object it stands in. */
export function textsIn(value: unknown): readonly { readonly type: string; readonly text: string }[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  const own = typeof type === 'string' && typeof text === 'string' ? [{ type, text }] : [];
  return [...own, ...Object.values(value).flatMap(textsIn)];
}

/** What a reader sees, roughly: all text, one line an object. */
export function wordsOf(value: unknown): string {
  return textsIn(value)
    .map(({ text }) => text)
    .join('\n');
}

export function actionIdsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(actionIdsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { action_id: actionId } = value as { action_id?: unknown };
  return [...(typeof actionId === 'string' ? [actionId] : []), ...Object.values(value).flatMap(actionIdsIn)];
}
