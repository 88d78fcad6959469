import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { z } from 'zod';
import type { hallpassConfigSchema } from '../config/hallpass-config.ts';
import type { SecretSource } from '../config/parts.ts';
import type { perimeterConfigSchema } from '../perimeter/perimeter-config.ts';
import {
  ABEL,
  ANNA,
  APPROVAL_APP,
  APPROVERS_GROUP_ID,
  BOT_APP,
  BOT_IDENTITY,
  CAST,
  CONSOLE_APP,
  ENGINEERS_GROUP_ID,
  NORA,
  GINA,
  PERIMETER_APP,
  PERIMETER_AUDIENCE,
  PERIMETER_IDENTITY,
  SAM,
  SLACK,
  TEAMS,
  TEAMS_APP_ID,
  TENANT_ID,
} from './cast.ts';
import { ENTITLEMENTS, TRIES_PER_DAY } from './entitlements.ts';

/** What the far ends and the ports decided; everything else of the two files is the same each time. */
export interface ConfigInput {
  readonly folder: string;
  readonly microsoft: { readonly loginUrl: string; readonly graphUrl: string; readonly armUrl: string };
  readonly tls: { readonly certFile: string; readonly keyFile: string };
  readonly botPort: number;
  readonly perimeterPort: number;
  readonly opsPorts: { readonly bot: number; readonly perimeter: number };
  readonly perimeterUrl: string;
  /** Where people sign, as browsers see it, and the port behind it. */
  readonly approve: { readonly url: string; readonly port: number };
  /** The bot's pages, as browsers see them. */
  readonly consoleUrl: string;
  readonly alarmUrl: string;
  readonly offsetFile: string;
  readonly slack: { readonly mode: 'http' | 'socket'; readonly apiUrl: string; readonly issuer: string };
  readonly teams: { readonly serviceUrl: string; readonly openIdMetadata: string; readonly login: string };
  readonly secrets: PlaygroundSecrets;
  /** `off`: machines click here, far faster than people. */
  readonly limits?: 'real' | 'off';
  readonly adjust?: (draft: ConfigDraft) => void;
}

/** Both configurations before they are written; a test may change them in place. */
export interface ConfigDraft {
  readonly hallpass: z.input<typeof hallpassConfigSchema>;
  readonly perimeter: z.input<typeof perimeterConfigSchema>;
}

export interface PlaygroundSecrets {
  readonly botClientSecret: string;
  readonly perimeterClientSecret: string;
  readonly teamsClientSecret: string;
  readonly slackBotToken: string;
  readonly slackSigningSecret: string;
  readonly slackAppToken: string;
  readonly slackClientSecret: string;
}

export interface ConfigFiles {
  readonly hallpass: string;
  readonly perimeter: string;
  readonly botStore: string;
  readonly perimeterStore: string;
}

/** Writes hallpass.yaml, perimeter.yaml and the secrets they point to, readable by this user alone. */
export function writeConfigFiles(input: ConfigInput): ConfigFiles {
  const secretFolder = join(input.folder, 'secrets');
  mkdirSync(secretFolder, { recursive: true, mode: 0o700 });
  const secret = (name: keyof PlaygroundSecrets): SecretSource => {
    const file = join(secretFolder, name);
    writeFileSync(file, input.secrets[name], { mode: 0o600 });
    return { file };
  };
  const files: ConfigFiles = {
    hallpass: join(input.folder, 'hallpass.yaml'),
    perimeter: join(input.folder, 'perimeter.yaml'),
    botStore: join(input.folder, 'bot'),
    perimeterStore: join(input.folder, 'perimeter'),
  };
  for (const store of [files.botStore, files.perimeterStore]) mkdirSync(store, { recursive: true, mode: 0o700 });
  const draft = {
    hallpass: botConfig(input, secret, files.botStore),
    perimeter: perimeterConfig(input, secret, files.perimeterStore),
  };
  input.adjust?.(draft);
  writeYaml(files.hallpass, draft.hallpass);
  writeYaml(files.perimeter, draft.perimeter);
  return files;
}

type Pointer = (name: keyof PlaygroundSecrets) => SecretSource;
const human = (objectId: string) => ({ tenantId: TENANT_ID, objectId });
const cloudOf = ({ microsoft }: ConfigInput) => ({
  login: microsoft.loginUrl,
  graph: microsoft.graphUrl,
  arm: microsoft.armUrl,
});

function botConfig(input: ConfigInput, secret: Pointer, store: string): z.input<typeof hallpassConfigSchema> {
  return {
    tenant: {
      tenantId: TENANT_ID,
      cloud: cloudOf(input),
      clientId: BOT_APP.clientId,
      credential: { clientSecret: secret('botClientSecret') },
    },
    listen: { host: '127.0.0.1', port: input.botPort },
    ops: { port: input.opsPorts.bot },
    store: { folder: store },
    perimeter: { url: input.perimeterUrl, audience: PERIMETER_AUDIENCE, approveUrl: input.approve.url },
    domainClock: { offsetFile: input.offsetFile },
    slack: {
      workspaceId: SLACK.workspaceId,
      mode: input.slack.mode,
      apiUrl: input.slack.apiUrl,
      botToken: secret('slackBotToken'),
      clientId: SLACK.clientId,
      clientSecret: secret('slackClientSecret'),
      issuer: input.slack.issuer,
      ...(input.slack.mode === 'http' ? { signingSecret: secret('slackSigningSecret') } : { appToken: secret('slackAppToken') }),
    },
    teams: {
      appId: TEAMS_APP_ID,
      tenantId: TENANT_ID,
      clientSecret: secret('teamsClientSecret'),
      serviceUrl: input.teams.serviceUrl,
      openIdMetadata: input.teams.openIdMetadata,
      login: input.teams.login,
    },
    people: CAST.map((member) => ({
      person: human(member.objectId),
      slack: [{ workspaceId: SLACK.workspaceId, userId: member.slackUserId }],
    })),
    roles: {
      viewer: { groups: [APPROVERS_GROUP_ID] },
      auditor: { people: [human(SAM.objectId)] },
      operator: { people: [human(GINA.objectId)] },
    },
    console: {
      publicUrl: input.consoleUrl,
      clientId: CONSOLE_APP.clientId,
      credential: { federated: { managedIdentity: { clientId: BOT_IDENTITY.clientId } } },
      contact: 'Gina Global',
    },
    entitlements: ENTITLEMENTS.map(({ roleDefinitionId, privileged, ...words }) => ({
      id: words.id,
      name: words.name,
      describes: words.describes,
      privileged,
      directoryRole: { roleDefinitionId, directoryScopeId: '/' },
      mayRequest: { groups: [ENGINEERS_GROUP_ID], people: [human(ANNA.objectId), human(NORA.objectId)] },
      approvers: { groups: [APPROVERS_GROUP_ID] },
      approversChannel: {
        slackChannelId: SLACK.approversChannelId,
        teamsConversationId: TEAMS.approversConversationId,
        teamsTeamId: TEAMS.approversTeamId,
      },
      durationsMinutes: [...words.durationsMinutes],
    })),
    requests: { approvalWindowMinutes: 60, remindAfterMinutes: 15 },
    security: {
      channel: {
        slackChannelId: SLACK.securityChannelId,
        teamsConversationId: TEAMS.securityConversationId,
        teamsTeamId: TEAMS.securityTeamId,
      },
      scanEveryMinutes: 1,
    },
  };
}

const MANY = 1_000_000;
const NO_LIMITS = {
  registerPerMinute: MANY,
  decidePerMinute: MANY,
  endPerMinute: MANY,
  readPerMinute: MANY,
  feedPerMinute: MANY,
};

function perimeterConfig(input: ConfigInput, secret: Pointer, store: string): z.input<typeof perimeterConfigSchema> {
  return {
    tenant: {
      tenantId: TENANT_ID,
      cloud: cloudOf(input),
      clientId: PERIMETER_APP.clientId,
      credential: { clientSecret: secret('perimeterClientSecret') },
    },
    listen: { host: '127.0.0.1', port: input.perimeterPort, tls: input.tls },
    ops: { port: input.opsPorts.perimeter },
    store: { folder: store },
    caller: { clientId: BOT_APP.clientId, audience: PERIMETER_AUDIENCE },
    approve: {
      listen: { host: '127.0.0.1', port: input.approve.port },
      publicUrl: input.approve.url,
      clientId: APPROVAL_APP.clientId,
      managedIdentity: { clientId: PERIMETER_IDENTITY.clientId },
      stepUp: { authenticationContext: 'c1' },
    },
    samePerson: { attribute: 'employeeId' },
    domainClock: { offsetFile: input.offsetFile },
    alarm: { url: input.alarmUrl },
    sweepEverySeconds: 1,
    ...(input.limits === 'off' ? { callerLimits: NO_LIMITS } : {}),
    entitlements: ENTITLEMENTS.map(({ id, roleDefinitionId, durationsMinutes, assurance }) => ({
      id,
      directoryRole: { roleDefinitionId, directoryScopeId: '/' },
      mayReceive: { groups: [ENGINEERS_GROUP_ID], people: [human(ANNA.objectId), human(ABEL.objectId), human(NORA.objectId)] },
      longestMinutes: Math.max(...durationsMinutes),
      atMostPerPrincipalPerDay: TRIES_PER_DAY,
      assurance,
      // It can reset the passwords of people who decide.
      ...(assurance === 'signed' ? { protected: true as const, approvers: { groups: [APPROVERS_GROUP_ID] } } : {}),
    })),
  };
}

function writeYaml(file: string, value: unknown): void {
  writeFileSync(file, stringify(value), { mode: 0o600 });
}
