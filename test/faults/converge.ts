import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SLACK, TEAMS } from '../../src/playground/cast.ts';
import type { Licence } from '../../src/playground/microsoft/tenant/tenant-model.ts';
import type { World } from '../../src/playground/world.ts';
import { unrest, violations } from '../crash/checks.ts';
import { startLoad } from '../crash/load.ts';
import { randomOf } from '../crash/plan.ts';
import { grantsOf, requestsOf } from '../crash/records.ts';
import { channel, conversation, wordsOf } from '../support/acting.ts';
import { FAILING_RATE, followLimits, letMicrosoftFail, openWorld, pause } from './faulty-world.ts';
import { describeLag, lagsOf } from './lags.ts';
import { followTimeline } from './timeline.ts';
import { waitsIn } from './waits.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** As playground/config-files.ts sets it. */
const SWEEP_MS = 1_000;
const MOVE_EVERY_MS = 2_000;
const LONG_MOVE_EVERY = 8;
/**
 * Only an end without end is not converging: ten failures in a row wait for 100 s together, what was not found is looked for during 30 s, and
 * Microsoft answers five questions to its audit in ten seconds, whoever asks.
 */
const REST_WITHIN_MS = 420_000;
const ROOT_ALERT = 'control every Azure subscription';

export interface RoundOptions {
  readonly licence: Licence;
  readonly seed: number;
  readonly grants: number;
  /** Milliseconds after which asking stops, whatever was reached. */
  readonly askForMs: number;
  readonly say: (text: string) => void;
}

/** People ask, decide and give back while Microsoft fails; ends come by the clock. Returns what was not as it must be. */
export async function convergeUnderFaults({ licence, seed, grants, askForMs, say }: RoundOptions): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-faults-'));
  const random = randomOf(seed);
  const world = await openWorld(folder, licence);
  const timeline = followTimeline(world.clock);
  const limited = followLimits(world);
  try {
    letMicrosoftFail(world, seed);
    await world.ready();
    world.microsoft.tenant.elevate();
    const load = startLoad(world, random);
    const given = () => givesOf(world).length;
    const until = Date.now() + askForMs;
    load.resume();
    for (let moves = 1; given() < grants && Date.now() < until; moves++) {
      await pause(MOVE_EVERY_MS);
      world.clock.advance(Math.ceil(random() * (moves % LONG_MOVE_EVERY === 0 ? 300 : 10)) * MINUTE_MS);
    }
    await load.pause();
    const problems = given() < grants ? [`only ${given()} grants were given in ${askForMs / 1_000} s`] : [];
    problems.push(...(await rest(world, () => [...unrest(world), ...alertFaults(world, 'open')])));
    world.microsoft.tenant.unelevate();
    world.clock.advance(DAY_MS);
    problems.push(...(await rest(world, () => [...unrest(world), ...stillOpen(world), ...alertFaults(world, 'resolved')])));
    problems.push(...violations(world));
    // What was committed last stands in the journals a moment later.
    await pause(MOVE_EVERY_MS / 4);
    const { lags, strays } = lagsOf(world, timeline, SWEEP_MS, limited);
    problems.push(...strays);
    for (const lag of lags) {
      if (lag.overMs > lag.allowedMs) problems.push(`outlived its end: ${describeLag(lag)}`);
      problems.push(...lag.faults);
    }
    const worst = lags.toSorted((a, b) => b.overMs - a.overMs)[0];
    const calls = world.microsoft.exchanges.recent().length;
    say(
      `${licence}: ${load.deeds} deeds, ${requestsOf(world).size} requests, ${given()} given, ${lags.length} gone, ${world.microsoft.faults.log.length} calls failed on purpose (${FAILING_RATE * 100} %; ${calls} of the rest in the record), ${limited.length} over a published limit`,
    );
    say(
      `${licence}: ${Object.entries(world.microsoft.faults.counts())
        .map(([kind, count]) => `${kind} ${count}`)
        .toSorted()
        .join(', ')}`,
    );
    if (worst !== undefined) say(`${licence}: the worst: ${describeLag(worst)}`);
    if (problems.length > 0) say(`${licence}: the world is kept in ${folder}\n${waitsOf(world, problems)}`);
    else rmSync(folder, { recursive: true, force: true });
    return problems.map((problem) => `${licence}: ${problem}`);
  } finally {
    timeline.stop();
    await world.close();
  }
}

/** What the perimeter waited for in the cases that the problems name. */
function waitsOf(world: World, problems: readonly string[]): string {
  return waitsIn(`${world.folder}/perimeter.log`)
    .filter(({ caseId }) => problems.some((problem) => problem.includes(caseId)))
    .map(({ caseId, atMs, command, attempt, code, waitMs }) =>
      [new Date(atMs).toISOString(), caseId, command, `failure ${attempt}`, code, `waits ${waitMs} ms`].join(' '),
    )
    .join('\n');
}

const givesOf = (world: World) =>
  world.microsoft.tenant.audit.entries.filter(({ action, via }) => action === 'role.given' && via !== 'outside');

/** Waits until nothing is left to say, with the faults still on. The clock helps where Entra wants its five minutes. */
async function rest(world: World, reasonsNow: () => readonly string[]): Promise<readonly string[]> {
  const until = Date.now() + REST_WITHIN_MS;
  let helpAt = Date.now() + 3_000;
  for (;;) {
    const reasons = reasonsNow();
    if (reasons.length === 0) return [];
    if (Date.now() > until) return reasons.map((reason) => `did not converge: ${reason}`);
    if (Date.now() > helpAt) {
      world.clock.advance(2 * MINUTE_MS);
      helpAt = Date.now() + 3_000;
    }
    await pause(100);
  }
}

function stillOpen(world: World): string[] {
  return [...grantsOf(world).values(), ...requestsOf(world).values()]
    .filter(({ status }) => status === 'active')
    .map(({ caseId, state }) => `a day later ${caseId} is ${state}`);
}

/** A Global Administrator took root access: one alert on each platform, however often looking failed, and true to the tenant. */
function alertFaults(world: World, wanted: 'open' | 'resolved'): string[] {
  const inSlack = channel(world, SLACK.securityChannelId).map(({ blocks }) => wordsOf(blocks));
  const inTeams = conversation(world, TEAMS.securityConversationId).map(({ cards }) => wordsOf(cards));
  return Object.entries({ Slack: inSlack, Teams: inTeams }).flatMap(([platform, messages]) => {
    const alerts = messages.filter((words) => words.includes(ROOT_ALERT));
    if (alerts.length !== 1) return [`${alerts.length} alerts about root access in ${platform}`];
    const isOpen = alerts.some((words) => words.includes('acknowledge'));
    return isOpen === (wanted === 'open') ? [] : [`the alert about root access in ${platform} is not ${wanted}`];
  });
}
