import type { EntitlementSetting } from '../../config/hallpass-config.ts';
import type { AccessCase } from '../access-case.ts';
import type { HeldGrant, HomeView } from '../views.ts';
import { outcomeOf } from './outcome.ts';
import { entitlementWords, type KnownPeople } from './words.ts';

export interface HomeFacts {
  /** Of this requester alone. */
  readonly open: readonly AccessCase[];
  readonly closed: readonly AccessCase[];
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
  readonly people: KnownPeople;
}

export function homeView({ open, closed, settings, people }: HomeFacts): HomeView {
  const words = (request: AccessCase) => {
    const id = request.context.request.entitlementId;
    return entitlementWords(settings.get(id), id);
  };
  const line = (request: AccessCase): HeldGrant => ({
    caseId: request.caseId,
    entitlement: words(request),
    status: request.status,
    ...(request.context.endsAt === undefined ? {} : { endsAt: request.context.endsAt }),
    canRelease: request.status === 'active',
    canWithdraw: request.status === 'registering' || request.status === 'pending' || request.status === 'giving',
  });
  const holds = (request: AccessCase) => request.context.givenAt !== undefined;
  return {
    held: open.filter(holds).map(line),
    waiting: open.filter((request) => !holds(request)).map(line),
    recent: closed.flatMap((request) => {
      const outcome = outcomeOf(request, people, undefined);
      return outcome === undefined ? [] : [{ entitlement: words(request), outcome }];
    }),
  };
}
