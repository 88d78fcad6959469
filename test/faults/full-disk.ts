import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ABEL, ANNA, type CastMember, GINA, RITA, ROLES, SAM, SLACK } from '../../src/playground/cast.ts';
import type { World } from '../../src/playground/world.ts';
import { unrest, violations } from '../crash/checks.ts';
import { grantsOf, requestsOf } from '../crash/records.ts';
import { approveInSlack, askInSlack, directMessages, holds, seen, slackCard, wordsOf } from '../support/acting.ts';
import { openWorld, pause } from './faulty-world.ts';
import { type DiskKind, makeSmallDisk, type SmallDisk } from './small-disk-choice.ts';

const MINUTE_MS = 60_000;
/** Longer than the store waits before it looks for room again (stores/lowdb/room.ts). */
const HOLD_MS = 7_000;

interface Wish {
  readonly who: CastMember;
  readonly entitlementId: string;
  readonly roleDefinitionId: string;
  readonly why: string;
}

const wish = (who: CastMember, entitlementId: string, roleDefinitionId: string, why: string): Wish => ({
  who,
  entitlementId,
  roleDefinitionId,
  why,
});
const EXPIRES = wish(RITA, 'global-reader', ROLES.globalReader, 'ends while the disk is full');
const RELEASED = wish(SAM, 'security-reader', ROLES.securityReader, 'given back while the disk is full');
const RESTARTED = wish(ABEL, 'global-reader', ROLES.globalReader, 'ends after a start on a full disk');
const DECIDED = wish(GINA, 'reports-reader', ROLES.reportsReader, 'approved while the disk is full');
const ASKED = wish(RITA, 'security-reader', ROLES.securityReader, 'asked while the disk is full');

/** Disk full: nothing is given, taking goes on; also after a kill. With room again, what waited is carried out. Returns what was not so. */
export async function diskFull(wanted: DiskKind | undefined, say: (text: string) => void): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-disk-'));
  const disk = makeSmallDisk(folder, wanted);
  const world = await openWorld(folder, 'P1', { ...disk.options, restartByItself: false });
  const problems: string[] = [];
  try {
    await world.ready();
    await walk(world, disk, problems);
    if (problems.length === 0)
      say(
        `disk (${disk.kind}): 3 taken while it was full, 1 of them after a kill; nothing given; 2 given when there was room again`,
      );
  } catch (error) {
    problems.push(`${String(error)}; unrest: ${unrest(world).join('; ')}`);
  } finally {
    await world.close();
    disk.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return problems.map((problem) => `disk (${disk.kind}): ${problem}`);
}

async function walk(world: World, { fill, makeRoom }: SmallDisk, problems: string[]): Promise<void> {
  const isHeld = ({ who, roleDefinitionId }: Wish) => holds(world, who, roleDefinitionId);
  const ask = ({ who, entitlementId, why }: Wish) => askInSlack(world, who, { entitlementId, minutes: 30, why });
  const gone = (one: Wish) => seen(world, `no longer held: ${one.why}`, () => !isHeld(one));
  const given = (one: Wish) => seen(world, `held: ${one.why}`, () => isHeld(one));
  const give = async (one: Wish) => {
    await ask(one);
    await approveInSlack(world, ANNA, one.why);
    await given(one);
  };

  await give(EXPIRES);
  world.clock.advance(10 * MINUTE_MS);
  await give(RELEASED);
  await give(RESTARTED);
  await ask(DECIDED);
  await seen(world, 'its card', () => slackCard(world, SLACK.approversChannelId, DECIDED.why, 'approve'));
  fill();
  const gaveBefore = gives(world);
  world.clock.advance(21 * MINUTE_MS);
  await gone(EXPIRES);
  await releaseInSlack(world, RELEASED.who);
  await gone(RELEASED);
  await seen(world, 'word of the full disk', () => /"code":"store.full"/.test(logOf(world)));
  await world.perimeter.kill('SIGKILL');
  await world.perimeter.restart();
  world.clock.advance(10 * MINUTE_MS);
  await gone(RESTARTED);

  await approveInSlack(world, ANNA, DECIDED.why);
  await ask(ASKED);
  await pause(HOLD_MS);
  if (gives(world) > gaveBefore) problems.push('something was given on a full disk');
  if (grantOf(world, ASKED) !== undefined) problems.push('a request was registered on a full disk');
  if (isHeld(EXPIRES) || isHeld(RELEASED) || isHeld(RESTARTED)) problems.push('something was not taken on a full disk');

  makeRoom();
  await given(DECIDED);
  await approveInSlack(world, ANNA, ASKED.why);
  await given(ASKED);
  await seen(world, 'everything at rest', () => unrest(world).length === 0);
  problems.push(...violations(world));
}

const gives = (world: World) =>
  world.microsoft.tenant.audit.entries.filter(({ action, via }) => action === 'role.given' && via !== 'outside').length;

const logOf = (world: World) => readFileSync(join(world.folder, 'perimeter.log'), 'utf8');

/** The ledger's record of what the bot was asked, by its id. */
function grantOf(world: World, { who, entitlementId }: Wish) {
  const request = [...requestsOf(world).values()].findLast(
    ({ context }) => context.request.entitlementId === entitlementId && context.request.requester.objectId === who.objectId,
  );
  return request === undefined ? undefined : grantsOf(world).get(request.caseId);
}

async function releaseInSlack(world: World, who: CastMember): Promise<void> {
  const message = await seen(world, 'a button to give it back', () =>
    directMessages(world, who).findLast(({ blocks }) => wordsOf(blocks).includes('"action_id":"release"')),
  );
  const im = world.slack.model.state().channels.find(({ kind, members }) => kind === 'im' && members.includes(who.slackUserId));
  await world.slack.people.press(who.slackUserId, { channelId: im?.id ?? '', ts: message.ts }, 'release');
}
