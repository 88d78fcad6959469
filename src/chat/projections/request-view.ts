import type { EntitlementSetting } from '../../config/hallpass-config.ts';
import { personKey } from '../../access/core/person.ts';
import type { AccessCase } from '../access-case.ts';
import type { RequestView, SignLink } from '../views.ts';
import { outcomeOf } from './outcome.ts';
import { progressOf } from './progress.ts';
import { duration, entitlementWords, named, type KnownPeople } from './words.ts';
import { outsideWorkingHours } from './zone.ts';

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 90;
/** Fewer earlier times say nothing about what is usual. */
const MEDIAN_NEEDS = 3;

/** Everything a card of a request is made of; gathered before, so that the projection stays pure. */
export interface RequestFacts {
  readonly request: AccessCase;
  readonly setting: EntitlementSetting | undefined;
  readonly people: KnownPeople;
  readonly justification: string | undefined;
  /** Of the perimeter's page for this request, where the configuration names it. */
  readonly signUrl: string | undefined;
  /** The zone that the requester asked from, where it is known. */
  readonly zone: string | undefined;
  readonly note: string | undefined;
  /** Closed cases of the same principal and entitlement, newest first. */
  readonly earlier: readonly AccessCase[];
  /** How many may decide, without requester and principal; undefined when the directory could not say. */
  readonly approverCount: number | undefined;
}

export function requestView(facts: RequestFacts): RequestView {
  const { request, setting, people } = facts;
  const { context } = request;
  const outcome = outcomeOf(request, people, facts.note);
  return {
    caseId: request.caseId,
    status: request.status,
    requester: named(people, context.request.requester),
    entitlement: entitlementWords(setting, context.request.entitlementId),
    durationMinutes: context.request.durationMinutes,
    justification: facts.justification ?? '(erased)',
    requestedAt: context.requestedAt,
    lapsesAt: lapsesAt(request),
    unusual: unusualOf(facts),
    progress: progressOf(request, people),
    history: historyOf(facts),
    ...(request.status === 'pending' && isSigned(request) ? { sign: signLink(facts) } : {}),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

export function isSigned({ context }: AccessCase): boolean {
  return context.waitsFor?.assurance === 'signed';
}

export function signLink({ signUrl }: RequestFacts): SignLink {
  return signUrl === undefined ? {} : { url: signUrl };
}

export function lapsesAt({ context }: AccessCase): string {
  return new Date(Date.parse(context.requestedAt) + context.request.approvalWindowMinutes * 60_000).toISOString();
}

/** The dangerous first. */
function unusualOf(facts: RequestFacts): readonly string[] {
  const { request, setting, people } = facts;
  const given = givenBefore(facts);
  const typical = median(given.map(({ context }) => context.request.durationMinutes));
  const asked = request.context.request.durationMinutes;
  const outside = facts.zone === undefined ? undefined : outsideWorkingHours(facts.zone, request.context.requestedAt);
  const guest = people.get(personKey(request.context.request.principal))?.guest === true;
  return [
    guest ? 'account is a guest' : '',
    setting?.privileged === false ? '' : 'privileged role',
    outside === undefined ? '' : `outside their working hours (${outside})`,
    facts.approverCount === 1 ? 'only one approver is left' : '',
    given.length === 0 ? 'first time for this person' : '',
    given.length >= MEDIAN_NEEDS && asked > typical ? `longer than their usual ${duration(typical)}` : '',
  ].filter((phrase) => phrase !== '');
}

function historyOf(facts: RequestFacts): RequestView['history'] {
  const given = givenBefore(facts);
  const since = Date.parse(facts.request.context.requestedAt) - HISTORY_DAYS * DAY_MS;
  const lastAt = given[0]?.context.givenAt;
  return {
    timesIn90Days: given.filter(({ context }) => Date.parse(context.givenAt ?? '') >= since).length,
    ...(lastAt === undefined ? {} : { lastAt }),
  };
}

function givenBefore({ request, earlier }: RequestFacts): readonly AccessCase[] {
  return earlier
    .filter(({ caseId, context }) => caseId !== request.caseId && (context.givenAt ?? '~') < request.context.requestedAt)
    .toSorted((a, b) => ((a.context.givenAt ?? '') < (b.context.givenAt ?? '') ? 1 : -1));
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
