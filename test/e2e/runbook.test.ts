import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ABEL, ANNA, type CastMember, GINA, RITA, ROLES, SAM, SLACK, TENANT_ID } from '../../src/playground/cast.ts';
import { startWorld, type World, type WorldOptions } from '../../src/playground/world.ts';
import { makeSmallDisk, type SmallDisk } from '../faults/small-disk-choice.ts';
import { approveInSlack, askInSlack, directMessages, holds, seen, slackCard, wordsOf } from '../support/acting.ts';
import { createBrowser, signIn } from '../support/browserless.ts';
import { chapterOf, type Chapter } from './support/runbook.ts';

jest.setTimeout(240_000);

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let world: World;
let disk: SmallDisk | undefined;
afterEach(async () => {
  await world.close();
  disk?.close();
  disk = undefined;
});

async function open(more: Partial<WorldOptions> = {}, folder = mkdtempSync(join(tmpdir(), 'hallpass-runbook-'))): Promise<void> {
  world = await startWorld({ slackMode: 'http', limits: 'off', restartByItself: false, ...more, folder: join(folder, 'world') });
  await world.ready();
}
/** Everybody may have what the runbook's people ask for, and only Hallpass ends it. */
const onlyHallpassEnds: WorldOptions['adjust'] = ({ hallpass, perimeter }) => {
  const people = [RITA, SAM, GINA].map(({ objectId }) => ({ tenantId: TENANT_ID, objectId }));
  for (const entitlement of hallpass.entitlements) entitlement.mayRequest = { people };
  for (const entitlement of perimeter.entitlements) {
    if (entitlement.assurance === 'chat') Object.assign(entitlement, { mayReceive: { people }, endsOnlyByHallpass: true });
  }
};
const hasGlobal = (who: CastMember) => holds(world, who, ROLES.globalReader);
const ask = (who: CastMember, why: string) => askInSlack(world, who, { entitlementId: 'global-reader', minutes: 30, why });
async function give(who: CastMember, why: string): Promise<void> {
  await ask(who, why);
  await approveInSlack(world, ANNA, why);
  await seen(world, `held: ${why}`, () => hasGlobal(who));
  await seen(world, 'told to them', () => directMessages(world, who).some((one) => /You have .* until/.test(wordsOf(one))));
}
const BOT_READY = 'curl --silent http://127.0.0.1:9464/readyz';
const PERIMETER_READY = 'curl --silent http://127.0.0.1:9465/readyz';
/** The same command until it says so: operators look more than once, too. */
async function says(chapter: Chapter, line: string, words: RegExp, patienceMs = 90_000): Promise<string> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const { said } = await chapter.run(line).catch((error: unknown) => ({ said: String(error) }));
    if (words.test(said)) return said;
    if (Date.now() > until) throw new Error(`${line} never said ${words.source}, but ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
const isReady = /"ready":true/;

describe('the runbook', () => {
  it('brings back a perimeter that was down for a day: what Entra ends has ended, and giving goes on', async () => {
    await open();
    const chapter = chapterOf(world, 'The perimeter is down for a day');
    await give(RITA, 'INC-1: before it went down');
    await world.perimeter.kill('SIGKILL');
    await says(chapter, BOT_READY, /Nothing is heard from the perimeter/);
    const copy = await chapter.run('hallpass grants export --config hallpass.yaml');
    expect(JSON.parse(copy.said)).toMatchObject({ grants: [{ principal: { objectId: RITA.objectId } }] });
    world.clock.advance(DAY_MS);
    await seen(world, 'ended by Entra', () => !hasGlobal(RITA));
    await says(chapter, BOT_READY, /should have ended at .* Look whether the perimeter is running/);
    const why = 'INC-2: asked meanwhile';
    await ask(ANNA, why);
    await world.perimeter.restart();
    expect(await says(chapter, PERIMETER_READY, isReady)).not.toContain('should have ended');
    await says(chapter, BOT_READY, isReady);
    await approveInSlack(world, ABEL, why);
    await seen(world, `held: ${why}`, () => hasGlobal(ANNA));
  });

  it('brings back a perimeter whose disk is lost from its backup: what was given since is found, and ended', async () => {
    await open({ adjust: onlyHallpassEnds });
    world.microsoft.tenant.setLicence('P1');
    world.microsoft.tenant.audit.lagMs = 0;
    const before = chapterOf(world);
    const chapter = chapterOf(world, 'The perimeter is down for a day');
    await give(RITA, 'INC-1: before the backup');
    for (const name of ['bot', 'perimeter']) {
      const file = name === 'bot' ? 'hallpass' : 'perimeter';
      expect(await before.run(`hallpass backup --config ${file}.yaml --to backup-${name}`)).toMatchObject({ status: 0 });
    }
    before.expectEverythingRun();
    await give(SAM, 'INC-2: after the backup');
    await world.perimeter.kill('SIGKILL');
    rmSync(world.files.perimeterStore, { recursive: true });
    await says(chapter, BOT_READY, /"ready":false/);
    await chapter.run('hallpass grants export --config hallpass.yaml');
    for (const line of [
      'hallpass restore --config perimeter.yaml --from backup-perimeter',
      'hallpass grants export --config hallpass.yaml > copy.json',
      'hallpass perimeter reconcile --config perimeter.yaml --copy copy.json',
      'hallpass perimeter reconcile --config perimeter.yaml --copy copy.json --yes',
    ])
      expect([line, await chapter.run(line)]).toMatchObject([line, { status: 0, complained: '' }]);
    await world.perimeter.restart();
    await says(chapter, PERIMETER_READY, isReady);
    await says(chapter, BOT_READY, isReady);
    expect([hasGlobal(RITA), hasGlobal(SAM)]).toEqual([true, true]);
    world.clock.advance(31 * MINUTE_MS);
    await seen(world, 'both ended', () => !hasGlobal(RITA) && !hasGlobal(SAM));
    await give(GINA, 'INC-3: after it came back');
    chapter.expectEverythingRun();
  });

  it('brings back a bot that was down for a day, on a new disk: it hears what happened, and cards say so', async () => {
    await open({ adjust: onlyHallpassEnds });
    world.microsoft.tenant.setLicence('P1');
    const chapter = chapterOf(world, 'The bot is down for a day');
    await give(RITA, 'INC-1: before the backup');
    await chapterOf(world).run('hallpass backup --config hallpass.yaml --to backup-bot');
    await world.bot.kill('SIGKILL');
    expect(await chapter.run('hallpass perimeter revoke-all --config perimeter.yaml --confirm')).toMatchObject({
      status: 0,
      said: expect.stringContaining('Everything is known to be gone.'),
    });
    expect(hasGlobal(RITA)).toBe(false);
    world.clock.advance(DAY_MS);
    rmSync(world.files.botStore, { recursive: true });
    expect(await chapter.run('hallpass restore --config hallpass.yaml --from backup-bot')).toMatchObject({ status: 0 });
    await world.bot.restart();
    await says(chapter, BOT_READY, isReady);
    await seen(world, 'confirmation', () => directMessages(world, RITA).some((one) => wordsOf(one).includes('Confirmed gone')));
    chapter.expectEverythingRun();
  });

  it('waits for a sign-in that is down: nothing is given or lost, and what was due ends when it is back', async () => {
    await open({ adjust: onlyHallpassEnds });
    world.microsoft.tenant.setLicence('P1');
    const chapter = chapterOf(world, 'Sign-in with Entra ID is down');
    await give(RITA, 'INC-1: before it went down');
    for (const farEnd of ['login', 'graph'] as const) world.microsoft.faults.setOffline(farEnd, true);
    world.clock.advance(50 * MINUTE_MS);
    const doctor = await chapter.run('hallpass doctor --perimeter perimeter.yaml');
    expect([doctor.status, doctor.said]).not.toEqual([0, expect.anything()]);
    await says(chapter, PERIMETER_READY, /should have ended/);
    expect(hasGlobal(RITA)).toBe(true);
    for (const farEnd of ['login', 'graph'] as const) world.microsoft.faults.setOffline(farEnd, false);
    await seen(world, 'ended', () => !hasGlobal(RITA), 90_000);
    await says(chapter, PERIMETER_READY, /^(?!.*should have ended).*"ready":true/);
    await give(SAM, 'INC-2: after it came back');
    chapter.expectEverythingRun();
  });

  it('makes room on a full disk: what ends has ended meanwhile, and giving goes on by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-runbook-'));
    disk = makeSmallDisk(folder, undefined);
    await open({ ...disk.options, adjust: onlyHallpassEnds }, folder);
    world.microsoft.tenant.setLicence('P1');
    const chapter = chapterOf(world, 'The disk is full');
    await give(RITA, 'INC-1: before it was full');
    await ask(SAM, 'INC-2: waits');
    await seen(world, 'the card', () => slackCard(world, SLACK.approversChannelId, 'INC-2: waits', 'approve'));
    disk.fill();
    world.clock.advance(31 * MINUTE_MS);
    await seen(world, 'ended on a full disk', () => !hasGlobal(RITA));
    await says(chapter, PERIMETER_READY, /The store is full/);
    disk.makeRoom();
    await says(chapter, PERIMETER_READY, isReady);
    expect(await chapter.run('hallpass journal verify --folder perimeter')).toMatchObject({ status: 0 });
    await give(GINA, 'INC-3: there is room again');
    chapter.expectEverythingRun();
  });

  it('stops everything when somebody may have taken it over, keeps what happened, and goes on when two have signed', async () => {
    await open({
      adjust(draft) {
        onlyHallpassEnds(draft);
        draft.perimeter.unfreeze = { people: [GINA, ANNA].map(({ objectId }) => ({ tenantId: TENANT_ID, objectId })) };
      },
    });
    world.microsoft.tenant.setLicence('P1');
    const chapter = chapterOf(world, 'Somebody may have taken it over');
    await give(RITA, 'INC-1: before anybody noticed');
    const frozen = await chapter.run('hallpass perimeter freeze --config perimeter.yaml --reason "the bot may be taken over"');
    const [, freezeId] = /\((freeze\w+)\)/.exec(frozen.said) ?? [];
    expect(await chapter.run('hallpass perimeter revoke-all --config perimeter.yaml --confirm')).toMatchObject({ status: 0 });
    expect(hasGlobal(RITA)).toBe(false);
    await world.bot.kill('SIGKILL');
    for (const line of [
      'hallpass backup --config perimeter.yaml --to seized-perimeter',
      'hallpass backup --config hallpass.yaml --to seized-bot',
      'hallpass journal verify --folder perimeter',
      'hallpass journal tail --folder perimeter --lines 50',
    ])
      expect([line, await chapter.run(line)]).toMatchObject([line, { status: 0, complained: '' }]);
    await world.bot.restart();
    await says(chapter, PERIMETER_READY, /"ready":false.*frozen/);
    for (const who of [GINA, ANNA]) {
      const first = await createBrowser({ ca: readFileSync(world.caFile, 'utf8') }).open(
        `${world.approveUrl}/approve/${freezeId ?? ''}`,
      );
      const page = await signIn(await first.click('Sign in'), who);
      await signIn(await page.click('Sign that it may give again'), who);
    }
    await says(chapter, PERIMETER_READY, isReady);
    await give(SAM, 'INC-2: after it was over');
    chapter.expectEverythingRun();
  });
});
