export interface DirectoryUser {
  readonly id: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly userPrincipalName: string;
  readonly mail: string | null;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly accountEnabled: boolean;
  readonly userType: 'Member' | 'Guest';
  readonly createdDateTime: string;
  readonly employeeId: string | null;
  /** Null in the cloud alone; true for what Entra Connect brings from on-premises. */
  readonly onPremisesSyncEnabled: boolean | null;
  readonly onPremisesImmutableId: string | null;
  /** Object id. */
  readonly managerId: string | null;
}

export interface DirectoryGroup {
  readonly id: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly mailNickname: string;
  readonly isAssignableToRole: boolean;
  readonly createdDateTime: string;
  /** Who may join, and see what is in it. Entra says it of Microsoft 365 groups and of role-assignable ones. */
  readonly visibility: GroupVisibility | null;
  /** A Microsoft 365 group, as stands behind a team in Teams; else a security group. */
  readonly unified: boolean;
  /** Fills itself by this rule; null: members are written by hand. */
  readonly membershipRule: string | null;
  readonly onPremisesSyncEnabled: boolean | null;
  /** Users, groups and service principals. */
  readonly memberIds: readonly string[];
  /** Users and service principals. */
  readonly ownerIds: readonly string[];
}
export type GroupVisibility = 'Public' | 'Private' | 'HiddenMembership';

/** GUIDs compare without case; everything is stored and looked up in lower case. */
export const key = (id: string): string => id.toLowerCase();
