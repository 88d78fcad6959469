import type { Clock } from '../../../access/core/clock.ts';
import { type Audit, SYSTEM } from './audit.ts';
import type { Directory } from './directory.ts';
import { createPimEngine, type PimEngine, type PimRequestFor, type PimWords, scheduleOf } from './pim-engine.ts';
import { USUAL_POLICY } from './pim-rules.ts';
import { roleDefinition } from './role-definitions.ts';
import { keyOf, lowerCase, type RoleStore, type RoleTriple } from './role-store.ts';

export type PimAsk = RoleTriple & PimWords;
export type PimRequest = PimRequestFor<RoleTriple>;
/** PIM for directory roles. */
export type Pim = PimEngine<RoleTriple>;

export function createPim(clock: Clock, now: Clock, directory: Directory, roles: RoleStore, audit: Audit): Pim {
  return createPimEngine<RoleTriple>(clock, now, {
    usualPolicy: USUAL_POLICY,
    normal: lowerCase,
    keyOf,
    policyKeyOf: ({ roleDefinitionId }) => roleDefinitionId,
    unknownIn(place) {
      if (roleDefinition(place.roleDefinitionId) === undefined)
        return { code: 'RoleNotFound', message: 'The role is not found.' };
      const known = directory.user(place.principalId) ?? directory.group(place.principalId);
      return known === undefined ? { code: 'SubjectNotFound', message: 'The subject is not found.' } : undefined;
    },
    find: (place) => roles.find(place),
    add(request) {
      roles.add({ ...lowerCase(request), ...scheduleOf(request), id: request.id, madeBy: 'pim' }, request.createdBy);
    },
    remove(request) {
      roles.remove(request, request.createdBy, 'pim', request.id);
    },
    note(request, asked) {
      const { principalId, roleDefinitionId, directoryScopeId: scope } = request;
      audit.add({ actor: request.createdBy, action: 'role.asked', via: 'pim', principalId, roleDefinitionId, scope, ...asked });
    },
    outliveEnds: () => roles.outliveEnds(SYSTEM),
  });
}
