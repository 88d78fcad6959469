import { afterEach, describe, expect, it } from '@jest/globals';
import { startBotServers, type BotServers } from '../../src/bot/bot-servers.ts';
import { json } from '../../src/bot/http-server.ts';
import { botOpsSchema, listenSchema } from '../../src/config/parts.ts';
import { createLog } from '../../src/observe/log.ts';
import { createBotMetrics } from '../../src/observe/metrics.ts';

const opened: BotServers[] = [];
afterEach(async () => {
  for (const servers of opened.splice(0)) await servers.close();
});

const metrics = createBotMetrics({
  openCases: () => ({}),
  ledgerSeqs: () => [],
  operatorAlerts: () => 0,
  unfitChannels: () => 0,
  journalSeq: () => 7,
});
const WARNING = 'Nobody is told of requests in channel C0SECRET.';

async function start(ports: { readonly listen?: number; readonly ops?: number } = {}): Promise<BotServers> {
  const servers = await startBotServers({
    config: { listen: listenSchema.parse({ port: ports.listen ?? 0 }), ops: botOpsSchema.parse({ port: ports.ops ?? 0 }) },
    bot: { metrics, readiness: () => Promise.resolve({ ready: true, reasons: [], warnings: [WARNING] }) },
    routes: { 'POST /slack/events': (_, res) => json(res, 200, {}) },
    log: createLog('bot', 'silent'),
  });
  opened.push(servers);
  return servers;
}
const portOf = (url: string) => Number(new URL(url).port);

describe('the two listeners of the bot', () => {
  it('keeps from the public one what names channels, requests and object ids', async () => {
    const { url } = await start();
    for (const path of ['/readyz', '/metrics']) {
      const response = await fetch(`${url}${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'http.not-found' });
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('tells operators on the other one, which takes nothing from the platforms', async () => {
    const { opsUrl } = await start();
    expect(await (await fetch(`${opsUrl}/readyz`)).json()).toMatchObject({ ready: true, warnings: [WARNING] });
    expect(await (await fetch(`${opsUrl}/metrics`)).text()).toContain('hallpass_journal_seq 7');
    expect((await fetch(`${opsUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${opsUrl}/slack/events`, { method: 'POST' })).status).toBe(404);
  });

  it('stands on the loopback, at a port of its own, where nothing else is said', () => {
    expect(botOpsSchema.parse(undefined)).toEqual({ host: '127.0.0.1', port: 9464, behindProxy: false });
  });

  it('says which key to mend when a port is taken, and lets go of the other one', async () => {
    const first = await start();
    await expect(start({ ops: portOf(first.opsUrl) })).rejects.toMatchObject({
      code: 'listen.failed',
      message: `ops: cannot listen on 127.0.0.1:${portOf(first.opsUrl)}`,
      hint: expect.stringContaining('ops.port'),
    });
    const free = portOf((await start()).opsUrl);
    await opened.pop()?.close();
    await expect(start({ listen: portOf(first.url), ops: free })).rejects.toMatchObject({
      code: 'listen.failed',
      hint: expect.stringContaining('listen.port'),
    });
    expect(portOf((await start({ ops: free })).opsUrl)).toBe(free);
  });
});
