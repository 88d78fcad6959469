/** The playground's cast and its fixed ids: one tenant, one Slack workspace, the same people on both platforms. */
export const TENANT_ID = '5c0ffee0-1111-4222-8333-444455556666';
export const FOREIGN_TENANT_ID = '0ddba110-1111-4222-8333-444455556666';

/** Application (client) id and service principal object id of each identity. */
export const BOT_APP = {
  clientId: 'b0700000-0000-4000-8000-000000000001',
  principalId: 'b0700000-0000-4000-8000-0000000000a1',
  name: 'Hallpass bot',
};
export const PERIMETER_APP = {
  clientId: '9e710000-0000-4000-8000-000000000002',
  principalId: '9e710000-0000-4000-8000-0000000000a2',
  name: 'Hallpass perimeter',
};
/** The Bot Framework registration that Teams speaks to. */
export const TEAMS_APP_ID = '7ea70000-0000-4000-8000-000000000003';
export const PERIMETER_AUDIENCE = `api://${PERIMETER_APP.clientId}`;

export interface CastMember {
  readonly key: 'rita' | 'anna' | 'abel' | 'gina' | 'sam';
  readonly name: string;
  readonly jobTitle: string;
  readonly department: string;
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly slackUserId: string;
  /** Teams' id of this person for our bot. */
  readonly teamsUserId: string;
  /** What their Slack account and their Teams client are set to. */
  readonly zone: string;
  readonly part: 'requester' | 'approver' | 'security' | 'global administrator';
}

function member(
  key: CastMember['key'],
  name: string,
  jobTitle: string,
  department: string,
  digit: string,
  part: CastMember['part'],
): CastMember {
  return {
    key,
    name,
    jobTitle,
    department,
    part,
    zone: 'Europe/Berlin',
    objectId: `0b7ec700-0000-4000-8000-00000000000${digit}`,
    userPrincipalName: `${key}@playground.example`,
    slackUserId: `U0${key.toUpperCase().padEnd(6, '0')}${digit}`,
    teamsUserId: `29:1${key}-for-this-bot-only`,
  };
}

export const RITA = member('rita', 'Rita Requester', 'Site Reliability Engineer', 'Platform', '1', 'requester');
export const ANNA = member('anna', 'Anna Approver', 'Identity Lead', 'Security', '2', 'approver');
export const ABEL = member('abel', 'Abel Approver', 'Identity Engineer', 'Security', '3', 'approver');
export const GINA = member('gina', 'Gina Global', 'Head of IT', 'IT', '4', 'global administrator');
export const SAM = member('sam', 'Sam Security', 'Security Analyst', 'Security', '5', 'security');
export const CAST: readonly CastMember[] = [RITA, ANNA, ABEL, GINA, SAM];

/** A group whose members may ask; Rita is in it. */
export const ENGINEERS_GROUP_ID = '96000000-0000-4000-8000-000000000001';
/** A group whose members decide; Anna and Abel are in it. */
export const APPROVERS_GROUP_ID = '96000000-0000-4000-8000-000000000002';

/** The Microsoft 365 groups behind the two teams in Teams. */
export const APPROVERS_TEAM_GROUP_ID = '96000000-0000-4000-8000-000000000003';
export const SECURITY_TEAM_GROUP_ID = '96000000-0000-4000-8000-000000000004';

/** Built-in role template ids, as published. */
export const ROLES = {
  globalReader: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  securityReader: '5d6b6bb7-de71-4623-b4af-96380a352509',
  helpdeskAdministrator: '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  globalAdministrator: '62e90394-69f5-4237-9190-012177145e10',
} as const;

export const SLACK = {
  workspaceId: 'T0PLAYGRND',
  workspaceName: 'Playground',
  botUserId: 'U0HALLPASS',
  botId: 'B0HALLPASS',
  appId: 'A0HALLPASS',
  approversChannelId: 'C0APPROVER',
  securityChannelId: 'C0SECURITY',
} as const;

export const TEAMS = {
  /** As in real Teams, the id of a team is also that of its channel General. */
  approversTeamId: '19:team-identity@thread.tacv2',
  securityTeamId: '19:team-security@thread.tacv2',
  approversConversationId: '19:access-approvals@thread.tacv2',
  securityConversationId: '19:security@thread.tacv2',
} as const;
