/** The playground's cast and its fixed ids: one tenant, one Slack workspace, the same people on both platforms. */
export const TENANT_ID = '5c0ffee0-1111-4222-8333-444455556666';
export const FOREIGN_TENANT_ID = '0ddba110-1111-4222-8333-444455556666';
/** Of the same company: the playground can have it too, with accounts of its own for the same people. */
export const SECOND_TENANT_ID = '5ec0d000-1111-4222-8333-444455556666';

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
/** The registration through which people sign decisions: one redirect address, no secret, no implicit flow. */
export const APPROVAL_APP = {
  clientId: 'a9970000-0000-4000-8000-000000000004',
  principalId: 'a9970000-0000-4000-8000-0000000000a4',
  name: 'Hallpass approval sign-in',
};
/** The user-assigned managed identity of what hosts the perimeter; the approval sign-in trusts it in place of a secret. */
export const PERIMETER_IDENTITY = {
  clientId: '1de70000-0000-4000-8000-000000000005',
  principalId: '1de70000-0000-4000-8000-0000000000a5',
  name: 'hallpass-perimeter',
};
/** The registration through which people sign in to the console: groups in its tokens, and a managed identity in place of a secret as well. */
export const CONSOLE_APP = {
  clientId: 'c0750000-0000-4000-8000-000000000006',
  principalId: 'c0750000-0000-4000-8000-0000000000a6',
  name: 'Hallpass console',
};
/** The user-assigned managed identity of what hosts the bot; the console's registration trusts it. */
export const BOT_IDENTITY = {
  clientId: '1de70000-0000-4000-8000-000000000007',
  principalId: '1de70000-0000-4000-8000-0000000000a7',
  name: 'hallpass-bot',
};

export interface CastMember {
  readonly key: 'rita' | 'anna' | 'abel' | 'gina' | 'sam' | 'nora';
  readonly name: string;
  readonly jobTitle: string;
  readonly department: string;
  readonly objectId: string;
  readonly userPrincipalName: string;
  /** One human has one, however many accounts. */
  readonly employeeId: string;
  readonly slackUserId: string;
  /** Teams' id of this person for our bot. */
  readonly teamsUserId: string;
  /** What their Slack account and their Teams client are set to. */
  readonly zone: string;
  readonly part: 'requester' | 'newcomer' | 'approver' | 'security' | 'global administrator';
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
    employeeId: `E100${digit}`,
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
/** New: may ask as Rita does, and her Slack account the configuration does not name: she links it herself. */
export const NORA = member('nora', 'Nora Newcomer', 'Site Reliability Engineer', 'Platform', '6', 'newcomer');
/** Who is in Entra, in Slack and in Teams; the configuration names the cast alone. */
export const EVERYBODY: readonly CastMember[] = [...CAST, NORA];

/** Accounts of the tenant that belong to nobody in Slack or Teams. */
export interface OtherAccount {
  readonly name: string;
  readonly objectId: string;
  readonly userPrincipalName: string;
  /** Null where there is no mailbox. */
  readonly mail: string | null;
  readonly employeeId: string | null;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly userType: 'Member' | 'Guest';
  readonly accountEnabled: boolean;
}
/** Anna's second account, for administration: another object, the same human. */
export const ANNA_ADMIN: OtherAccount = {
  name: 'Anna Approver (admin)',
  objectId: '0b7ec700-0000-4000-8000-000000000012',
  userPrincipalName: 'anna.admin@playground.example',
  mail: null,
  employeeId: ANNA.employeeId,
  jobTitle: null,
  department: 'Security',
  userType: 'Member',
  accountEnabled: true,
};
export const GUS: OtherAccount = {
  name: 'Gus Guest',
  objectId: '0b7ec700-0000-4000-8000-000000000013',
  userPrincipalName: 'gus_partner.example#EXT#@playground.example',
  mail: 'gus@partner.example',
  employeeId: null,
  jobTitle: 'Consultant',
  department: null,
  userType: 'Guest',
  accountEnabled: true,
};
export const DORA: OtherAccount = {
  name: 'Dora Departed',
  objectId: '0b7ec700-0000-4000-8000-000000000014',
  userPrincipalName: 'dora@playground.example',
  mail: 'dora@playground.example',
  employeeId: 'E1014',
  jobTitle: 'Site Reliability Engineer',
  department: 'Platform',
  userType: 'Member',
  accountEnabled: false,
};
export const OTHER_ACCOUNTS: readonly OtherAccount[] = [ANNA_ADMIN, GUS, DORA];

/** Who leads whom, by object id. Gina leads and is led by nobody. */
export const MANAGERS: ReadonlyMap<string, string> = new Map([
  [RITA.objectId, ANNA.objectId],
  [ABEL.objectId, ANNA.objectId],
  [ANNA.objectId, GINA.objectId],
  [SAM.objectId, GINA.objectId],
]);

/** A group whose members may ask; Rita is in it. */
export const ENGINEERS_GROUP_ID = '96000000-0000-4000-8000-000000000001';
/** A group whose members decide; Anna and Abel are in it. */
export const APPROVERS_GROUP_ID = '96000000-0000-4000-8000-000000000002';
/** A group with somebody in it who is no human: Abel, and the application Build pipeline. */
export const RELEASE_GROUP_ID = '96000000-0000-4000-8000-000000000005';
export const BUILD_PIPELINE_PRINCIPAL_ID = 'a9900000-0000-4000-8000-0000000000c2';

/** The Microsoft 365 groups behind the two teams in Teams. */
export const APPROVERS_TEAM_GROUP_ID = '96000000-0000-4000-8000-000000000003';
export const SECURITY_TEAM_GROUP_ID = '96000000-0000-4000-8000-000000000004';

/** Built-in role template ids, as published. */
export const ROLES = {
  globalReader: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  securityReader: '5d6b6bb7-de71-4623-b4af-96380a352509',
  reportsReader: '4a5d8f65-41da-4de4-8968-e035b65339cf',
  helpdeskAdministrator: '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  globalAdministrator: '62e90394-69f5-4237-9190-012177145e10',
} as const;

export const SLACK = {
  workspaceId: 'T0PLAYGRND',
  workspaceName: 'Playground',
  botUserId: 'U0HALLPASS',
  botId: 'B0HALLPASS',
  appId: 'A0HALLPASS',
  clientId: '2141029472.691202649728',
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
