import type {
  AlertView,
  DetailsView,
  HomeView,
  RequesterView,
  RequestOption,
  RequestStatus,
  RequestView,
} from '../../../src/chat/views.ts';

export const CASE_ID = '0123456789abcdef';
export const ENTITLEMENT = {
  name: 'Global Reader',
  describes: 'Can read everything in the directory, changes nothing',
  privileged: false,
  scope: 'whole tenant',
};
export const STATUSES: readonly RequestStatus[] = [
  'registering',
  'pending',
  'giving',
  'denying',
  'active',
  'ending',
  'refused',
  'ended',
];

export function requestView(more: Partial<RequestView> = {}): RequestView {
  return {
    caseId: CASE_ID,
    status: 'pending',
    requester: { name: 'Rita Requester', about: 'Site Reliability Engineer, Platform' },
    entitlement: ENTITLEMENT,
    durationMinutes: 60,
    justification: 'INC-4211: check conditional access after the outage',
    requestedAt: '2026-11-21T13:02:00.123Z',
    lapsesAt: '2026-11-21T14:02:00.123Z',
    unusual: ['first time for this person'],
    progress: [],
    history: { timesIn90Days: 2, lastAt: '2026-11-09T13:02:00.000Z' },
    ...more,
  };
}

export function requesterView(more: Partial<RequesterView> = {}): RequesterView {
  return {
    caseId: CASE_ID,
    status: 'pending',
    entitlement: ENTITLEMENT,
    durationMinutes: 60,
    requestedAt: '2026-11-21T13:02:00.123Z',
    lapsesAt: '2026-11-21T14:02:00.123Z',
    waitingFor: 'one of 4 approvers in #access-approvals',
    canWithdraw: true,
    canRelease: false,
    ...more,
  };
}

export const OUTCOME = {
  sentence: 'Approved by Anna Approver',
  at: '2026-11-21T13:04:00.000Z',
  note: 'as agreed',
  endsAt: '2026-11-21T14:04:00.000Z',
  confirmedAt: '2026-11-21T14:04:04.000Z',
  overdue: { tries: 9, code: 'directory.unavailable', byHand: 'az rest --method DELETE --url …' },
  unconfirmed: 'The perimeter has not said yet that it is gone: it may still be there. Operators have been told.',
};

export function alertView(more: Partial<AlertView> = {}): AlertView {
  return {
    caseId: CASE_ID,
    severity: 'high',
    title: 'Someone can now control every Azure subscription',
    lines: [
      { text: 'Gina Global holds User Access Administrator at the root scope “/” since', at: '2026-11-21T13:02:00.000Z' },
      { text: 'It never ends by itself' },
    ],
    todo: 'Ask them whether they need it now.',
    command: 'az role assignment delete --ids /providers/…',
    link: { label: 'Open the portal', url: 'https://portal.azure.com/#view/x(y)' },
    status: 'open',
    ...more,
  };
}

export const HOME: HomeView = {
  held: [
    {
      caseId: CASE_ID,
      entitlement: ENTITLEMENT,
      status: 'active',
      endsAt: '2026-11-21T14:04:00.000Z',
      canRelease: true,
      canWithdraw: false,
    },
  ],
  waiting: [{ caseId: 'fedcba9876543210', entitlement: ENTITLEMENT, status: 'pending', canRelease: false, canWithdraw: true }],
  recent: [{ entitlement: ENTITLEMENT, outcome: OUTCOME }],
};

export const DETAILS: DetailsView = {
  title: 'Why am I asked?',
  facts: [
    { label: 'Rule', text: 'Approvers of Global Reader' },
    { label: 'Asked', text: '', at: '2026-11-21T13:02:00.000Z' },
  ],
};

export const OPTIONS: readonly RequestOption[] = [
  { entitlementId: 'global-reader', entitlement: ENTITLEMENT, durationsMinutes: [30, 60, 240] },
  {
    entitlementId: 'security-reader',
    entitlement: { ...ENTITLEMENT, name: 'Security Reader', privileged: true },
    durationsMinutes: [30],
  },
];
