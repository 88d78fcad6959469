import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { transportClock } from '../../src/access/core/clock.ts';
import { BOT_FLOWS } from '../../src/bot/flows.ts';
import { listenForUnlinking } from '../../src/bot/link-socket.ts';
import { createLinks, type Link } from '../../src/bot/links.ts';
import { listLinks, unlink } from '../../src/cli/links-run.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import type { ConfigFiles } from '../../src/playground/config-files.ts';
import { NORA, SLACK, TENANT_ID } from '../../src/playground/cast.ts';
import { twoConfigs } from './two-configs.ts';

let files: ConfigFiles;
beforeEach(() => {
  files = twoConfigs();
});
afterEach(() => rmSync(dirname(files.hallpass), { recursive: true, force: true }));

const log = pino({ level: 'silent' });
const nora = { tenantId: TENANT_ID, objectId: NORA.objectId };
const account = { platform: 'slack', workspaceId: SLACK.workspaceId, userId: NORA.slackUserId } as const;

/** A bot's store with Nora's link in it. */
async function store() {
  const runtime = await openRuntime({ flows: BOT_FLOWS, folder: files.botStore, clock: transportClock, log });
  const links = createLinks(runtime);
  const made = (await links.begin({ account, person: nora }, 'an-attempt', () => undefined)) as Link;
  await links.refuse({ account, person: nora }, 'another', { permitted: false, code: 'link.slack-guest', reason: '', hint: '' });
  return { runtime, links, linkId: made.caseId };
}

describe('hallpass links', () => {
  it('lists what stands, and no refusals, and ends one while no bot runs', async () => {
    const { runtime, linkId } = await store();
    await runtime.close();
    expect(await listLinks(files.hallpass)).toMatchObject([{ caseId: linkId, account, person: nora }]);
    expect(await unlink(files.hallpass, linkId)).toBe(true);
    expect(await listLinks(files.hallpass)).toEqual([]);
    expect(await unlink(files.hallpass, linkId)).toBe(false);
  });

  it('does the same by a bot that runs on the store', async () => {
    const { runtime, links, linkId } = await store();
    const stop = await listenForUnlinking(links, files.botStore, log);
    expect(await listLinks(files.hallpass)).toHaveLength(1);
    expect(await unlink(files.hallpass, linkId)).toBe(true);
    expect(links.all()).toEqual([]);
    await stop();
    await runtime.close();
  });
});
