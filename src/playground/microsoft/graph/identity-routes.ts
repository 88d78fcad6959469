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
  const { policy: _, ...shown } = context;
  return shown;
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
