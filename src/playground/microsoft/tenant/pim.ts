import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import { type Actor, type Audit, SYSTEM } from './audit.ts';
import type { Directory } from './directory.ts';
import { type Expiration, expirationEnd } from './expiration.ts';
import { brokenRules, type RolePolicy, startOf, tooYoung, USUAL_POLICY } from './pim-rules.ts';
import { roleDefinition } from './role-definitions.ts';
import { keyOf, lowerCase, type RoleStore, type RoleTriple } from './role-store.ts';

export interface PimAsk extends RoleTriple {
  readonly action: 'adminAssign' | 'adminRemove';
  readonly justification: string | null;
  readonly ticketInfo: { readonly ticketNumber: string | null; readonly ticketSystem: string | null };
  readonly customData: string | null;
  readonly isValidationOnly: boolean;
  readonly scheduleInfo?: { readonly startDateTime?: string; readonly expiration: Expiration };
}

export type PimStatus =
  | 'PendingProvisioning'
  | 'Provisioned'
  | 'Granted'
  | 'Revoked'
  | 'Canceled'
  | 'Denied'
  | 'Failed'
  | 'PendingApproval'
  | 'PendingScheduleCreation';

export interface PimRequest extends PimAsk {
  readonly id: string;
  readonly createdAt: number;
  readonly createdBy: Actor;
  readonly startAt: number;
  readonly status: PimStatus;
  readonly completedAt?: number;
  /** Transport clock, for stale reads: the status before that instant. */
  readonly bornAt: number;
  readonly settled?: { readonly at: number; readonly before: PimStatus };
}

/** What PIM refuses, as Graph words it. */
export interface PimRefusal {
  readonly code: string;
  readonly message: string;
}

export interface Pim {
  /** Takes a request in. The work itself is done a moment later, as in Entra; a refusal is immediate. */
  submit(ask: PimAsk, actor: Actor): PimRequest | PimRefusal;
  cancel(id: string): 'canceled' | 'not found' | 'not cancelable';
  requests(asOf?: number): readonly PimRequest[];
  request(id: string, asOf?: number): PimRequest | undefined;
  policy(roleDefinitionId: string): RolePolicy;
  setPolicy(roleDefinitionId: string, policy: Partial<RolePolicy>): void;
  /** How long Entra takes between answering 201 and having done it; milliseconds of real time. */
  processingMs: number;
  /** The next accepted request is answered 201 as ever, and then ends in this status without an assignment. */
  nextOutcome: 'Failed' | 'Denied' | 'PendingApproval' | undefined;
  /** The licence is gone: nothing that is being worked on is carried out any more, and nobody keeps an end. */
  lapse(): void;
  reset(): void;
  close(): void;
}

export function createPim(clock: Clock, now: Clock, directory: Directory, roles: RoleStore, audit: Audit): Pim {
  const requests = new Map<string, PimRequest>();
  const policies = new Map<string, RolePolicy>();
  /** Per role, principal and scope: the request that is being worked on. */
  const inFlight = new Map<string, PimRequest>();
  const timers = new Set<NodeJS.Timeout>();

  const settle = (request: PimRequest, status: PimStatus) => {
    const completedAt = clock.now();
    const settled = { at: now.now(), before: request.status };
    requests.set(request.id, { ...request, status, completedAt, settled });
    inFlight.delete(keyOf(request));
  };
  const work = (request: PimRequest, outcome: PimStatus | undefined) => {
    if (requests.get(request.id)?.status === 'Canceled') return;
    if (outcome !== undefined) return settle(request, outcome);
    if (request.action === 'adminRemove') {
      roles.remove(request, request.createdBy, 'pim', request.id);
      return settle(request, 'Revoked');
    }
    roles.add(scheduleOf(request), request.createdBy);
    settle(request, request.startAt > clock.now() ? 'Granted' : 'Provisioned');
  };
  const later = (request: PimRequest, outcome: PimStatus | undefined) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work(request, outcome);
    }, pim.processingMs).unref();
    timers.add(timer);
  };

  const pim: Pim = {
    processingMs: 400,
    nextOutcome: undefined,
    submit(asked, actor) {
      const ask = { ...asked, ...lowerCase(asked) };
      const refusal = ask.action === 'adminAssign' ? refuseAssign(ask) : refuseRemove(ask);
      if (refusal !== undefined) return refusal;
      const request: PimRequest = {
        ...ask,
        id: randomUUID(),
        createdAt: clock.now(),
        createdBy: actor,
        startAt: startOf(ask, clock.now()),
        status: ask.action === 'adminRemove' ? 'Revoked' : 'PendingProvisioning',
        bornAt: now.now(),
      };
      if (ask.isValidationOnly) return { ...request, status: 'Granted' };
      requests.set(request.id, request);
      inFlight.set(keyOf(request), request);
      audit.add({ actor, action: 'role.asked', via: 'pim', ...auditIds(request) });
      const outcome = pim.nextOutcome;
      pim.nextOutcome = undefined;
      later(request, outcome);
      return request;
    },
    cancel(id) {
      const request = requests.get(id);
      if (request === undefined) return 'not found';
      if (request.status !== 'Granted' && request.status !== 'PendingApproval') return 'not cancelable';
      if (request.status === 'Granted') roles.remove(request, request.createdBy, 'pim', id);
      settle(request, 'Canceled');
      return 'canceled';
    },
    requests: (asOf = now.now()) =>
      [...requests.values()].filter(({ bornAt }) => bornAt <= asOf).map((request) => seenAt(request, asOf)),
    request(id, asOf = now.now()) {
      const request = requests.get(id.toLowerCase());
      return request === undefined || request.bornAt > asOf ? undefined : seenAt(request, asOf);
    },
    policy: (roleDefinitionId) => policies.get(roleDefinitionId.toLowerCase()) ?? USUAL_POLICY,
    setPolicy(roleDefinitionId, policy) {
      policies.set(roleDefinitionId.toLowerCase(), { ...pim.policy(roleDefinitionId), ...policy });
    },
    lapse() {
      pim.close();
      for (const request of [...inFlight.values()]) settle(request, 'Failed');
      roles.outliveEnds(SYSTEM);
    },
    reset() {
      pim.close();
      requests.clear();
      inFlight.clear();
      policies.clear();
      pim.processingMs = 400;
      pim.nextOutcome = undefined;
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };

  function refuseSubject(ask: PimAsk): PimRefusal | undefined {
    if (roleDefinition(ask.roleDefinitionId) === undefined) return { code: 'RoleNotFound', message: 'The role is not found.' };
    const known = directory.user(ask.principalId) ?? directory.group(ask.principalId);
    if (known === undefined) return { code: 'SubjectNotFound', message: 'The subject is not found.' };
    return undefined;
  }

  function refuseAssign(ask: PimAsk): PimRefusal | undefined {
    const subject = refuseSubject(ask);
    if (subject !== undefined) return subject;
    if (inFlight.has(keyOf(ask))) return PENDING;
    if (roles.find(ask) !== undefined) return { code: 'RoleAssignmentExists', message: 'The Role assignment already exists.' };
    const broken = brokenRules(ask, pim.policy(ask.roleDefinitionId), clock.now());
    if (broken.length === 0) return undefined;
    const message = `The following policy rules failed: ${JSON.stringify(broken)}`;
    return { code: 'RoleAssignmentRequestPolicyValidationFailed', message };
  }

  function refuseRemove(ask: PimAsk): PimRefusal | undefined {
    const subject = refuseSubject(ask);
    if (subject?.code === 'RoleNotFound') return subject;
    const pending = inFlight.get(keyOf(ask));
    if (pending?.action === 'adminAssign') return PENDING;
    const schedule = roles.find(ask);
    // Also while a removal is being worked on: to Entra it is gone already.
    if (schedule === undefined || pending !== undefined)
      return { code: 'RoleAssignmentDoesNotExist', message: 'The Role assignment does not exist.' };
    return tooYoung(schedule, clock.now())
      ? { code: 'ActiveDurationTooShort', message: 'The active duration is too short. Miniumum Required is 5 minutes' }
      : undefined;
  }
  return pim;
}

const PENDING: PimRefusal = {
  code: 'PendingRoleAssignmentRequest',
  message: 'There is already an existing pending Role assignment request.',
};

function scheduleOf(request: PimRequest) {
  const expiration = request.scheduleInfo?.expiration ?? { type: 'noExpiration' as const };
  const endAt = expirationEnd(expiration, request.startAt);
  const ticketNumber = request.ticketInfo.ticketNumber ?? undefined;
  return {
    ...lowerCase(request),
    id: request.id,
    madeBy: 'pim' as const,
    createdAt: request.createdAt,
    startAt: request.startAt,
    ...(endAt === undefined ? {} : { endAt }),
    expiration: { type: expiration.type, ...(expiration.duration === undefined ? {} : { duration: expiration.duration }) },
    ...(ticketNumber === undefined ? {} : { ticketNumber }),
  };
}

function seenAt(request: PimRequest, asOf: number): PimRequest {
  if (request.settled === undefined || request.settled.at <= asOf) return request;
  const { completedAt: _, ...before } = request;
  return { ...before, status: request.settled.before };
}

function auditIds(request: PimRequest) {
  const ticketNumber = request.ticketInfo.ticketNumber;
  return {
    principalId: request.principalId,
    roleDefinitionId: request.roleDefinitionId,
    scope: request.directoryScopeId,
    scheduleRequestId: request.id,
    ...(ticketNumber === null ? {} : { ticketNumber }),
    detail: request.action,
  };
}
