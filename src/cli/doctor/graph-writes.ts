import type { Check } from './check.ts';
import { heldPermissions, onlyReads, showPermissions } from './held-permissions.ts';
import { grantStep, type TenantParts } from './tenant-parts.ts';

const writes = (name: string): boolean => !onlyReads(name);

/** What gives and takes. The bot has none of these, ever. */
export const graphWrites: Check<TenantParts> = {
  id: 'graph-writes',
  title: 'Permissions to write in Graph',
  look: (parts) => heldPermissions(parts, writes),
  mend: (parts) => grantStep(parts, parts.permissions.needed.filter(writes)),
  show: showPermissions,
};
