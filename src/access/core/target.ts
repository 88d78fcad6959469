/** What a grant gives, as the guardrails name it. Ids are Microsoft's own; nothing here is a display name. */
export interface DirectoryRole {
  readonly kind: 'directoryRole';
  readonly roleDefinitionId: string;
  /** `/`, `/administrativeUnits/{id}` or `/{objectId}`. */
  readonly directoryScopeId: string;
}

export interface GroupMembership {
  readonly kind: 'group';
  readonly groupId: string;
}

export interface AzureRole {
  readonly kind: 'azureRole';
  /** ARM id of a management group, subscription, resource group or resource; never `/`. */
  readonly scope: string;
  readonly roleDefinitionId: string;
  /** ABAC condition, version 2.0. */
  readonly condition?: string;
}

export type Target = DirectoryRole | GroupMembership | AzureRole;

/** The same for the same thing, however its ids are spelt. Two entitlements may name one thing: it can be live only once. */
export function targetKey(target: Target): string {
  if (target.kind === 'directoryRole') return `${target.roleDefinitionId} ${target.directoryScopeId}`.toLowerCase();
  if (target.kind === 'group') return `group ${target.groupId}`.toLowerCase();
  return `azure ${target.roleDefinitionId} ${target.scope}`.toLowerCase();
}

/** The very same thing, condition included. */
export function sameTarget(a: Target, b: Target): boolean {
  const conditionOf = (target: Target) => (target.kind === 'azureRole' ? (target.condition ?? '') : '');
  return targetKey(a) === targetKey(b) && conditionOf(a) === conditionOf(b);
}
