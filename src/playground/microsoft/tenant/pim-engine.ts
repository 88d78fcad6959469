import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import type { Actor, AuditEntry } from './audit.ts';
import { type Expiration, expirationEnd } from './expiration.ts';
import { brokenRules, type PimPolicy, startOf, tooYoung } from './pim-rules.ts';

/** What every request says besides what it is about. */
export interface PimWords {
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

/** A request for a place: who, what and where. */
export type PimRequestFor<P> = P &
  PimWords & {
    readonly id: string;
    readonly createdAt: number;
    readonly createdBy: Actor;
    readonly startAt: number;
    readonly status: PimStatus;
    readonly completedAt?: number;
    /** Transport clock, for stale reads: the status before that instant. */
    readonly bornAt: number;
    readonly settled?: { readonly at: number; readonly before: PimStatus };
  };

/** What PIM refuses, as Microsoft words it. */
export interface PimRefusal {
  readonly code: string;
  readonly message: string;
}

/** Where PIM's work is done: directory roles, groups, Azure roles. */
export interface PimPlaces<P> {
  readonly usualPolicy: PimPolicy;
  /** Ids in lower case. */
  normal(place: P): P;
  /** The same for the same place; nothing else may be under way there. */
  keyOf(place: P): string;
  /** Of the settings that rule it. */
  policyKeyOf(place: P): string;
  /** Nobody, or nothing, of that name. */
  unknownIn(place: P): PimRefusal | undefined;
  /** What stands there, whoever made it. */
  find(place: P): { readonly createdAt: number; readonly startAt?: number } | undefined;
  add(request: PimRequestFor<P>): void;
  remove(request: PimRequestFor<P>): void;
  /** Writes down that it was asked for. */
  note(request: PimRequestFor<P>, asked: Pick<AuditEntry, 'scheduleRequestId' | 'ticketNumber' | 'detail'>): void;
  /** PIM is gone, and its service with it. */
  outliveEnds(): void;
}

export interface PimEngine<P> {
  /** Takes a request in. The work itself is done a moment later, as in Entra; a refusal is immediate. Azure lets the caller name it. */
  submit(ask: P & PimWords, actor: Actor, id?: string): PimRequestFor<P> | PimRefusal;
  cancel(id: string): 'canceled' | 'not found' | 'not cancelable';
  requests(asOf?: number): readonly PimRequestFor<P>[];
  request(id: string, asOf?: number): PimRequestFor<P> | undefined;
  policy(key: string): PimPolicy;
  setPolicy(key: string, policy: Partial<PimPolicy>): void;
  /** How long Entra takes between answering 201 and having done it; milliseconds of real time. */
  processingMs: number;
  /** The next accepted request is answered 201 as ever, and then ends in this status without an assignment. */
  nextOutcome: 'Failed' | 'Denied' | 'PendingApproval' | undefined;
  /** The licence is gone: nothing that is being worked on is carried out any more, and nobody keeps an end. */
  lapse(): void;
  reset(): void;
  close(): void;
}

const USUAL_PROCESSING_MS = 400;

export function createPimEngine<P>(clock: Clock, now: Clock, places: PimPlaces<P>): PimEngine<P> {
  type Request = PimRequestFor<P>;
  const requests = new Map<string, Request>();
  const policies = new Map<string, PimPolicy>();
  /** Per place: the request that is being worked on. */
  const inFlight = new Map<string, Request>();
  const timers = new Set<NodeJS.Timeout>();

  const settle = (request: Request, status: PimStatus) => {
    const completedAt = clock.now();
    const settled = { at: now.now(), before: request.status };
    requests.set(request.id, { ...request, status, completedAt, settled });
    inFlight.delete(places.keyOf(request));
  };
  const work = (request: Request, outcome: PimStatus | undefined) => {
    if (requests.get(request.id)?.status === 'Canceled') return;
    if (outcome !== undefined) return settle(request, outcome);
    if (request.action === 'adminRemove') {
      places.remove(request);
      return settle(request, 'Revoked');
    }
    places.add(request);
    settle(request, request.startAt > clock.now() ? 'Granted' : 'Provisioned');
  };
  const later = (request: Request, outcome: PimStatus | undefined) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work(request, outcome);
    }, pim.processingMs).unref();
    timers.add(timer);
  };

  const pim: PimEngine<P> = {
    processingMs: USUAL_PROCESSING_MS,
    nextOutcome: undefined,
    submit(asked, actor, id = randomUUID()) {
      const ask = { ...asked, ...places.normal(asked) };
      const refusal = ask.action === 'adminAssign' ? refuseAssign(ask) : refuseRemove(ask);
      if (refusal !== undefined) return refusal;
      const request: Request = {
        ...ask,
        id,
        createdAt: clock.now(),
        createdBy: actor,
        startAt: startOf(ask, clock.now()),
        status: ask.action === 'adminRemove' ? 'Revoked' : 'PendingProvisioning',
        bornAt: now.now(),
      };
      if (ask.isValidationOnly) return { ...request, status: 'Granted' };
      requests.set(request.id, request);
      inFlight.set(places.keyOf(request), request);
      const { ticketNumber } = ask.ticketInfo;
      const ticket = ticketNumber === null ? {} : { ticketNumber };
      places.note(request, { scheduleRequestId: request.id, ...ticket, detail: ask.action });
      const outcome = pim.nextOutcome;
      pim.nextOutcome = undefined;
      later(request, outcome);
      return request;
    },
    cancel(id) {
      const request = requests.get(id.toLowerCase());
      if (request === undefined) return 'not found';
      if (request.status !== 'Granted' && request.status !== 'PendingApproval') return 'not cancelable';
      if (request.status === 'Granted') places.remove(request);
      settle(request, 'Canceled');
      return 'canceled';
    },
    requests: (asOf = now.now()) =>
      [...requests.values()].filter(({ bornAt }) => bornAt <= asOf).map((request) => seenAt(request, asOf)),
    request(id, asOf = now.now()) {
      const request = requests.get(id.toLowerCase());
      return request === undefined || request.bornAt > asOf ? undefined : seenAt(request, asOf);
    },
    policy: (key) => policies.get(key.toLowerCase()) ?? places.usualPolicy,
    setPolicy(key, policy) {
      policies.set(key.toLowerCase(), { ...pim.policy(key), ...policy });
    },
    lapse() {
      pim.close();
      for (const request of [...inFlight.values()]) settle(request, 'Failed');
      places.outliveEnds();
    },
    reset() {
      pim.close();
      requests.clear();
      inFlight.clear();
      policies.clear();
      pim.processingMs = USUAL_PROCESSING_MS;
      pim.nextOutcome = undefined;
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };

  function refuseAssign(ask: P & PimWords): PimRefusal | undefined {
    const unknown = places.unknownIn(ask);
    if (unknown !== undefined) return unknown;
    if (inFlight.has(places.keyOf(ask))) return PENDING;
    if (places.find(ask) !== undefined) return { code: 'RoleAssignmentExists', message: 'The Role assignment already exists.' };
    const broken = brokenRules(ask, pim.policy(places.policyKeyOf(ask)), clock.now());
    if (broken.length === 0) return undefined;
    const message = `The following policy rules failed: ${JSON.stringify(broken)}`;
    return { code: 'RoleAssignmentRequestPolicyValidationFailed', message };
  }

  function refuseRemove(ask: P & PimWords): PimRefusal | undefined {
    const unknown = places.unknownIn(ask);
    // Whoever has left the tenant can still be removed.
    if (unknown !== undefined && unknown.code !== 'SubjectNotFound') return unknown;
    const pending = inFlight.get(places.keyOf(ask));
    if (pending?.action === 'adminAssign') return PENDING;
    const found = places.find(ask);
    // Also while a removal is being worked on: to Entra it is gone already.
    if (found === undefined || pending !== undefined)
      return { code: 'RoleAssignmentDoesNotExist', message: 'The Role assignment does not exist.' };
    return tooYoung(found, clock.now())
      ? { code: 'ActiveDurationTooShort', message: 'The active duration is too short. Miniumum Required is 5 minutes' }
      : undefined;
  }
  return pim;
}

const PENDING: PimRefusal = {
  code: 'PendingRoleAssignmentRequest',
  message: 'There is already an existing pending Role assignment request.',
};

/** When what a request asks for begins, ends, and what its record says of that. */
export function scheduleOf(request: PimWords & { readonly startAt: number; readonly createdAt: number }) {
  const expiration = request.scheduleInfo?.expiration ?? { type: 'noExpiration' as const };
  const endAt = expirationEnd(expiration, request.startAt);
  const ticketNumber = request.ticketInfo.ticketNumber ?? undefined;
  return {
    createdAt: request.createdAt,
    startAt: request.startAt,
    ...(endAt === undefined ? {} : { endAt }),
    expiration: { type: expiration.type, ...(expiration.duration === undefined ? {} : { duration: expiration.duration }) },
    ...(ticketNumber === undefined ? {} : { ticketNumber }),
  };
}

function seenAt<P>(request: PimRequestFor<P>, asOf: number): PimRequestFor<P> {
  if (request.settled === undefined || request.settled.at <= asOf) return request;
  const { completedAt: _, ...before } = { ...request, status: request.settled.before };
  return before as PimRequestFor<P>;
}
