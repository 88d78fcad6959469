import type { TokenCredential } from '@azure/identity';
import { once } from 'node:events';
import { AppError } from '../access/core/app-error.ts';
import { transportClock } from '../access/core/clock.ts';
import { sameTenant } from '../access/core/person.ts';
import { createBot } from '../bot/bot.ts';
import { listenForUnlinking } from '../bot/link-socket.ts';
import { startBotServers } from '../bot/bot-servers.ts';
import { FEED_CURSOR } from '../bot/feed.ts';
import { BOT_FLOWS } from '../bot/flows.ts';
import type { Route } from '../bot/http-server.ts';
import type { Desk } from '../chat/desk.ts';
import type { Surface } from '../chat/surface.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { readHallpassConfig } from '../config/read-hallpass-config.ts';
import { openRuntime } from '../durable/runtime.ts';
import type { GraphClient } from '../entra/graph-client.ts';
import { createGroupReader } from '../entra/group-reader.ts';
import { credentialNotes } from '../identity/credential-notes.ts';
import { readSecret } from '../identity/secret-source.ts';
import { createLog, type Log } from '../observe/log.ts';
import { createFindingWords } from '../posture/finding-words.ts';
import { createSlackSurface, type SlackSurface } from '../slack/surface.ts';
import { createTeamsSurface, type TeamsSurface } from '../teams/surface.ts';
import { teamOf } from '../teams/team-of.ts';
import { openConsole } from './open-console.ts';
import { linkUrlOf, openLinking } from './open-linking.ts';
import { type OpenTenant, openTenants } from './open-tenants.ts';
import { teamsCredential, teamsCredentialSetting } from './teams-credential.ts';
import { watchTenant } from './watch-tenant.ts';

/** How long an orderly shutdown may take before the process goes anyway: everything that matters is durable already. */
const SHUTDOWN_PATIENCE_MS = 15_000;

/**
 * Runs the bot until SIGTERM or SIGINT. Logs `bot ready` with its address once it takes requests.
 * @throws {AppError} `config.*`, `secret.*`, `store.*`, `flow.*`, `listen.failed`
 */
export async function runBot(configFile: string): Promise<void> {
  const config = readHallpassConfig(configFile);
  const log = createLog('bot');
  const secrets = readSecrets(config);
  if (config.teams)
    for (const note of credentialNotes(teamsCredentialSetting(config.teams), Date.now())) log.warn({ of: 'teams' }, note);
  const clock = openDomainClock(config.domainClock);
  const runtime = await openRuntime({ flows: BOT_FLOWS, store: config.store, clock, log });
  const { tenants, close: closeTenants } = await openTenants(config, log).catch(async (error: unknown) => {
    await runtime.close();
    throw error;
  });
  const surfaces = surfacesOf(config, secrets, tenants, log, () => bot.metrics.slackPreviousSecret.inc());
  const linkUrl = linkUrlOf(config);
  const bot = createBot({
    config,
    ...(linkUrl === undefined ? {} : { linkUrl }),
    runtime,
    tenants,
    findingWords: createFindingWords(config.tenants),
    examine: async () => (await import('./doctor-of-bot.ts')).doctorOfBot(config),
    clock,
    log,
    surfaces: surfaces.create,
  });
  const serve = async () => {
    // A disabled account that is seen at the console loses its links there and then.
    const seen = tenants.map((open) => ({ ...open, directory: bot.directoryOf(open.tenant.tenantId) }));
    const linking = openLinking({ config, bot, slack: surfaces.slack(), log });
    const pages = openConsole({ config, tenants: seen, runtime, names: bot.names, clock, log, ...linking });
    return startBotServers({ config, bot, routes: surfaces.routes(), ...(pages ? { pages } : {}), log });
  };
  const servers = await serve().catch(async (error: unknown) => {
    await runtime.close();
    throw error;
  });
  await bot.start();
  const stopUnlinking = 'folder' in config.store ? await listenForUnlinking(bot.links, config.store.folder, log) : undefined;
  const scans = tenants.map((open) =>
    watchTenant({ open, isFirst: open.cursor === FEED_CURSOR, security: config.security, runtime, clock, log }),
  );
  log.info({ url: servers.url, opsUrl: servers.opsUrl }, 'bot ready');
  const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal: String(signal[0] ?? '') }, 'bot stopping');
  setTimeout(() => process.exit(0), SHUTDOWN_PATIENCE_MS).unref();
  await Promise.all([servers.close(), ...scans.map((scan) => scan.stop())]);
  await stopUnlinking?.();
  await bot.stop();
  await runtime.close();
  await closeTenants();
  clock.close();
  log.info('bot stopped');
}

type SlackSecret = 'botToken' | 'signingSecret' | 'previousSigningSecret' | 'appToken';

interface Secrets {
  readonly slack: Readonly<Record<SlackSecret, ReturnType<typeof readSecret> | undefined>>;
  readonly teams: TokenCredential | undefined;
}

/** All of them at start: a missing one is found now and not at the first click. */
function readSecrets({ slack, teams, tenants }: HallpassConfig): Secrets {
  return {
    slack: {
      botToken: slack && readSecret(slack.botToken),
      signingSecret: slack?.signingSecret && readSecret(slack.signingSecret),
      previousSigningSecret: slack?.previousSigningSecret && readSecret(slack.previousSigningSecret),
      appToken: slack?.appToken && readSecret(slack.appToken),
    },
    teams: teams && teamsCredential(teams, tenants),
  };
}

function surfacesOf(
  config: HallpassConfig,
  secrets: Secrets,
  tenants: readonly OpenTenant[],
  log: Log,
  onPreviousSecret: () => void,
) {
  let slack: SlackSurface | undefined;
  let teams: TeamsSurface | undefined;
  const create = (desk: Desk): readonly Surface[] => {
    const { botToken, signingSecret, previousSigningSecret, appToken } = secrets.slack;
    if (config.slack && botToken)
      slack = createSlackSurface({
        settings: {
          workspaceId: config.slack.workspaceId,
          mode: config.slack.mode,
          apiUrl: config.slack.apiUrl,
          alsoFrom: config.linking.workspaces,
          botToken,
          ...(signingSecret ? { signingSecret } : {}),
          ...(previousSigningSecret ? { previousSigningSecret } : {}),
          ...(appToken ? { appToken } : {}),
        },
        desk,
        log,
        clock: transportClock,
        onPreviousSecret,
      });
    if (config.teams && secrets.teams)
      teams = createTeamsSurface({
        settings: { ...config.teams, tenantIds: config.tenants.map(({ tenantId }) => tenantId) },
        credential: secrets.teams,
        desk,
        log,
        teamOf: teamOf(config),
        groups: createGroupReader(graphOf(tenants, config.teams.tenantId)),
      });
    return [slack, teams].filter((surface) => surface !== undefined);
  };
  return {
    create,
    slack: () => slack,
    routes: (): Readonly<Record<string, Route>> => ({
      ...(slack?.handle ? { 'POST /slack/events': slack.handle } : {}),
      ...(teams ? { 'POST /api/messages': (req, res) => teams?.handle(req, res) } : {}),
    }),
  };
}

/** The channels of Teams are in one tenant, which the rules of the file have found among the others. */
function graphOf(tenants: readonly OpenTenant[], tenantId: string): GraphClient {
  const found = tenants.find(({ tenant }) => sameTenant(tenant.tenantId, tenantId));
  if (!found) throw new AppError('config.invalid', `teams.tenantId ${tenantId} is none of the tenants`);
  return found.graph;
}
