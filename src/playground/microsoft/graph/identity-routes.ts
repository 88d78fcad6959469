import type { AuthenticationContext } from '../tenant/authentication-contexts.ts';
import { entityBody } from './collection.ts';
import { noExpansion, page } from './directory-objects.ts';
import { GraphRefusal, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity, EntityType } from './odata-query.ts';

const CONTEXT: EntityType = {
  name: 'authenticationContextClassReference',
  properties: ['id', 'displayName', 'description', 'isAvailable'],
  filterable: ['id', 'displayName', 'isAvailable'],
  navigations: [],
  directoryObject: false,
  maxTop: 999,
};
const CONTEXTS = 'identity/conditionalAccess/authenticationContextClassReferences';

/** Whether a policy is bound to it is not told here: that stands in the policies. */
function contextEntity(context: AuthenticationContext): Entity {
  const { policy: _, policyState: __, ...shown } = context;
  return shown;
}

const POLICY: EntityType = {
  name: 'conditionalAccessPolicy',
  properties: [
    'id',
    'displayName',
    'createdDateTime',
    'modifiedDateTime',
    'state',
    'conditions',
    'grantControls',
    'sessionControls',
  ],
  filterable: ['displayName', 'state'],
  navigations: [],
  directoryObject: false,
  maxTop: 999,
};
const POLICIES = 'identity/conditionalAccess/policies';

/** The policy that binds a context, in the shape of Microsoft's example. */
function policyEntity({ id, policy, policyState = 'enabled', displayName }: AuthenticationContext): Entity {
  return {
    id: `ca000000-0000-4000-8000-${id.slice(1).padStart(12, '0')}`,
    displayName: `${displayName} (${id})`,
    createdDateTime: '2026-01-12T09:00:00Z',
    modifiedDateTime: null,
    state: policyState,
    conditions: {
      clientAppTypes: ['all'],
      applications: {
        includeApplications: [],
        excludeApplications: [],
        includeUserActions: [],
        includeAuthenticationContextClassReferences: [id],
      },
      users: {
        includeUsers: ['All'],
        excludeUsers: [],
        includeGroups: [],
        excludeGroups: [],
        includeRoles: [],
        excludeRoles: [],
      },
    },
    grantControls: { operator: 'OR', builtInControls: ['mfa'], customAuthenticationFactors: [], termsOfUse: [] },
    sessionControls:
      policy === 'everyTime'
        ? { signInFrequency: { value: null, type: null, frequencyInterval: 'everyTime', isEnabled: true } }
        : null,
  };
}

/** Without P1 there is no Conditional Access. How the service words that was not found written down: docs/not-verified.md. */
function licensed({ tenant }: GraphCall): void {
  if (tenant.licence === 'free') throw new GraphRefusal(403, 'AccessDenied', 'Your tenant is not licensed for this feature.');
}

export const IDENTITY_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: `/${CONTEXTS}`,
    permission: 'authenticationContexts',
    cost: 1,
    type: CONTEXT,
    handle(call) {
      licensed(call);
      return page(call, call.tenant.contexts.all().map(contextEntity), CONTEXT, CONTEXTS);
    },
  },
  {
    method: 'GET',
    path: `/${POLICIES}`,
    permission: 'conditionalAccess',
    cost: 1,
    type: POLICY,
    handle(call) {
      licensed(call);
      const bound = call.tenant.contexts.all().filter(({ policy }) => policy !== 'none');
      return page(call, bound.map(policyEntity), POLICY, POLICIES);
    },
  },
  {
    method: 'GET',
    path: `/${CONTEXTS}/{}`,
    permission: 'authenticationContexts',
    cost: 1,
    type: CONTEXT,
    handle(call) {
      licensed(call);
      const context = call.tenant.contexts.get(call.ids[0] ?? '');
      if (context === undefined) throw notFound(call.ids[0] ?? '');
      return {
        status: 200,
        body: entityBody(contextEntity(context), { ...call, context: CONTEXTS, type: CONTEXT, expand: noExpansion }),
      };
    },
  },
];
