import { BOT_APP, PERIMETER_APP, PERIMETER_AUDIENCE } from '../../cast.ts';
import { key } from './directory.ts';

/** The resource of Microsoft Graph's application permissions. */
export const GRAPH_RESOURCE = 'https://graph.microsoft.com';
/** Its application id, the same in every tenant. */
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

export interface AppPermissions {
  /** App roles that an administrator granted to the application for a resource; they stand in the next token it gets. */
  granted(clientId: string, resource: string): readonly string[];
  /** Replaces them. A token that is out already keeps what it has, as in Entra. */
  set(clientId: string, resource: string, roles: readonly string[]): void;
  reset(): void;
}

/** What manifest/permissions.json says, and no more. Reading only: the bot could not write if it tried. */
const BOT_GRAPH = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];
const PERIMETER_GRAPH = [
  'RoleAssignmentSchedule.ReadWrite.Directory',
  'RoleManagement.ReadWrite.Directory',
  'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
  'GroupMember.ReadWrite.All',
  'User.Read.All',
  'GroupMember.Read.All',
  'RoleManagement.Read.Directory',
  'AuditLog.Read.All',
];
/** The perimeter's own app role, which its configuration asks of the caller. */
const MAY_CALL_THE_PERIMETER = ['Access.Give'];

/** @param isHome elsewhere nothing is granted before somebody consents */
export function createAppPermissions(isHome = true): AppPermissions {
  const grants = new Map<string, readonly string[]>();
  const at = (clientId: string, resource: string) => `${key(clientId)} ${resource}`;
  const permissions: AppPermissions = {
    granted: (clientId, resource) => grants.get(at(clientId, resource)) ?? [],
    set: (clientId, resource, roles) => void grants.set(at(clientId, resource), [...roles]),
    reset() {
      grants.clear();
      if (!isHome) return;
      permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, BOT_GRAPH);
      permissions.set(BOT_APP.clientId, PERIMETER_AUDIENCE, MAY_CALL_THE_PERIMETER);
      permissions.set(PERIMETER_APP.clientId, GRAPH_RESOURCE, PERIMETER_GRAPH);
    },
  };
  permissions.reset();
  return permissions;
}
