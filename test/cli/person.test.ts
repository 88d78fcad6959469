import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { digestOf } from '../../src/access/core/canonical.ts';
import { BOT_FLOWS } from '../../src/bot/flows.ts';
import { verifyJournal } from '../../src/cli/journal.ts';
import type { Flow, Runtime } from '../../src/durable/port.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { createFolderEvidence } from '../../src/perimeter/evidence/folder-evidence.ts';
import { perimeterFlows } from '../../src/perimeter/perimeter-flows.ts';
import { ANNA, FOREIGN_TENANT_ID, RITA, SAM, TENANT_ID } from '../../src/playground/cast.ts';
import type { ConfigFiles } from '../../src/playground/config-files.ts';
import { bot, committed, idle, silent, virtualClock } from '../durable/support/durable-world.ts';
import { hallpass } from './support/hallpass.ts';
import { twoConfigs } from './two-configs.ts';

jest.setTimeout(60_000);

let files: ConfigFiles;
beforeEach(async () => {
  files = twoConfigs();
  mkdirSync(files.botStore, { recursive: true });
  await fillBot();
  await fillPerimeter();
});
afterEach(() => rmSync(dirname(files.hallpass), { recursive: true, force: true }));

const human = (objectId: string, tenantId: string = TENANT_ID) => ({ tenantId, objectId });
const [rita, anna, sam] = [human(RITA.objectId), human(ANNA.objectId), human(SAM.objectId)];
/** The same object id, in another tenant: somebody else. */
const stranger = human(RITA.objectId, FOREIGN_TENANT_ID);

async function working(folder: string, flows: readonly Flow[], work: (runtime: Runtime) => Promise<void>): Promise<void> {
  const runtime = await openRuntime({ flows, folder, clock: virtualClock(), log: silent, limits: { reserveBytes: 0 } });
  try {
    await work(runtime);
  } finally {
    await runtime.close();
  }
}
const atTheBot = (work: (runtime: Runtime) => Promise<void>) => working(files.botStore, BOT_FLOWS, work);

async function ask(runtime: Runtime, id: string, who = rita) {
  const justification = await runtime.putText(id, `why of ${id}`);
  const request = {
    id,
    requester: who,
    principal: who,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    approvalWindowMinutes: 60,
    remindAfterMinutes: 15,
    justification,
  };
  await runtime.begin('accessRequest', id, { request }, { kind: 'person', person: who });
  await runtime.send(
    id,
    { type: 'perimeter.registered', waitsFor: { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false } },
    bot,
  );
}
async function deny(runtime: Runtime, id: string, who = anna) {
  const note = await runtime.putText(id, `note on ${id}`);
  await runtime.send(id, { type: 'decided', decision: 'deny', approver: who, note }, { kind: 'person', person: who });
  await runtime.send(id, { type: 'perimeter.ended', how: 'denied', deniedBy: who }, bot);
  await committed(runtime, () => runtime.read(id)?.pending.length === 0);
}

/** Rita asks twice, the second is not over; Sam asks once; Anna denies two of them. Rita is linked, and was seen by a check. */
const fillBot = () =>
  atTheBot(async (runtime) => {
    runtime.run(Object.fromEntries(BOT_FLOWS.flatMap(({ commands }) => Object.keys(commands)).map((name) => [name, idle])));
    await ask(runtime, 'ofrita00');
    await deny(runtime, 'ofrita00');
    await ask(runtime, 'open0000');
    await ask(runtime, 'ofsam000', sam);
    await deny(runtime, 'ofsam000');
    await ask(runtime, 'stranger', stranger);
    await deny(runtime, 'stranger', sam);
    await runtime.begin(
      'link',
      'link0000',
      { account: { platform: 'slack', workspaceId: 'T0PLAYGRND', userId: RITA.slackUserId }, person: rita },
      { kind: 'person', person: rita },
    );
    const detail = await runtime.putText(
      'finding0',
      JSON.stringify({ check: 'root', principalId: RITA.objectId, principalName: 'Rita' }),
    );
    await runtime.begin(
      'finding',
      'finding0',
      { seen: { checkId: 'root', subjectId: 'x', rung: 1, detail, tenantId: TENANT_ID } },
      bot,
    );
    await runtime.send('finding0', { type: 'gone' }, bot);
    await committed(runtime, () => runtime.read('finding0')?.pending.length === 0);
  });

const fillPerimeter = () =>
  working(files.perimeterStore, perimeterFlows, async (runtime) => {
    const justification = await runtime.putText('ofrita00', 'why of ofrita00');
    const registration = {
      requestId: 'ofrita00',
      requester: rita,
      principal: rita,
      entitlementId: 'global-reader',
      durationMinutes: 30,
      approvalWindowMinutes: 60,
      breakGlass: false,
      justification,
    };
    await runtime.begin(
      'grant',
      'ofrita00',
      { opening: { kind: 'refused', registration, refusal: { code: 'x', hint: 'No.' } } },
      bot,
    );
    await createFolderEvidence(nodeFiles, files.perimeterStore).put('ofrita00', {
      v: 1,
      kind: 'chat',
      assurance: 'chat',
      requestId: 'ofrita00',
      requestDigest: digestOf({}),
      decisionId: 'd1',
      decision: 'approve',
      stage: 0,
      approver: anna,
      decidedAt: '2026-03-01T08:00:00.000Z',
    });
  });

const person = (verb: string, who: { readonly objectId: string }, ...more: readonly string[]) =>
  hallpass([
    'person',
    verb,
    '--person',
    who.objectId.toUpperCase(),
    '--config',
    files.hallpass,
    '--perimeter',
    files.perimeter,
    ...more,
  ]);
const exported = async (who: { readonly objectId: string }) => {
  const { status, said, complained } = await person('export', who);
  expect([status, complained]).toEqual([0, '']);
  return JSON.parse(said) as { stores: Record<string, { caseId: string; texts: { text: string }[] }[]>[] };
};
const wordsIn = (value: unknown): readonly string[] =>
  [...JSON.stringify(value).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text).toSorted();

describe('hallpass person export', () => {
  it('prints requests, notes on them, links, findings and evidence of whoever asked, also while the bot runs', async () => {
    await atTheBot(async () => {
      const [ofBot, ofPerimeter] = (await exported(rita)).stores;
      expect(ofBot?.['requests']?.map(({ caseId }) => caseId)).toEqual(['ofrita00', 'open0000']);
      expect(wordsIn(ofBot?.['requests'])).toEqual(['note on ofrita00', 'why of ofrita00', 'why of open0000']);
      expect(ofBot?.['links']).toMatchObject([{ caseId: 'link0000', context: { account: { userId: RITA.slackUserId } } }]);
      expect(ofBot?.['findings']).toMatchObject([{ caseId: 'finding0', as: ['subject'] }]);
      expect(ofPerimeter?.['requests']).toMatchObject([{ caseId: 'ofrita00', flow: 'grant' }]);
      expect(ofPerimeter?.['evidence']).toMatchObject([{ requestId: 'ofrita00', kind: 'chat' }]);
    });
  });

  it('prints of whoever decided what they decided and wrote, and no word of others', async () => {
    const [ofBot] = (await exported(anna)).stores;
    expect(ofBot?.['requests']).toEqual([]);
    expect(ofBot?.['decisions']?.map(({ caseId }) => caseId)).toEqual(['ofrita00', 'ofsam000']);
    expect(wordsIn(ofBot)).toEqual(['note on ofrita00', 'note on ofsam000']);
  });

  it('takes the same object id in another tenant for somebody else', async () => {
    const [ofBot] = (await exported(rita)).stores;
    expect(JSON.stringify(ofBot)).not.toContain('stranger');
  });

  it.each([
    ['a name instead of an id', ['--person', 'rita@playground.example', '--config'], 'usage.which-person'],
    ['no file', ['--person', RITA.objectId], 'usage.which-store'],
    ['a tenant that no file names', ['--person', RITA.objectId, '--tenant', FOREIGN_TENANT_ID, '--config'], 'usage.which-tenant'],
  ])('refuses %s', async (_, args, code) => {
    const all = args.at(-1) === '--config' ? [...args, files.hallpass] : args;
    expect(await hallpass(['person', 'export', ...all])).toMatchObject({ status: 2, complained: expect.stringContaining(code) });
  });
});

describe('hallpass person erase', () => {
  it('counts first, and says what stays', async () => {
    const { status, said } = await person('erase', rita);
    expect(status).toBe(2);
    expect(said).toContain('would erase, for good: 3 texts and 1 link. Nothing was erased: add --yes');
    expect(said).toContain('stays: 1 text of what is not over');
    expect(said).toContain('stays: 1 record of evidence');
    expect(wordsIn(await exported(rita))).toContain('why of ofrita00');
  });

  it('takes what they wrote and what is about them, and the link; no word of others, and no line of the journal', async () => {
    const heads = await Promise.all([files.botStore, files.perimeterStore].map((folder) => verifyJournal(folder)));
    expect(await person('erase', rita, '--yes')).toMatchObject({
      status: 0,
      said: expect.stringContaining('erased 3 texts and 1 link'),
    });
    const [ofBot, ofPerimeter] = (await exported(rita)).stores;
    expect([wordsIn(ofBot), wordsIn(ofPerimeter)]).toEqual([['why of open0000'], []]);
    expect(ofBot?.['links']).toMatchObject([{ state: 'unlinked', context: { why: 'operator' } }]);
    expect(wordsIn(await exported(sam))).toEqual(['note on ofsam000', 'note on stranger', 'why of ofsam000']);
    expect(await verifyJournal(files.perimeterStore)).toEqual(heads[1]);
    expect(await verifyJournal(files.botStore)).toMatchObject({ consistent: true });
    const again = await person('erase', rita, '--yes', '--json');
    expect(JSON.parse(again.said).stores).toMatchObject([
      { texts: 0, links: 0 },
      { texts: 0, evidence: 1 },
    ]);
  });

  it('takes of whoever decided their notes alone', async () => {
    expect(await person('erase', anna, '--yes')).toMatchObject({ status: 0 });
    expect(wordsIn(await exported(rita))).toEqual(expect.arrayContaining(['why of ofrita00']));
    expect(wordsIn(await exported(rita))).not.toContain('note on ofrita00');
    expect(wordsIn(await exported(sam))).toEqual(['note on stranger', 'why of ofsam000']);
  });

  it('is refused while a process runs', async () => {
    await atTheBot(async () => {
      expect(await person('erase', rita, '--yes')).toMatchObject({
        status: 1,
        complained: expect.stringContaining('(store.locked)'),
      });
    });
  });
});
