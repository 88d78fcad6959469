import { grantPermissions } from '../perimeter-setup-commands.ts';
import { graphPermissionsFor } from '../perimeter-setup-permissions.ts';
import type { Check } from './check.ts';

/** What the perimeter's identity may do in Graph: exactly what its file needs. Read from its own token, which needs no permission. */
export const graphPermissions: Check = {
  id: 'graph-permissions',
  title: 'Permissions of the perimeter in Graph',
  async look({ config, ownPermissions }) {
    const { needed, allowed } = graphPermissionsFor(config);
    const granted = await ownPermissions();
    const lacking = needed.filter((name) => !granted.includes(name));
    const more = granted.filter((name) => !needed.includes(name) && !allowed.includes(name));
    return {
      problems: lacking.map((name) => `${name} is not granted, or the token is older than its grant`),
      warnings: more.map((name) => `${name} is granted, and nothing in the file needs it: take it away`),
      fine: granted.toSorted().join(', '),
    };
  },
  mend: ({ config, facts }) => grantPermissions(facts, graphPermissionsFor(config).needed),
  show: ({ facts }) =>
    `az rest --url "https://graph.microsoft.${facts.cloud === 'AzureCloud' ? 'com' : 'us'}/v1.0/servicePrincipals(appId='${facts.identity ?? '$IDENTITY_CLIENT_ID'}')/appRoleAssignments"`,
};
