import type { Seen } from './check.ts';
import { grantStep, type TenantParts } from './tenant-parts.ts';

/** Names like `User.Read.All` or `Group.ReadBasic.All` only read; every other one counts as writing, also one that is not known. */
export const onlyReads = (name: string): boolean => /\.Read(Basic)?(\.|$)/.test(name);

/** What our identity may do in Graph, of one kind, against what manifest/permissions.json says that it needs. From our own token, which needs no permission. */
export async function heldPermissions(parts: TenantParts, kind: (name: string) => boolean): Promise<Seen> {
  const { needed, allowed, reasons } = parts.permissions;
  const granted = (await parts.ownPermissions()).filter(kind);
  const lacking = needed.filter((name) => kind(name) && !granted.includes(name));
  const more = granted.filter((name) => !needed.includes(name) && !allowed.includes(name));
  return {
    problems: lacking.map((name) =>
      `${name} is not granted, or the token is older than its grant. ${reasons[name] ?? ''}`.trimEnd(),
    ),
    warnings: more.map((name) => `${name} is granted, and nothing in the file needs it: take it away`),
    fine: granted.length === 0 ? 'none, and none is needed' : granted.toSorted().join(', '),
    mend: grantStep(parts, lacking),
  };
}

export const showPermissions = ({ graph, identity }: TenantParts): string =>
  `az rest --url "${graph.origin}/v1.0/servicePrincipals(appId='${identity ?? '$IDENTITY_CLIENT_ID'}')/appRoleAssignments"`;
