import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import type { Audit } from './audit.ts';
import { type AzureAssignments, azureRoleOf } from './azure-assignments.ts';
import { type Directory, key } from './directory.ts';
import { createPimEngine, type PimEngine, type PimRequestFor, scheduleOf } from './pim-engine.ts';
import type { PimPolicy } from './pim-rules.ts';

/** A role of somebody's at one ARM scope. */
export interface AzurePlace {
  readonly principalId: string;
  readonly roleId: string;
  readonly scope: string;
  readonly condition: string | null;
}
export type AzurePimRequest = PimRequestFor<AzurePlace>;
/** PIM for Azure roles. */
export type AzurePim = PimEngine<AzurePlace>;

const USUAL_POLICY: PimPolicy = { permanentActive: false, maximumDuration: 'P180D', enabledRules: ['Justification'] };

export function createAzurePim(clock: Clock, now: Clock, azure: AzureAssignments, directory: Directory, audit: Audit): AzurePim {
  const keyOf = ({ principalId, roleId, scope }: AzurePlace) => `${key(principalId)} ${key(roleId)} ${scope.toLowerCase()}`;
  const standing = (place: AzurePlace) => azure.all().find((row) => keyOf(row) === keyOf(place));
  return createPimEngine<AzurePlace>(clock, now, {
    usualPolicy: USUAL_POLICY,
    normal: ({ principalId, roleId, scope, condition }) => ({
      principalId: key(principalId),
      roleId: key(roleId),
      scope,
      condition,
    }),
    keyOf,
    policyKeyOf: ({ roleId }) => roleId,
    unknownIn({ principalId, roleId }) {
      if (azureRoleOf(roleId) === undefined) return { code: 'RoleNotFound', message: 'The role is not found.' };
      const known = directory.user(principalId) ?? directory.group(principalId);
      return known === undefined ? { code: 'SubjectNotFound', message: 'The subject is not found.' } : undefined;
    },
    find(place) {
      const row = standing(place);
      return (
        row && { createdAt: Date.parse(row.createdOn), ...(row.schedule === undefined ? {} : { startAt: row.schedule.startAt }) }
      );
    },
    add(request) {
      const { principalId, scope, condition, id: requestId } = request;
      const { startAt, endAt } = scheduleOf(request);
      const schedule = {
        requestId,
        scheduleId: randomUUID(),
        instanceId: randomUUID(),
        startAt,
        ...(endAt === undefined ? {} : { endAt }),
      };
      const role = azureRoleOf(request.roleId);
      const principalType = directory.group(principalId) === undefined ? 'User' : 'Group';
      if (role !== undefined)
        azure.add({ scope, role, principalId, principalType, condition, schedule }, request.createdBy, 'pim');
    },
    remove(request) {
      const row = standing(request);
      if (row !== undefined) azure.remove(row.name, request.createdBy, 'pim');
    },
    note(request, asked) {
      const { principalId, roleId: roleDefinitionId, scope, createdBy: actor } = request;
      audit.add({ actor, action: 'azure.asked', via: 'pim', principalId, roleDefinitionId, scope, ...asked });
    },
    outliveEnds: () => azure.outliveEnds(),
  });
}
