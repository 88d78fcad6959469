import { createHash } from 'node:crypto';
import { AppError } from '../access/core/app-error.ts';
import type { AzureRole } from '../access/core/target.ts';
import type { Order } from '../perimeter/access-writer.ts';

export type AzureOrder = Order<AzureRole>;

/** What says of a row whom and what it is about; ids as ARM writes them, in any case. */
interface Row {
  readonly principalId: string;
  readonly roleDefinitionId: string;
  readonly scope: string;
}

/**
 * The scope as Azure's clients take it, without its first slash. Never the root of the tenant, and nothing that an address could mean
 * otherwise.
 * @throws {AppError} `directory.rejected`
 */
export function scopeIn({ target }: AzureOrder): string {
  const isOne = /^\/(subscriptions|providers\/Microsoft\.Management\/managementGroups)(\/[^\s/?#%\\]+)+$/i.test(target.scope);
  if (isOne && !target.scope.split('/').some((part) => part === '.' || part === '..')) return target.scope.slice(1);
  throw new AppError('directory.rejected', 'no scope of a management group, subscription, resource group or resource');
}

/** The whole id of the role; in a subscription, as that names it. */
export function roleDefinitionIn({ target }: AzureOrder): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(target.scope)?.[0] ?? '';
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${lastPart(target.roleDefinitionId)}`;
}

/**
 * Exactly this role of this principal at exactly this scope. The same role at a scope above gives the same access, and is another
 * assignment all the same: it is neither given nor taken here, and who loses the one keeps the other.
 */
export function isAbout({ principalId, target }: AzureOrder): (row: Row) => boolean {
  return (row) =>
    row.principalId.toLowerCase() === principalId.toLowerCase() &&
    lastPart(row.roleDefinitionId) === lastPart(target.roleDefinitionId) &&
    row.scope.toLowerCase() === target.scope.toLowerCase();
}

/**
 * The name that a grant's assignment, or PIM request, has in Azure: the same for the same grant, so that a repeated PUT is the same one. A
 * name-based UUID of version 8: the first 128 bits of SHA-256 over the kind and the ids, with version and variant set.
 * @see https://www.rfc-editor.org/rfc/rfc9562#appendix-B.2
 */
export function azureNameOf(
  kind: 'roleAssignment' | 'roleAssignmentScheduleRequest',
  { grantId, principalId, target }: AzureOrder,
): string {
  const ids = [target.scope, principalId, lastPart(target.roleDefinitionId)].map((id) => id.toLowerCase());
  const bytes = createHash('sha256')
    .update(JSON.stringify(['hallpass', kind, grantId, ...ids]))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The name in an ARM id, or the name itself; lower case. */
export function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1).toLowerCase();
}
