import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { jest } from '@jest/globals';
import {
  APPROVAL_APP,
  APPROVERS_TEAM_GROUP_ID,
  BOT_APP,
  CONSOLE_APP,
  PERIMETER_APP,
  PERIMETER_AUDIENCE,
  ROLES,
  SLACK,
  TEAMS,
  TEAMS_APP_ID,
} from '../../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { AZURE_ROLES, PERIMETER_CONDITION, SHOP_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import type { Scene } from './scene.ts';

type Undo = () => void;

/** One cause, what doctor says of it and what it tells to do; and that very thing, done. */
export interface Row {
  readonly of: 'Bot' | 'Perimeter' | 'Slack' | 'Teams' | 'This machine';
  readonly id: string;
  readonly when: string;
  /** What it returns ends the cause without anybody's mending, so that the next look is not spoilt by it. */
  readonly spoil: (scene: Scene) => Undo | void | Promise<Undo | void>;
  /** Default: missing. */
  readonly state?: 'warning' | 'unknown';
  readonly says: RegExp;
  readonly command?: RegExp;
  readonly mend?: (scene: Scene) => void | Promise<void>;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const ACTOR = { kind: 'user', id: 'x', objectId: 'x', name: 'An administrator' } as const;
const tenantOf = ({ world }: Scene) => world.microsoft.tenant;
const granted = (scene: Scene, appId: string) => tenantOf(scene).permissions.granted(appId, GRAPH_RESOURCE);
const grant = (scene: Scene, appId: string, names: readonly string[]) =>
  tenantOf(scene).permissions.set(appId, GRAPH_RESOURCE, names);
const without = (scene: Scene, appId: string, name: string) =>
  grant(
    scene,
    appId,
    granted(scene, appId).filter((each) => each !== name),
  );
const secretOf = (scene: Scene, appId: string) => {
  const [secret] = tenantOf(scene).applications.byAppId(appId)?.credentials ?? [];
  if (secret === undefined) throw new Error(`${appId} has no secret`);
  return secret;
};
const shorten = (scene: Scene, appId: string, days: number) =>
  tenantOf(scene).shortenSecret(secretOf(scene, appId).keyId, Date.now() + days * DAY_MS);
/** As `az ad app credential reset --append` does, and what is printed put where the file points. */
const newSecret = (scene: Scene, appId: string) =>
  scene.secret(tenantOf(scene).addSecret(appId, 'made by hand', Date.now() + YEAR_MS).secretText);
const later = (ms: number) => {
  const real = Date.now;
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => real() + ms);
  return () => spy.mockRestore();
};
const app =
  (appId: string, changes: Parameters<Scene['world']['microsoft']['tenant']['applications']['change']>[1]) => (scene: Scene) =>
    tenantOf(scene).applications.change(appId, changes);
const first = <T>(list: readonly T[] | undefined): T => {
  const [one] = list ?? [];
  if (one === undefined) throw new Error('there is none');
  return one;
};

const OF_A_TENANT = ({
  of,
  file,
  appId,
}: {
  of: 'Bot' | 'Perimeter';
  file: 'hallpass' | 'perimeter';
  appId: string;
}): readonly Row[] => [
  {
    of,
    id: 'token',
    when: 'its client secret is another',
    spoil: (scene) => void (scene[file].tenant.credential = { clientSecret: scene.secret('not-the-secret') }),
    says: /AADSTS7000215/,
    command: /secret/,
    mend: (scene) => void (scene[file].tenant.credential = { clientSecret: newSecret(scene, appId) }),
  },
  {
    of,
    id: 'token',
    when: 'it names a tenant that there is not',
    spoil: (scene) => void (scene[file].tenant.clientId = '00000000-0000-4000-8000-00000000dead'),
    says: /AADSTS700016/,
    command: /clientId/,
    mend: (scene) => void (scene[file].tenant.clientId = appId),
  },
  {
    of,
    id: 'clock',
    when: 'it is ten minutes ahead',
    spoil: () => later(600_000),
    says: /600 seconds ahead of|59\d seconds ahead of/,
    command: /^timedatectl set-ntp true$/,
  },
  {
    of,
    id: 'graph-reads',
    when: 'a permission to read was not granted',
    spoil: (scene) => without(scene, appId, 'GroupMember.Read.All'),
    says: /GroupMember\.Read\.All is not granted[\s\S]*Without it: /,
    command: new RegExp(`^deploy/register.sh permissions .*--identity ${appId} GroupMember.Read.All$`),
    mend: (scene) => grant(scene, appId, [...granted(scene, appId), 'GroupMember.Read.All']),
  },
  {
    of,
    id: 'graph-writes',
    when: 'it may write more than it needs',
    spoil: (scene) => grant(scene, appId, [...granted(scene, appId), 'Directory.ReadWrite.All']),
    state: 'warning',
    says: /Directory\.ReadWrite\.All is granted, and nothing in the file needs it/,
    mend: (scene) => without(scene, appId, 'Directory.ReadWrite.All'),
  },
  {
    of,
    id: 'own-credential',
    when: 'its secret ends in six days',
    spoil: (scene) => shorten(scene, appId, 6),
    says: /ends .*, in [56] days/,
    command: new RegExp(`^az ad app credential reset --id ${appId} --append`),
    mend: (scene) => void (scene[file].tenant.credential = { clientSecret: newSecret(scene, appId) }),
  },
  {
    of,
    id: 'own-credential',
    when: 'its secret ends in three weeks',
    spoil: (scene) => shorten(scene, appId, 21),
    state: 'warning',
    says: /in (20|21) days/,
    mend: (scene) => void (scene[file].tenant.credential = { clientSecret: newSecret(scene, appId) }),
  },
  {
    of,
    id: 'authentication-context',
    when: 'no policy is bound to it',
    spoil: (scene) => tenantOf(scene).contexts.bind('c1', 'none'),
    says: /no policy is bound to c1/,
    command: /^Portal: .*Conditional Access/,
    mend: (scene) => tenantOf(scene).contexts.bind('c1', 'everyTime'),
  },
  {
    of,
    id: 'authentication-context',
    when: 'its policy only reports',
    spoil: (scene) => tenantOf(scene).contexts.bind('c1', 'mfa', 'enabledForReportingButNotEnforced'),
    says: /enabledForReportingButNotEnforced/,
    command: /Enable policy: On/,
    mend: (scene) => tenantOf(scene).contexts.bind('c1', 'mfa', 'enabled'),
  },
  {
    of,
    id: 'authentication-context',
    when: 'it may not look',
    spoil: (scene) => without(scene, BOT_APP.clientId, 'Policy.Read.All'),
    state: 'unknown',
    says: /Policy\.Read\.All/,
    command: /^Portal: /,
    mend: (scene) => grant(scene, BOT_APP.clientId, [...granted(scene, BOT_APP.clientId), 'Policy.Read.All']),
  },
];

const BOT_ROWS: readonly Row[] = [
  {
    of: 'Bot',
    id: 'token',
    when: 'the perimeter’s API is not known in the tenant',
    spoil: ({ hallpass }) => void (hallpass.perimeter.audience = 'api://00000000-0000-4000-8000-00000000dead'),
    says: /AADSTS500011/,
    command: /perimeter\.audience/,
    mend: ({ hallpass }) => void (hallpass.perimeter.audience = PERIMETER_AUDIENCE),
  },
  {
    of: 'Bot',
    id: 'graph',
    when: 'Graph does not answer well',
    spoil: ({ world }) =>
      world.microsoft.faults.add({
        farEnds: ['graph'],
        method: 'GET',
        path: /servicePrincipals/,
        rate: 1,
        kinds: ['unavailable'],
      }),
    says: /does not answer as it should/,
    command: /curl /,
  },
  {
    of: 'Bot',
    id: 'licences',
    when: 'the tenant has no licence',
    spoil: (scene) => tenantOf(scene).setLicence('free'),
    state: 'warning',
    says: /no P2[\s\S]*no P1/,
    mend: (scene) => tenantOf(scene).setLicence('P2'),
  },
  {
    of: 'Bot',
    id: 'azure-sight',
    when: 'it has no Reader at /',
    spoil: (scene) => {
      const { azure } = tenantOf(scene);
      azure.indexLagMs = 0;
      azure.remove(
        first(azure.all().filter(({ scope, principalId }) => scope === '/' && principalId === BOT_APP.principalId)).name,
        ACTOR,
      );
    },
    says: /does not show the bot’s own Reader/,
    command: new RegExp(`^az role assignment create --assignee-object-id ${BOT_APP.principalId} .*--role Reader --scope /$`),
    mend: (scene) =>
      void tenantOf(scene).azure.add(
        { scope: '/', role: 'reader', principalId: BOT_APP.principalId, principalType: 'ServicePrincipal' },
        ACTOR,
      ),
  },
  {
    of: 'Bot',
    id: 'perimeter',
    when: 'the perimeter does not take its token',
    spoil: (scene) => tenantOf(scene).permissions.set(BOT_APP.clientId, PERIMETER_AUDIENCE, []),
    says: /the perimeter answered 40[13]/,
    command: /^hallpass doctor --perimeter/,
    mend: (scene) => tenantOf(scene).permissions.set(BOT_APP.clientId, PERIMETER_AUDIENCE, ['Access.Give']),
  },
  {
    of: 'Bot',
    id: 'perimeter',
    when: 'the perimeter does not run',
    spoil: ({ world }) => world.perimeter.kill('SIGTERM'),
    says: /no answer/,
    command: /^curl .*\/healthz/,
    mend: ({ world }) => world.perimeter.restart(),
  },
  {
    of: 'Bot',
    id: 'guardrails',
    when: 'it offers longer than the guardrails allow',
    spoil: ({ hallpass }) => void (first(hallpass.entitlements).durationsMinutes = [30, 300]),
    says: /global-reader offers 300 minutes, and perimeter\.yaml allows 240/,
    command: /hallpass\.yaml and perimeter\.yaml/,
    mend: ({ hallpass }) => void (first(hallpass.entitlements).durationsMinutes = [30, 240]),
  },
  {
    of: 'Bot',
    id: 'guardrails',
    when: 'it offers another role by the same name',
    spoil: ({ hallpass }) =>
      void (first(hallpass.entitlements).directoryRole = { roleDefinitionId: '62e90394-69f5-4237-9190-012177145e10' }),
    says: /global-reader names something else/,
    mend: ({ hallpass }) => void (first(hallpass.entitlements).directoryRole = { roleDefinitionId: ROLES.globalReader }),
  },
  {
    of: 'Bot',
    id: 'guardrails',
    when: 'it offers what the perimeter does not know',
    spoil: ({ hallpass }) => void (first(hallpass.entitlements).id = 'everything'),
    says: /everything is not in perimeter\.yaml[\s\S]*global-reader stands in perimeter\.yaml/,
    mend: ({ hallpass }) => void (first(hallpass.entitlements).id = 'global-reader'),
  },
  {
    of: 'Bot',
    id: 'guardrails',
    when: 'it does not name the page on which people sign',
    spoil: ({ hallpass }) => void delete hallpass.perimeter.approveUrl,
    says: /helpdesk-administrator has to be signed/,
    mend: ({ hallpass, world }) => void (hallpass.perimeter.approveUrl = world.approveUrl),
  },
];

const CONSOLE_ROWS: readonly Row[] = [
  {
    of: 'Bot',
    id: 'console-registration',
    when: 'it leads back to another address',
    spoil: app(CONSOLE_APP.clientId, { redirectUris: ['https://evil.example.com/signin/callback'] }),
    says: /does not lead back to[\s\S]*elsewhere too: https:\/\/evil\.example\.com/,
    command: /^az ad app update --id .* --web-redirect-uris .*\/signin\/callback/,
    mend: (scene) =>
      app(CONSOLE_APP.clientId, { redirectUris: [`${scene.hallpass.console?.publicUrl ?? ''}/signin/callback`] })(scene),
  },
  {
    of: 'Bot',
    id: 'console-registration',
    when: 'guests would look like members',
    spoil: app(CONSOLE_APP.clientId, { optionalClaims: { idToken: [], accessToken: [] } }),
    says: /lack the optional claim acct/,
    command: /^deploy\/register\.sh console .*--identity /,
    mend: app(CONSOLE_APP.clientId, { optionalClaims: { idToken: ['acct'], accessToken: [] } }),
  },
  {
    of: 'Bot',
    id: 'console-registration',
    when: 'it trusts nobody',
    spoil: (scene) => {
      trusted.set(scene, tenantOf(scene).applications.byAppId(CONSOLE_APP.clientId)?.federatedCredentials ?? []);
      app(CONSOLE_APP.clientId, { federatedCredentials: [] })(scene);
    },
    says: /does not trust the managed identity/,
    command: /^deploy\/register\.sh console /,
    mend: (scene) => app(CONSOLE_APP.clientId, { federatedCredentials: trusted.get(scene) ?? [] })(scene),
  },
  {
    of: 'Bot',
    id: 'console-registration',
    when: 'it trusts somebody else too',
    spoil: (scene) => {
      const ours = tenantOf(scene).applications.byAppId(CONSOLE_APP.clientId)?.federatedCredentials ?? [];
      trusted.set(scene, ours);
      const theirs = ours.map((each) => ({ ...each, name: "the other's", subject: PERIMETER_APP.clientId }));
      app(CONSOLE_APP.clientId, { federatedCredentials: [...ours, ...theirs] })(scene);
    },
    says: /trusts another one too: the other's/,
    command: /^az ad app federated-credential delete --id .* --federated-credential-id 'the other'\\''s'$/,
    mend: (scene) => app(CONSOLE_APP.clientId, { federatedCredentials: trusted.get(scene) ?? [] })(scene),
  },
];

const PLATFORM_ROWS: readonly Row[] = [
  {
    of: 'Slack',
    id: 'slack-token',
    when: 'the token is none',
    spoil: (scene) => {
      const right = scene.hallpass.slack.botToken;
      scene.hallpass.slack.botToken = scene.secret('xoxb-not-a-token');
      kept.set(scene, right);
    },
    says: /invalid_auth/,
    command: /^Portal: api\.slack\.com\/apps > Hallpass > Install App/,
    mend: (scene) => void (scene.hallpass.slack.botToken = kept.get(scene) ?? { env: 'NONE' }),
  },
  {
    of: 'Slack',
    id: 'slack-token',
    when: 'the token is of another workspace',
    spoil: ({ hallpass }) => {
      hallpass.slack.workspaceId = 'T0OTHER';
      for (const person of hallpass.people ?? []) for (const account of person.slack) account.workspaceId = 'T0OTHER';
    },
    says: /of workspace T0PLAYGRND, and slack\.workspaceId says T0OTHER/,
    command: /^Set slack\.workspaceId to T0PLAYGRND/,
    mend: ({ hallpass }) => void (hallpass.slack.workspaceId = SLACK.workspaceId),
  },
  {
    of: 'Slack',
    id: 'slack-scopes',
    when: 'a scope was taken away',
    spoil: ({ world }) => world.slack.reinstall(world.slack.model.seed.app.scopes.filter((scope) => scope !== 'users:read')),
    says: /users:read is not granted\. .*Without it: /,
    command: /manifest\/slack-socket\.json.*Reinstall/,
    mend: ({ world }) => world.slack.reinstall(world.slack.model.seed.app.scopes),
  },
  {
    of: 'Slack',
    id: 'slack-scopes',
    when: 'it may read messages',
    spoil: ({ world }) => world.slack.reinstall([...world.slack.model.seed.app.scopes, 'channels:history']),
    state: 'warning',
    says: /channels:history is granted, and nothing needs it/,
    mend: ({ world }) => world.slack.reinstall(world.slack.model.seed.app.scopes),
  },
  {
    of: 'Slack',
    id: 'slack-delivery',
    when: 'the app-level token is none',
    spoil: (scene) => {
      kept.set(scene, scene.hallpass.slack.appToken ?? { env: 'NONE' });
      scene.hallpass.slack.appToken = scene.secret('xapp-not-a-token');
    },
    says: /invalid_auth/,
    command: /App-Level Tokens/,
    mend: (scene) => void (scene.hallpass.slack.appToken = kept.get(scene) ?? { env: 'NONE' }),
  },
  {
    of: 'Slack',
    id: 'slack-delivery',
    when: 'the signing secret is a token',
    spoil: (scene) =>
      Object.assign(scene.hallpass.slack, { mode: 'http', signingSecret: scene.secret('xoxb-a-token') }) && undefined,
    says: /is no signing secret/,
    command: /Signing Secret/,
    mend: (scene) => void (scene.hallpass.slack.signingSecret = scene.secret('0123456789abcdef0123456789abcdef')),
  },
  {
    of: 'Slack',
    id: 'slack-delivery',
    when: 'the signing secret before is still taken',
    spoil: (scene) =>
      Object.assign(scene.hallpass.slack, {
        mode: 'http',
        signingSecret: scene.secret('0123456789abcdef0123456789abcdef'),
        previousSigningSecret: scene.secret('fedcba9876543210fedcba9876543210'),
      }) && undefined,
    state: 'warning',
    says: /slack\.previousSigningSecret is taken too: remove it/,
    mend: (scene) => void delete scene.hallpass.slack.previousSigningSecret,
  },
  {
    of: 'Slack',
    id: 'slack-channels',
    when: 'the app is not in a channel',
    spoil: ({ world }) => {
      const channel = first([...world.slack.model.channels.values()].filter(({ id }) => id === SLACK.approversChannelId));
      world.slack.model.putChannel({ ...channel, members: channel.members.filter((id) => id !== SLACK.botUserId) });
    },
    says: new RegExp(`${SLACK.approversChannelId} gets no messages`),
    command: /\/invite @Hallpass/,
    mend: ({ world }) => {
      const channel = first([...world.slack.model.channels.values()].filter(({ id }) => id === SLACK.approversChannelId));
      world.slack.model.putChannel({ ...channel, members: [...channel.members, SLACK.botUserId] });
    },
  },
  {
    of: 'Teams',
    id: 'teams-token',
    when: 'the secret is another',
    spoil: (scene) => void (scene.hallpass.teams.clientSecret = scene.secret('not-the-secret')),
    says: /AADSTS7000215/,
    command: new RegExp(`^az ad app credential reset --id ${TEAMS_APP_ID}`),
    mend: (scene) => void (scene.hallpass.teams.clientSecret = newSecret(scene, TEAMS_APP_ID)),
  },
  {
    of: 'Teams',
    id: 'teams-secret',
    when: 'the secret has ended',
    spoil: (scene) => shorten(scene, TEAMS_APP_ID, -1),
    says: /has ended/,
    command: new RegExp(`^az ad app credential reset --id ${TEAMS_APP_ID}`),
    mend: (scene) => void (scene.hallpass.teams.clientSecret = newSecret(scene, TEAMS_APP_ID)),
  },
  {
    of: 'Teams',
    id: 'teams-app',
    when: 'the app was taken out of a team',
    spoil: ({ world }) => {
      for (const channel of world.teams.model.conversations.values())
        if (channel.teamId === TEAMS.approversTeamId) world.teams.model.putConversation({ ...channel, botInstalled: false });
    },
    says: new RegExp(`not installed in the team ${TEAMS.approversTeamId}`),
    command: /Manage team > Apps > Hallpass/,
    mend: ({ world }) => {
      for (const channel of world.teams.model.conversations.values())
        if (channel.teamId === TEAMS.approversTeamId) world.teams.model.putConversation({ ...channel, botInstalled: true });
    },
  },
  {
    of: 'Teams',
    id: 'teams-channels',
    when: 'a team was made public',
    spoil: (scene) => tenantOf(scene).openTeam(APPROVERS_TEAM_GROUP_ID, true),
    says: /public/,
    command: /private/,
    mend: (scene) => tenantOf(scene).openTeam(APPROVERS_TEAM_GROUP_ID, false),
  },
  {
    of: 'This machine',
    id: 'store',
    when: 'it lies in memory',
    spoil: ({ hallpass }) => void (hallpass.store = { folder: mkdtempSync('/dev/shm/hallpass-') }),
    says: /lies on memory \(tmpfs\)/,
    command: /a disk of this machine/,
    mend: ({ hallpass }) => void (hallpass.store = { folder: mkdtempSync(join(tmpdir(), 'hallpass-store-')) }),
  },
  {
    of: 'This machine',
    id: 'store',
    when: 'it is not there',
    spoil: ({ hallpass }) => void (hallpass.store = { folder: '/nowhere/hallpass' }),
    says: /cannot be written \(ENOENT\)/,
    command: /this account may write/,
    mend: ({ hallpass, world }) => void (hallpass.store = { folder: world.files.botStore }),
  },
];

/** One more thing that the perimeter is to give. */
const givesInTheShop = ({ perimeter }: Scene) =>
  perimeter.entitlements.push({
    id: 'shop-reader',
    azureRole: { scope: SHOP_SCOPE, roleDefinitionId: AZURE_ROLES.reader.id },
    mayReceive: { groups: [APPROVERS_TEAM_GROUP_ID] },
    longestMinutes: 60,
    assurance: 'chat',
  });
const rightToGive = (scene: Scene) =>
  first(
    tenantOf(scene)
      .azure.all()
      .filter(
        ({ principalId, roleId }) =>
          principalId === PERIMETER_APP.principalId && roleId === AZURE_ROLES.accessControlAdministrator.id,
      ),
  );

const PERIMETER_ROWS: readonly Row[] = [
  {
    of: 'Perimeter',
    id: 'azure-role',
    when: 'it may not give Azure roles where it should',
    spoil(scene) {
      givesInTheShop(scene);
      tenantOf(scene).azure.remove(rightToGive(scene).name, ACTOR);
    },
    says: /it may not give Azure roles at .*shop/,
    command:
      /^az role assignment create .*'Role Based Access Control Administrator' --scope .*shop --condition-version 2\.0 --condition /,
    mend: (scene) =>
      void tenantOf(scene).azure.add(
        {
          scope: SHOP_SCOPE,
          role: 'accessControlAdministrator',
          principalId: PERIMETER_APP.principalId,
          principalType: 'ServicePrincipal',
          condition: PERIMETER_CONDITION,
        },
        ACTOR,
      ),
  },
  {
    of: 'Perimeter',
    id: 'azure-role',
    when: 'it may give every role there',
    spoil(scene) {
      givesInTheShop(scene);
      tenantOf(scene).azure.update(rightToGive(scene).name, { condition: null }, ACTOR);
    },
    state: 'warning',
    says: /has no condition/,
    mend: (scene) => void tenantOf(scene).azure.update(rightToGive(scene).name, { condition: PERIMETER_CONDITION }, ACTOR),
  },

  {
    of: 'Perimeter',
    id: 'graph-writes',
    when: 'the permission to give roles was not granted',
    spoil: (scene) => without(scene, PERIMETER_APP.clientId, 'RoleAssignmentSchedule.ReadWrite.Directory'),
    says: /RoleAssignmentSchedule\.ReadWrite\.Directory is not granted/,
    command: /RoleAssignmentSchedule\.ReadWrite\.Directory$/,
    mend: (scene) =>
      grant(scene, PERIMETER_APP.clientId, [
        ...granted(scene, PERIMETER_APP.clientId),
        'RoleAssignmentSchedule.ReadWrite.Directory',
      ]),
  },
  {
    of: 'Perimeter',
    id: 'licences',
    when: 'the tenant has P1 only, and its entitlements need PIM',
    spoil: (scene) => tenantOf(scene).setLicence('P1'),
    says: /no P2 or ID Governance.*needed by global-reader/,
    command: /^Portal: .*Entra ID P2/,
    mend: (scene) => tenantOf(scene).setLicence('P2'),
  },
  {
    of: 'Perimeter',
    id: 'api-registration',
    when: 'its tokens have version 1',
    spoil: app(PERIMETER_APP.clientId, { accessTokenVersion: 1 }),
    says: /requestedAccessTokenVersion/,
    command: /^deploy\/register\.sh api /,
    mend: app(PERIMETER_APP.clientId, { accessTokenVersion: 2 }),
  },
  {
    of: 'Perimeter',
    id: 'api-assignment',
    when: 'everybody gets tokens for it',
    spoil: app(PERIMETER_APP.clientId, { appRoleAssignmentRequired: false }),
    says: /assignment is not required/,
    command: /^deploy\/register\.sh api /,
    mend: app(PERIMETER_APP.clientId, { appRoleAssignmentRequired: true }),
  },
  {
    of: 'Perimeter',
    id: 'approval-registration',
    when: 'a claim was forgotten',
    spoil: app(APPROVAL_APP.clientId, { optionalClaims: { idToken: ['acct', 'acrs'], accessToken: [] } }),
    says: /lack optional claims: auth_time/,
    command: /^deploy\/register\.sh approval /,
    mend: app(APPROVAL_APP.clientId, { optionalClaims: { idToken: ['acct', 'acrs', 'auth_time'], accessToken: [] } }),
  },
  {
    of: 'Perimeter',
    id: 'approval-trust',
    when: 'it trusts nobody',
    spoil: (scene) => {
      trusted.set(scene, tenantOf(scene).applications.byAppId(APPROVAL_APP.clientId)?.federatedCredentials ?? []);
      app(APPROVAL_APP.clientId, { federatedCredentials: [] })(scene);
    },
    says: /does not trust the managed identity/,
    command: /^deploy\/register\.sh approval /,
    mend: (scene) => app(APPROVAL_APP.clientId, { federatedCredentials: trusted.get(scene) ?? [] })(scene),
  },
  {
    of: 'Perimeter',
    id: 'store',
    when: 'it lies in memory',
    spoil: ({ perimeter }) => void (perimeter.store = { folder: mkdtempSync('/dev/shm/hallpass-') }),
    says: /lies on memory \(tmpfs\)/,
    command: /a disk of this machine/,
    mend: ({ perimeter, world }) => void (perimeter.store = { folder: world.files.perimeterStore }),
  },
];

/** What a row puts aside in order to put it back. */
const kept = new Map<Scene, { file: string } | { env: string }>();
const trusted = new Map<
  Scene,
  NonNullable<ReturnType<Scene['world']['microsoft']['tenant']['applications']['byAppId']>>['federatedCredentials']
>();

export const ROWS: readonly Row[] = [
  ...OF_A_TENANT({ of: 'Bot', file: 'hallpass', appId: BOT_APP.clientId }),
  ...BOT_ROWS,
  ...CONSOLE_ROWS,
  ...PLATFORM_ROWS,
  ...OF_A_TENANT({ of: 'Perimeter', file: 'perimeter', appId: PERIMETER_APP.clientId }),
  ...PERIMETER_ROWS,
];
