import type { AccessRequestContext } from '../../flows/access-request.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import { personKey, type Person } from '../access/core/person.ts';
import type { RequestStatus } from './views.ts';

export const ACCESS_REQUEST = 'accessRequest';

/** A case of `flows/access-request.ts`, read from the store. */
export interface AccessCase {
  readonly view: CaseView;
  readonly caseId: string;
  readonly status: RequestStatus;
  readonly over: boolean;
  readonly context: AccessRequestContext;
}

const STATUS: Readonly<Record<string, RequestStatus>> = {
  registering: 'registering',
  waitingForApproval: 'pending',
  giving: 'giving',
  denying: 'denying',
  active: 'active',
  ending: 'ending',
  refused: 'refused',
  ended: 'ended',
};

/** Undefined when this is no access request: ids come from outside. */
export function accessCase(view: CaseView | undefined): AccessCase | undefined {
  if (view?.flow !== ACCESS_REQUEST || typeof view.state !== 'string') return undefined;
  const status = STATUS[view.state];
  if (status === undefined) return undefined;
  // The store holds what our own machine returned; its shape is the flow's.
  const context = view.context as AccessRequestContext;
  return { view, caseId: view.caseId, status, over: status === 'ended' || status === 'refused', context };
}

/** Where it is given, and of which tenant everybody is who asks for it and decides on it: the principal's, for good. */
export const tenantOf = ({ context }: AccessCase): string => context.request.principal.tenantId.toLowerCase();

/** Column of a case's row: who would hold what. */
export function holdingKey(principal: Person, entitlementId: string): string {
  return `${personKey(principal)}|${entitlementId}`;
}

export function* openCases(runtime: Runtime): Iterable<AccessCase> {
  for (const view of runtime.open(ACCESS_REQUEST)) {
    const found = accessCase(view);
    if (found) yield found;
  }
}

/** Closed cases of this principal and entitlement, newest first. */
export function closedHoldings(runtime: Runtime, principal: Person, entitlementId: string, limit: number): readonly AccessCase[] {
  return runtime
    .closed(ACCESS_REQUEST, { column: 'holding', value: holdingKey(principal, entitlementId) }, limit)
    .flatMap((view) => accessCase(view) ?? []);
}
