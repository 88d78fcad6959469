import { once } from 'node:events';
import { transportClock } from '../access/core/clock.ts';
import { createBot } from '../bot/bot.ts';
import { startBotServers } from '../bot/bot-servers.ts';
import { accessRequestFlow, findingFlow } from '../bot/flows.ts';
import type { Route } from '../bot/http-server.ts';
import { createPerimeterClient } from '../bot/perimeter-client.ts';
import type { Desk } from '../chat/desk.ts';
import type { Surface } from '../chat/surface.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import { hallpassConfigSchema, type HallpassConfig } from '../config/hallpass-config.ts';
import { hallpassRules } from '../config/hallpass-rules.ts';
import { readConfig } from '../config/read-config.ts';
import { openRuntime } from '../durable/runtime.ts';
import { createDirectoryReader } from '../entra/directory-reader.ts';
import { createGraphClient, type GraphClient } from '../entra/graph-client.ts';
import { createGroupReader } from '../entra/group-reader.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { readSecret } from '../identity/secret-source.ts';
import { createLog, type Log } from '../observe/log.ts';
import { createFindingWords } from '../posture/finding-words.ts';
import { createSlackSurface, type SlackSurface } from '../slack/surface.ts';
import { createTeamsSurface, type TeamsSurface } from '../teams/surface.ts';
import { teamOf } from '../teams/team-of.ts';
import { openWatch } from './open-watch.ts';
import { watchTenant } from './watch-tenant.ts';

/** How long an orderly shutdown may take before the process goes anyway: everything that matters is durable already. */
const SHUTDOWN_PATIENCE_MS = 15_000;

/**
 * Runs the bot until SIGTERM or SIGINT. Logs `bot ready` with its address once it takes requests.
 * @throws {AppError} `config.*`, `secret.*`, `store.*`, `flow.*`, `listen.failed`
 */
export async function runBot(configFile: string): Promise<void> {
  const config = readConfig(configFile, hallpassConfigSchema, hallpassRules);
  const log = createLog('bot');
  const credential = createCredential(config.tenant);
  const secrets = readSecrets(config);
  const clock = openDomainClock(config.domainClock);
  const runtime = await openRuntime({ flows: [accessRequestFlow, findingFlow], store: config.store, clock, log });
  const { watch, closeWatch } = await openWatch(config.store, log).catch(async (error: unknown) => {
    await runtime.close();
    throw error;
  });
  const graph = createGraphClient({ graphUrl: addressesOf(config.tenant.cloud).graph, credential, log });
  const surfaces = surfacesOf(config, secrets, graph, log);
  const bot = createBot({
    config,
    runtime,
    directory: createDirectoryReader(graph),
    perimeter: createPerimeterClient({ ...config.perimeter, credential, watch }),
    watch,
    findingWords: createFindingWords(config.tenant.cloud),
    clock,
    log,
    surfaces: surfaces.create,
  });
  const servers = await startBotServers({ config, bot, routes: surfaces.routes(), log }).catch(async (error: unknown) => {
    await runtime.close();
    throw error;
  });
  await bot.start();
  const scan = watchTenant({ config, runtime, graph, credential, clock, log });
  log.info({ url: servers.url, opsUrl: servers.opsUrl }, 'bot ready');
  const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal: String(signal[0] ?? '') }, 'bot stopping');
  setTimeout(() => process.exit(0), SHUTDOWN_PATIENCE_MS).unref();
  await Promise.all([servers.close(), scan.stop()]);
  await bot.stop();
  await runtime.close();
  await closeWatch();
  clock.close();
  log.info('bot stopped');
}

interface Secrets {
  readonly slack: Readonly<Record<'botToken' | 'signingSecret' | 'appToken', ReturnType<typeof readSecret> | undefined>>;
  readonly teams: ReturnType<typeof readSecret> | undefined;
}

/** All of them at start: a missing one is found now and not at the first click. */
function readSecrets({ slack, teams }: HallpassConfig): Secrets {
  return {
    slack: {
      botToken: slack && readSecret(slack.botToken),
      signingSecret: slack?.signingSecret && readSecret(slack.signingSecret),
      appToken: slack?.appToken && readSecret(slack.appToken),
    },
    teams: teams && readSecret(teams.clientSecret),
  };
}

function surfacesOf(config: HallpassConfig, secrets: Secrets, graph: GraphClient, log: Log) {
  let slack: SlackSurface | undefined;
  let teams: TeamsSurface | undefined;
  const create = (desk: Desk): readonly Surface[] => {
    const { botToken, signingSecret, appToken } = secrets.slack;
    if (config.slack && botToken)
      slack = createSlackSurface({
        settings: {
          workspaceId: config.slack.workspaceId,
          mode: config.slack.mode,
          apiUrl: config.slack.apiUrl,
          botToken,
          ...(signingSecret ? { signingSecret } : {}),
          ...(appToken ? { appToken } : {}),
        },
        desk,
        log,
        clock: transportClock,
      });
    if (config.teams && secrets.teams)
      teams = createTeamsSurface({
        settings: config.teams,
        clientSecret: secrets.teams,
        desk,
        log,
        teamOf: teamOf(config),
        groups: createGroupReader(graph),
      });
    return [slack, teams].filter((surface) => surface !== undefined);
  };
  return {
    create,
    routes: (): Readonly<Record<string, Route>> => ({
      ...(slack?.handle ? { 'POST /slack/events': slack.handle } : {}),
      ...(teams ? { 'POST /api/messages': (req, res) => teams?.handle(req, res) } : {}),
    }),
  };
}
