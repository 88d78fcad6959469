import { isOurTicketSystem } from '../access/core/anchor-text.ts';
import { sameWord } from '../entra/pim-schema.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';
import type { OwnRecord, OwnRecords } from '../perimeter/ledger/own-records.ts';
import type { ArmAsked, ArmClient, ArmInstance, ArmMade } from './arm-client.ts';
import { lastPart } from './azure-target.ts';

/**
 * What Azure says we gave at these scopes and below: by the description of an assignment, or the ticket of a PIM request, and by who made
 * it. Conditions are not read: whoever takes it away needs none.
 */
export function createOwnAzureRecords(
  arm: ArmClient,
  whoWeAre: () => Promise<OwnIdentity>,
  scopes: readonly string[],
): OwnRecords {
  return {
    async named() {
      if (scopes.length === 0) return [];
      const own = await whoWeAre();
      const records = new Map<string, OwnRecord>();
      for (const scope of scopes) {
        const { assignments, requests, instances } = await arm.everything(scope);
        const live = new Map(instances.map((one) => [lastPart(one.roleAssignmentScheduleId ?? ''), one]));
        const found = [
          ...assignments.flatMap((one) => plainRecordOf(one, own)),
          ...requests.flatMap((one) => pimRecordOf(one, own, live)),
        ];
        // Of two scopes, one may lie in the other.
        for (const record of found) records.set(`${record.assignment.kind} ${record.assignment.id}`, record);
      }
      return [...records.values()];
    },
    unnamed: () => Promise.resolve([]),
  };
}

function plainRecordOf(one: ArmMade, own: OwnIdentity): readonly OwnRecord[] {
  const requestId = /^hallpass:([a-z0-9]{8,40})(?::|$)/.exec(one.description ?? '')?.[1];
  if (requestId === undefined || !isOurs(one.createdBy, own)) return [];
  return [
    {
      ...aboutOf(one),
      requestId,
      assignment: { kind: 'plain', id: one.name.toLowerCase() },
      createdAt: isoOf(one.createdOn),
      isLive: true,
    },
  ];
}

function pimRecordOf(one: ArmAsked, own: OwnIdentity, live: ReadonlyMap<string, ArmInstance>): readonly OwnRecord[] {
  const requestId = one.ticketInfo?.ticketNumber ?? '';
  if (requestId === '' || !isOurTicketSystem(one.ticketInfo?.ticketSystem)) return [];
  if (!sameWord(one.requestType, 'AdminAssign') || !isOurs(one.requestorId, own)) return [];
  const found = live.get(lastPart(one.targetRoleAssignmentScheduleId ?? one.name));
  const originId = found?.originRoleAssignmentId ?? undefined;
  return [
    {
      ...aboutOf(one),
      requestId,
      assignment: { kind: 'pim', id: one.name.toLowerCase(), ...(originId === undefined ? {} : { roleAssignmentId: originId }) },
      createdAt: isoOf(one.createdOn),
      ...(found?.endDateTime ? { endsAt: isoOf(found.endDateTime) } : {}),
      isLive: found !== undefined,
    },
  ];
}

function aboutOf({ principalId, scope, roleDefinitionId }: ArmMade | ArmAsked): Pick<OwnRecord, 'principalId' | 'target'> {
  return { principalId, target: { kind: 'azureRole', scope, roleDefinitionId: lastPart(roleDefinitionId) } };
}

/** Where Azure names nobody, the name on it alone has to say it. */
function isOurs(maker: string | null | undefined, { servicePrincipalId }: OwnIdentity): boolean {
  return maker === null || maker === undefined || maker === '' || sameWord(maker, servicePrincipalId);
}

function isoOf(date: Date | null | undefined): string {
  return date?.toISOString() ?? '';
}

/** What of a pattern can be listed: the scope before its first `*`. Undefined where that is no scope, as in `/subscriptions/*`. */
export function listableScope(pattern: string): string | undefined {
  const parts = pattern.split('/');
  const star = parts.indexOf('*');
  const fixed = star === -1 ? parts : parts.slice(0, star);
  // A scope is made of pairs after its first, empty part: a name without its kind is none.
  const scope = (fixed.length % 2 === 1 ? fixed : fixed.slice(0, -1)).join('/');
  return /^\/(subscriptions\/[^/]+|providers\/Microsoft\.Management\/managementGroups\/[^/]+)/i.test(scope) ? scope : undefined;
}
