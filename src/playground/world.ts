import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AlarmReceiver, startAlarmReceiver } from './alarm-receiver.ts';
import { APPROVAL_APP, BOT_APP, BOT_IDENTITY, CONSOLE_APP, PERIMETER_APP, SLACK, TEAMS_APP_ID, TENANT_ID } from './cast.ts';
import { type Child, startChild } from './child.ts';
import { type ConfigDraft, type ConfigFiles, writeConfigFiles } from './config-files.ts';
import { createExchangeLog, type ExchangeLog } from './exchange-log.ts';
import { freePorts } from './free-port.ts';
import { followJournal, type JournalFollower } from './journal-follower.ts';
import { type MicrosoftFarEnd, type MicrosoftOptions, startMicrosoft } from './microsoft/start.ts';
import { createOffsetClock, type OffsetClock } from './offset-clock.ts';
import { SLACK_CALLBACK } from '../console/linking.ts';
import type { OpenIdApp } from './slack/openid.ts';
import { type SlackFarEnd, startSlack } from './slack/start.ts';
import { startTeams, type TeamsFarEnd } from './teams/start.ts';

export interface WorldOptions {
  /** Empty or new: everything it needs is written there. */
  readonly folder: string;
  readonly slackMode: 'http' | 'socket';
  /** Changes the two configurations before they are written: for a test of other settings. */
  readonly adjust?: (draft: ConfigDraft) => void;
  readonly exchanges?: ExchangeLog;
  /** Arguments of Node itself, in front of the program: a crash test preloads its listener here. */
  readonly nodeArgs?: { readonly bot?: readonly string[]; readonly perimeter?: readonly string[] };
  readonly env?: Readonly<Record<string, string>>;
  /** Extra pipes of each child, from file descriptor 3 on. */
  readonly extraPipes?: number;
  /** Whether a child that dies by itself comes back by itself. */
  readonly restartByItself?: boolean;
  /** `off` where something else than the platforms' limits is measured. */
  readonly limits?: 'real' | 'off';
  /** Where browsers sign in to Slack, and where they come back to, for tests on domains of their own. */
  readonly slackSignIn?: Pick<OpenIdApp, 'redirectUris' | 'browserOrigin'>;
  /** Where browsers sign in, and under which names, for tests on domains of their own. */
  readonly microsoft?: Partial<Pick<MicrosoftOptions, 'limits' | 'browserLogin' | 'hostNames' | 'redirectUris' | 'otherTenants'>>;
}

/** One tenant, one Slack workspace, one Teams, and the real bot and perimeter as processes of their own. */
export interface World {
  readonly folder: string;
  /** By the domain clock. */
  readonly startedAt: number;
  readonly clock: OffsetClock;
  readonly microsoft: MicrosoftFarEnd;
  readonly slack: SlackFarEnd;
  readonly teams: TeamsFarEnd;
  readonly bot: Child;
  readonly perimeter: Child;
  readonly botUrl: string;
  readonly perimeterUrl: string;
  /** Origin of the page on which people sign. */
  readonly approveUrl: string;
  /** Origin of the bot's pages, as browsers see it: `/console`, `/signin`. */
  readonly consoleUrl: string;
  /** Where both say how they are, `/readyz` and `/metrics`: a listener of its own each. */
  readonly opsUrls: { readonly bot: string; readonly perimeter: string };
  readonly alarm: AlarmReceiver;
  readonly files: ConfigFiles;
  readonly caFile: string;
  readonly journals: { readonly bot: JournalFollower; readonly perimeter: JournalFollower };
  /** Both children are ready. @throws {AppError} `playground.child-failed` */
  ready(): Promise<void>;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

const MAIN = join(import.meta.dirname, '../main.ts');
const secretText = () => randomBytes(24).toString('base64url');

export async function startWorld(options: WorldOptions): Promise<World> {
  const started: (() => Promise<void>)[] = [];
  try {
    return await build(options, started);
  } catch (error) {
    for (const end of started.toReversed()) await end();
    throw error;
  }
}

async function build(options: WorldOptions, started: (() => Promise<void>)[]): Promise<World> {
  const { folder } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const clock = createOffsetClock(join(folder, 'clock.json'));
  const startedAt = clock.now();
  const exchanges = options.exchanges ?? createExchangeLog();
  const [botPort = 0, perimeterPort = 0, botOpsPort = 0, perimeterOpsPort = 0, approvePort = 0] = await freePorts(5);
  const approveUrl = `http://localhost:${approvePort}`;
  const consoleUrl = `http://localhost:${botPort}`;
  const microsoft = await startMicrosoft({
    clock,
    folder: join(folder, 'microsoft'),
    log: exchanges,
    redirectUris: {
      [APPROVAL_APP.clientId]: [`${approveUrl}/approve/callback`],
      [CONSOLE_APP.clientId]: [`${consoleUrl}/signin/callback`],
    },
    ...options.microsoft,
  });
  started.push(() => microsoft.close());
  const opsPorts = { bot: botOpsPort, perimeter: perimeterOpsPort };
  const opsUrls = { bot: `http://127.0.0.1:${opsPorts.bot}`, perimeter: `http://127.0.0.1:${opsPorts.perimeter}` };
  const botUrl = `http://127.0.0.1:${botPort}`;
  const perimeterUrl = `https://localhost:${perimeterPort}`;
  const slackSecrets = {
    botToken: `xoxb-${secretText()}`,
    signingSecret: randomBytes(16).toString('hex'),
    appToken: `xapp-${secretText()}`,
  };
  const openId = {
    clientId: SLACK.clientId,
    clientSecret: secretText(),
    redirectUris: [`${consoleUrl}${SLACK_CALLBACK}`],
    ...options.slackSignIn,
  };
  const limits = { limits: options.limits ?? 'real' } as const;
  const slack = await startSlack({
    ...slackSecrets,
    ...limits,
    exchanges,
    eventsUrl: () => `${botUrl}/slack/events`,
    openId,
    ...(options.slackSignIn === undefined ? {} : { openIdTls: tlsOf(microsoft) }),
  });
  started.push(() => slack.close());
  const teams = await startTeams({
    ...limits,
    exchanges,
    appId: TEAMS_APP_ID,
    tenantId: TENANT_ID,
    messagesUrl: () => `${botUrl}/api/messages`,
    verifyToken: microsoft.verifyToken,
  });
  started.push(() => teams.close());
  const alarm = await startAlarmReceiver(microsoft, () => clock.now(), changed);
  started.push(() => alarm.close());
  const secretOf = (appId: string) => microsoft.tenant.clientSecretOf(appId);
  const files = writeConfigFiles({
    ...limits,
    folder,
    microsoft,
    tls: { certFile: microsoft.certFile, keyFile: microsoft.keyFile },
    botPort,
    perimeterPort,
    opsPorts,
    perimeterUrl,
    approve: { url: approveUrl, port: approvePort },
    consoleUrl,
    alarmUrl: alarm.url,
    offsetFile: clock.file,
    slack: { mode: options.slackMode, apiUrl: slack.apiUrl, issuer: slack.openId?.issuer ?? '' },
    teams: { serviceUrl: teams.serviceUrl, openIdMetadata: teams.openIdMetadataUrl, login: microsoft.loginUrl },
    secrets: {
      botClientSecret: secretOf(BOT_APP.clientId),
      perimeterClientSecret: secretOf(PERIMETER_APP.clientId),
      teamsClientSecret: secretOf(TEAMS_APP_ID),
      slackBotToken: slackSecrets.botToken,
      slackSigningSecret: slackSecrets.signingSecret,
      slackAppToken: slackSecrets.appToken,
      slackClientSecret: openId.clientSecret,
    },
    ...(options.adjust === undefined ? {} : { adjust: options.adjust }),
  });
  const child = (name: 'bot' | 'perimeter', command: string, config: string) =>
    startChild({
      name,
      args: [...(options.nodeArgs?.[name] ?? []), MAIN, command, '--config', config],
      env: { ...childEnv(microsoft.caFile), ...identityEnv(microsoft, name), ...options.env },
      logFile: join(folder, `${name}.log`),
      readyMessage: `${name} ready`,
      onChange: changed,
      restartByItself: options.restartByItself ?? true,
      ...(options.extraPipes === undefined ? {} : { extraPipes: options.extraPipes }),
    });
  const perimeter = child('perimeter', 'perimeter', files.perimeter);
  const bot = child('bot', 'start', files.hallpass);
  const journals = { bot: followJournal(files.botStore), perimeter: followJournal(files.perimeterStore) };
  const stops = [
    slack.onChange(changed),
    teams.onChange(changed),
    microsoft.tenant.onChange(changed),
    microsoft.faults.onChange(changed),
    clock.onMoved(changed),
    journals.bot.onLine(changed),
    journals.perimeter.onLine(changed),
  ];
  return {
    folder,
    startedAt,
    clock,
    microsoft,
    slack,
    teams,
    bot,
    perimeter,
    botUrl,
    perimeterUrl,
    approveUrl,
    consoleUrl,
    opsUrls,
    alarm,
    files,
    caFile: microsoft.caFile,
    journals,
    ready: async () => void (await Promise.all([perimeter.ready(), bot.ready()])),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      for (const stop of stops) stop();
      await Promise.all([bot.stop(), perimeter.stop()]);
      await Promise.all([journals.bot.close(), journals.perimeter.close(), alarm.close(), slack.close(), teams.close()]);
      await microsoft.close();
    },
  };
}

/** What Azure puts into the surroundings of what has a managed identity. */
function identityEnv({ managedIdentity, identityHeader }: MicrosoftFarEnd, name: 'bot' | 'perimeter'): NodeJS.ProcessEnv {
  const header = name === 'perimeter' ? identityHeader : managedIdentity.headerOf(BOT_IDENTITY.clientId);
  return { IDENTITY_ENDPOINT: managedIdentity.endpoint, IDENTITY_HEADER: header };
}

/** What every process needs of its surroundings, and nothing more: neither proxies nor anybody's secrets reach the children. */
function childEnv(caFile: string): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'SystemRoot', 'HALLPASS_LOG_LEVEL'];
  const own = Object.fromEntries(kept.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])));
  return { ...own, NODE_EXTRA_CA_CERTS: caFile, NODE_NO_WARNINGS: '1' };
}

const tlsOf = ({ certFile, keyFile }: MicrosoftFarEnd) => ({
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});
