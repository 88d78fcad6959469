import { readFileSync } from 'node:fs';
import { EVERYBODY, SLACK } from '../cast.ts';
import type { SlackChannel, SlackUser } from './slack-objects.ts';
import { isWire } from '../wire.ts';

export interface WorkspaceSeed {
  readonly teamId: string;
  readonly teamName: string;
  readonly teamDomain: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId: string;
  readonly users: readonly SlackUser[];
  readonly channels: readonly SlackChannel[];
  readonly app: AppManifest;
}

/** What an administrator agreed to when the app was installed: Slack enforces it from then on. */
export interface AppManifest {
  readonly scopes: readonly string[];
  readonly commands: readonly string[] | 'any';
  readonly events: readonly string[] | 'any';
  readonly homeTab: boolean;
  readonly messagesTab: boolean;
  readonly interactivity: boolean;
  /** Slack asks over HTTP for the options of an `external_select` only where the manifest names an address for it. */
  readonly optionsUrl: boolean;
}

export const PUBLIC_CHANNEL_ID = 'C0GENERAL0';

const WITHOUT_MANIFEST: AppManifest = {
  scopes: ['chat:write', 'commands', 'channels:read', 'groups:read', 'im:write', 'users:read', 'team:read'],
  commands: 'any',
  events: 'any',
  homeTab: true,
  messagesTab: true,
  interactivity: true,
  optionsUrl: true,
};

/** Reads the app's manifest; without a file, a plain default that fits the bot. */
export function manifestFrom(path: string | undefined): AppManifest {
  if (!path) return WITHOUT_MANIFEST;
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const at = (...keys: string[]): unknown =>
    keys.reduce((value: unknown, key) => (isWire(value) ? value[key] : undefined), manifest);
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return {
    scopes: list(at('oauth_config', 'scopes', 'bot')).map(String),
    commands: list(at('features', 'slash_commands')).map((command) => (isWire(command) ? String(command['command']) : '')),
    events: list(at('settings', 'event_subscriptions', 'bot_events')).map(String),
    homeTab: at('features', 'app_home', 'home_tab_enabled') === true,
    messagesTab: at('features', 'app_home', 'messages_tab_enabled') === true,
    interactivity: at('settings', 'interactivity', 'is_enabled') === true,
    optionsUrl: typeof at('settings', 'interactivity', 'message_menu_options_url') === 'string',
  };
}

const keyOf = (key: string) => EVERYBODY.find((member) => member.key === key)?.slackUserId ?? '';

/** The playground's workspace: the cast, two private channels with the app in them, and a public one without it. */
export function playgroundWorkspace(app: AppManifest): WorkspaceSeed {
  const people = EVERYBODY.map(
    (member): SlackUser => ({
      id: member.slackUserId,
      name: member.key,
      realName: member.name,
      title: member.jobTitle,
      isBot: false,
      zone: member.zone,
    }),
  );
  const bot: SlackUser = {
    id: SLACK.botUserId,
    name: 'hallpass',
    realName: 'Hallpass',
    title: '',
    isBot: true,
    zone: 'America/Los_Angeles',
  };
  const everybody = people.map((person) => person.id);
  return {
    teamId: SLACK.workspaceId,
    teamName: SLACK.workspaceName,
    teamDomain: 'playground',
    botUserId: SLACK.botUserId,
    botId: SLACK.botId,
    appId: SLACK.appId,
    users: [...people, bot],
    channels: [
      {
        id: SLACK.approversChannelId,
        name: 'access-approvals',
        kind: 'private',
        members: [keyOf('anna'), keyOf('abel'), SLACK.botUserId],
      },
      {
        id: SLACK.securityChannelId,
        name: 'security',
        kind: 'private',
        members: [keyOf('sam'), keyOf('gina'), SLACK.botUserId],
      },
      { id: PUBLIC_CHANNEL_ID, name: 'general', kind: 'public', members: everybody },
    ],
    app,
  };
}
