import { registerApi, showRegistration } from '../perimeter-setup-commands.ts';
import type { Check } from './check.ts';
import type { PerimeterParts } from './perimeter-groups.ts';

/** The registration of the perimeter's API: whose tokens it takes, and what stands in them. */
export const apiRegistration: Check<PerimeterParts> = {
  id: 'api-registration',
  title: 'Registration of the API',
  async look({ facts, registrations }) {
    const by = facts.apiAppId === undefined ? { identifierUri: facts.audience } : { appId: facts.apiAppId };
    const app = await registrations.registration(by);
    if (app === undefined) return { problems: [`there is no registration for ${facts.audience}`], fine: '' };
    const role = app.appRoles.find(({ value }) => value === facts.role);
    const problems = [
      ...(app.signInAudience === 'AzureADMyOrg' ? [] : [`it takes callers of other tenants too (${app.signInAudience})`]),
      ...(facts.audience.startsWith('api://') && !app.identifierUris.includes(facts.audience)
        ? [`its addresses do not include ${facts.audience}`]
        : []),
      ...(app.tokenVersion === 2 ? [] : ['its tokens have version 1: requestedAccessTokenVersion should be 2']),
      ...(app.optionalClaims.accessToken.includes('idtyp')
        ? []
        : ['its access tokens do not say whose they are: the optional claim idtyp is missing']),
      ...(role === undefined ? [`it has no app role ${facts.role}`] : []),
      ...(role === undefined || (role.isEnabled && role.forApplications)
        ? []
        : [`its app role ${facts.role} is not enabled for applications`]),
      ...(app.implicitFlow ? ['it hands out tokens by the implicit flow'] : []),
    ];
    const warnings =
      app.redirectUris.length === 0
        ? []
        : [`people can sign in to it (${app.redirectUris.join(', ')}): an API needs no redirect address`];
    return { problems, warnings, fine: `${app.displayName}: one tenant, version 2, idtyp, ${facts.role}` };
  },
  mend: ({ facts }) => registerApi(facts),
  show: ({ facts }) =>
    showRegistration(
      facts.apiAppId ?? facts.audience,
      '{audience: signInAudience, uris: identifierUris, version: api.requestedAccessTokenVersion, roles: appRoles[].value, claims: optionalClaims.accessToken[].name}',
    ),
};
