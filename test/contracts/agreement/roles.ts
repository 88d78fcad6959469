import { z } from 'zod';
import { AZURE_ROLES } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { ROLE_DEFINITIONS } from '../../../src/playground/microsoft/tenant/role-definitions.ts';
import type { Agreement } from './agreement.ts';

const entraSchema = z.object({
  roles: z.array(z.object({ id: z.string(), displayName: z.string(), isPrivileged: z.boolean().nullish() })),
});
const azureSchema = z.object({ roles: z.array(z.object({ name: z.string(), roleName: z.string() })) });

/** Whether the built-in roles of the playground's tenant are Microsoft's: id, name, and whether Microsoft calls them privileged. */
export function roleAgreement(entra: unknown, azure: unknown): Agreement {
  const directory = new Map(entraSchema.parse(entra).roles.map((role) => [role.id, role]));
  const resources = new Map(azureSchema.parse(azure).roles.map((role) => [role.name, role.roleName]));
  const ours = Object.values(AZURE_ROLES);
  return {
    what: 'Built-in roles',
    of: 'roles',
    compared: ROLE_DEFINITIONS.length + ours.length,
    differences: [
      ...ROLE_DEFINITIONS.flatMap(({ id, displayName, isPrivileged }) => {
        const published = directory.get(id);
        const same = published?.displayName === displayName && published.isPrivileged === isPrivileged;
        const told =
          published === undefined ? 'nothing' : `${published.displayName}, privileged: ${String(published.isPrivileged)}`;
        return same ? [] : [`${id} ${displayName}, privileged: ${String(isPrivileged)}: published is ${told}`];
      }),
      ...ours.flatMap(({ id, name }) =>
        resources.get(id) === name ? [] : [`${id} ${name}: published is ${resources.get(id) ?? 'nothing'}`],
      ),
    ],
  };
}
