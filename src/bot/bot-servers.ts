import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Log } from '../observe/log.ts';
import type { Bot } from './bot.ts';
import { json, startHttpServer, type HttpServer, type Pages, type Route } from './http-server.ts';

export interface BotServers extends HttpServer {
  /** Of the listener of operators. */
  readonly opsUrl: string;
}

/**
 * Both listeners of the bot: the public one, where the platforms reach it, and the one of operators, whose answers name channels,
 * requests and object ids. Neither stays open when the other cannot be had.
 * @throws {AppError} `listen.failed`
 */
export async function startBotServers(options: {
  readonly config: Pick<HallpassConfig, 'listen' | 'ops'>;
  readonly bot: Pick<Bot, 'readiness' | 'metrics'>;
  /** Of the surfaces. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Of the console, where it is configured. */
  readonly pages?: Pages;
  readonly log: Log;
}): Promise<BotServers> {
  const { config, bot, log, pages } = options;
  const shared = {
    log,
    counted: (route: string, status: number) => bot.metrics.httpRequests.inc({ route, status: String(status) }),
  };
  const ops = await startHttpServer({ ...shared, key: 'ops', listen: config.ops, routes: { ...HEALTH, ...opsRoutes(bot) } });
  try {
    const routes = { ...HEALTH, ...options.routes };
    const open = await startHttpServer({ ...shared, key: 'listen', listen: config.listen, routes, ...(pages ? { pages } : {}) });
    return { url: open.url, opsUrl: ops.url, close: async () => void (await Promise.all([open.close(), ops.close()])) };
  } catch (error) {
    await ops.close();
    throw error;
  }
}

const HEALTH: Readonly<Record<string, Route>> = { 'GET /healthz': (_, res) => json(res, 200, { status: 'ok' }) };

function opsRoutes(bot: Pick<Bot, 'readiness' | 'metrics'>): Readonly<Record<string, Route>> {
  return {
    'GET /readyz': async (_, res) => {
      const readiness = await bot.readiness();
      json(res, readiness.ready ? 200 : 503, readiness);
    },
    'GET /metrics': async (_, res) => {
      const { type, text } = await bot.metrics.render();
      res.writeHead(200, { 'content-type': type }).end(text);
    },
  };
}
