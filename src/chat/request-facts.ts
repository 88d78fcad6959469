import { samePerson, type Person } from '../access/core/person.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import { closedHoldings, tenantOf, type AccessCase } from './access-case.ts';
import type { Names } from './names.ts';
import type { RequestFacts } from './projections/request-view.ts';
import { zoneNamed } from './projections/zone.ts';

/** Enough for "2 times in 90 days" and a median; more would only be slower. */
const EARLIER_LOOKED_AT = 50;

/** Origin of the page of a tenant's perimeter, where people sign; undefined where the configuration does not name it. */
export type ApproveUrlOf = (tenantId: string) => string | undefined;

export interface FactSources {
  readonly runtime: Runtime;
  readonly names: Names;
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
  readonly approveUrlOf: ApproveUrlOf;
}

/** Gathers what the projections of a request need. Never throws for a directory that does not answer: names are then absent. */
export async function requestFacts(
  { runtime, names, settings, approveUrlOf }: FactSources,
  request: AccessCase,
  patiently = false,
): Promise<RequestFacts> {
  const { request: asked, decision, approvals, deniedBy } = request.context;
  const approveUrl = approveUrlOf(tenantOf(request));
  const setting = settings.get(asked.entitlementId);
  const [people, everybody] = await Promise.all([
    names.known(
      [
        asked.requester,
        asked.principal,
        ...(decision ? [decision.approver] : []),
        ...approvals.map(({ approver }) => approver),
        ...(deniedBy ? [deniedBy] : []),
      ],
      patiently,
    ),
    setting ? names.everybodyIn(setting.tenantId, setting.approvers) : undefined,
  ]);
  return {
    request,
    setting,
    people,
    justification: runtime.text(request.caseId, asked.justification),
    signUrl: approveUrl === undefined ? undefined : signUrlOf(approveUrl, request.caseId),
    zone: zoneOf(runtime, request),
    note: decision?.note === undefined ? undefined : runtime.text(request.caseId, decision.note),
    earlier: closedHoldings(runtime, asked.principal, asked.entitlementId, EARLIER_LOOKED_AT),
    approverCount: everybody && countApprovers(everybody, [asked.requester, asked.principal]),
  };
}

export function signUrlOf(approveUrl: string, caseId: string): string {
  return new URL(`/approve/${encodeURIComponent(caseId)}`, approveUrl).href;
}

/** Looked at again: another build of Node may know other zones than the one that stored it. */
export function zoneOf(runtime: Pick<Runtime, 'text'>, { caseId, context }: AccessCase): string | undefined {
  const { zone } = context.request;
  return zone === undefined ? undefined : zoneNamed(runtime.text(caseId, zone));
}

function countApprovers(everybody: ReadonlySet<string>, without: readonly Person[]): number {
  return [...everybody].filter((objectId) => !without.some((person) => samePerson({ ...person, objectId }, person))).length;
}
