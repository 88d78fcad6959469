import type { Check } from './check.ts';
import { heldPermissions, onlyReads, showPermissions } from './held-permissions.ts';
import { grantStep, type TenantParts } from './tenant-parts.ts';

/** Everything but giving and taking works with these. */
export const graphReads: Check<TenantParts> = {
  id: 'graph-reads',
  title: 'Permissions to read in Graph',
  look: (parts) => heldPermissions(parts, onlyReads),
  mend: (parts) => grantStep(parts, parts.permissions.needed.filter(onlyReads)),
  show: showPermissions,
};
