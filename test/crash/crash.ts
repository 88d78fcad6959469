/**
 * `npm run crash -- --per-point 10 --seed 7`: kills the real bot and the real perimeter at named points, under overlapping requests, decisions,
 * releases and ends, and looks at the tenant after each restart. Half of the kills happen in a tenant with PIM, half in one without.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CAST, TENANT_ID } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { unrest, violations } from './checks.ts';
import { createKiller, type Killer } from './killer.ts';
import { type Load, startLoad } from './load.ts';
import { killPlan, nameOf, randomOf, type Role, TARGETS, type Target } from './plan.ts';
import { grantsOf, requestsOf } from './records.ts';
import { unlimited } from '../support/unlimited.ts';

const { values } = parseArgs({
  options: {
    'per-point': { type: 'string', default: '2' },
    seed: { type: 'string', default: '7' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const PER_POINT = Number(values['per-point']);
const SEED = Number(values.seed);
const REACH_WITHIN_MS = 12_000;
const HELP_AFTER_MS = 5_000;
const REST_WITHIN_MS = 180_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const say = (text: string) => process.stdout.write(`${text}\n`);
const counts = new Map<string, number>();

type Licence = 'P2' | 'P1';

async function beginWorld(licence: Licence, folder: string): Promise<World> {
  const everybody = CAST.map(({ objectId }) => ({ tenantId: TENANT_ID, objectId }));
  const world = await startWorld({
    folder: join(folder, 'world'),
    slackMode: 'http',
    limits: 'off',
    restartByItself: false,
    extraPipes: 1,
    nodeArgs: {
      bot: ['--import', join(import.meta.dirname, 'report-points.ts')],
      perimeter: ['--import', join(import.meta.dirname, 'report-points.ts')],
    },
    env: { HALLPASS_CRASH_FOLDER: join(folder, 'armed') },
    adjust(draft) {
      // Often enough that a kill can meet one.
      draft.hallpass.store.checkpointEveryLines = 60;
      draft.perimeter.store.checkpointEveryLines = 30;
      for (const entitlement of draft.hallpass.entitlements) entitlement.mayRequest = { people: everybody };
      unlimited(draft, licence === 'P1');
      for (const entitlement of draft.perimeter.entitlements) entitlement.mayReceive = { people: everybody };
    },
  });
  if (licence === 'P1') world.microsoft.tenant.setLicence('P1');
  await world.ready();
  return world;
}

/** At rest: nothing under way, the tenant as the ledger says. The clock helps where Entra wants its five minutes. */
async function rest(world: World): Promise<string[]> {
  const until = Date.now() + REST_WITHIN_MS;
  let helpAt = Date.now() + HELP_AFTER_MS;
  for (;;) {
    const reasons = unrest(world);
    if (reasons.length === 0) return [];
    if (Date.now() > until) return reasons;
    if (Date.now() > helpAt && [...grantsOf(world).values()].some(({ state }) => state === 'taking')) {
      world.clock.advance(5 * MINUTE_MS + 1_000);
      helpAt = Date.now() + 2 * HELP_AFTER_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function check(world: World, what: string): Promise<void> {
  const faults = [...(await rest(world)), ...violations(world)];
  if (faults.length === 0) return;
  say(`FAILED after ${what} (world kept in ${world.folder}):\n  ${faults.slice(0, 20).join('\n  ')}`);
  await world.close();
  process.exit(1);
}

async function killAt(
  world: World,
  killer: Killer,
  load: Load,
  target: Target,
  random: () => number,
  again: boolean,
): Promise<boolean> {
  killer.arm(target.role, `${target.point}#${again ? 1 : 1 + Math.floor(random() * 3)}`);
  await killer.killAndRestart(world, [target.role]).catch(() => undefined);
  load.resume();
  const reached = await killer.reached(REACH_WITHIN_MS);
  killer.arm(target.role, '');
  const other: Role = target.role === 'bot' ? 'perimeter' : 'bot';
  await killer.killAndRestart(world, random() < 0.25 ? [target.role, other] : [target.role]);
  await load.pause();
  if (reached === 'timeout') return false;
  counts.set(nameOf(target), (counts.get(nameOf(target)) ?? 0) + 1);
  return true;
}

async function round(licence: Licence, perPoint: number, seed: number): Promise<void> {
  if (perPoint === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-crash-'));
  const random = randomOf(seed);
  const killer = createKiller(join(folder, 'armed'));
  const world = await beginWorld(licence, folder);
  killer.watch(world);
  const load = startLoad(world, random);
  const queue = killPlan(perPoint, random).filter((target) => values.only === undefined || nameOf(target).includes(values.only));
  const tries = new Map<string, number>();
  let kills = 0;
  for (const target of queue) {
    const began = Date.now();
    const name = nameOf(target);
    const done = await killAt(world, killer, load, target, random, (tries.get(name) ?? 0) > 0);
    kills += 1;
    tries.set(name, (tries.get(name) ?? 0) + 1);
    if (!done && (tries.get(name) ?? 0) < perPoint * 3) queue.push(target);
    await check(world, `kill ${kills} (${licence}, ${name}${done ? '' : ', not reached, killed all the same'})`);
    if (values.verbose)
      say(`${licence} ${kills} ${name} ${done ? 'reached' : 'not reached'}, ${Math.round((Date.now() - began) / 1000)} s`);
    if (kills % 20 === 0)
      say(`${licence}: ${kills} kills, ${queue.length - kills} to go, ${load.deeds} deeds, ${grantsOf(world).size} grants`);
  }
  world.clock.advance(DAY_MS);
  await check(world, `the last end (${licence})`);
  const until = Date.now() + REST_WITHIN_MS;
  const open = () => [...grantsOf(world).values(), ...requestsOf(world).values()].filter(({ status }) => status === 'active');
  while (open().length > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 200));
  await check(world, `everything is over (${licence})`);
  if (open().length > 0)
    throw new Error(
      `a day later still open: ${open()
        .map(({ caseId, state }) => `${caseId} ${state}`)
        .join(', ')}`,
    );
  const given = world.microsoft.tenant.audit.entries.filter(
    ({ action, via }) => action === 'role.given' && via !== 'outside',
  ).length;
  say(
    `${licence}: ${kills} kills, ${load.deeds} deeds, ${requestsOf(world).size} requests, ${grantsOf(world).size} grants, ${given} given, all ended`,
  );
  await world.close();
  rmSync(folder, { recursive: true, force: true });
}

say(`seed ${SEED}, ${PER_POINT} kills at each of ${TARGETS.length} points`);
await round('P2', Math.ceil(PER_POINT / 2), SEED);
await round('P1', Math.floor(PER_POINT / 2), SEED + 1);
const wanted = TARGETS.filter((target) => values.only === undefined || nameOf(target).includes(values.only));
for (const target of wanted) say(`${nameOf(target).padEnd(44)} ${counts.get(nameOf(target)) ?? 0}`);
const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
const short = wanted.filter((target) => (counts.get(nameOf(target)) ?? 0) < PER_POINT);
say(
  `${total} kills at named points, ${short.length} points reached less often than wanted: ${short.map(nameOf).join(', ') || 'none'}`,
);
process.exit(short.length > 0 ? 1 : 0);
