import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { CAST, SLACK } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { percentile } from '../figures.ts';
import { approveClick, type BenchPerson, benchPeople, joinSlack, joinTenant, personOf } from '../seed/bench-people.ts';
import { seedLedger, seedRequests } from '../seed/seed-stores.ts';
import type { Clicked, ClickPlan } from './clicker.ts';
import { unlimited } from '../../test/support/unlimited.ts';

export interface ClickOptions {
  readonly openCases: number;
  readonly perSecond: number;
  readonly seconds: number;
}

interface Spread {
  readonly p50: number;
  readonly p99: number;
}

export interface ClickFigures {
  readonly clicks: number;
  readonly acknowledged: Spread;
  readonly bare: Spread;
  /** From the click to the decision's line in the journal. */
  readonly decided: Spread;
  readonly decisions: number;
  readonly checkpoints: number;
  readonly openCases: number;
  readonly refused: number;
}

/** Clicks on Approve, each on another card, while everything that follows a click goes on; before it, the same on a bare Bolt. */
export async function measureClicks(options: ClickOptions): Promise<ClickFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-'));
  const people = benchPeople(options.openCases);
  const world = await openWorld(folder, people, options);
  try {
    await fill(world, people);
    await quiet(world);
    const clicked = people.slice(0, options.perSecond * (WARM_UP_SECONDS + options.seconds));
    const counted = <T>(all: readonly T[]): readonly T[] => all.slice(options.perSecond * WARM_UP_SECONDS);
    const bodies = clicked.map((person) => approveClick(world.slack, person));
    const signingSecret = readFileSync(join(world.folder, 'secrets', 'slackSigningSecret'), 'utf8');
    const plan = { signingSecret, perSecond: options.perSecond, bodies };
    const bare = counted(await onBareBolt(plan));
    const checkpoints = countCheckpoints(world.files.botStore, WARM_UP_SECONDS * 1_000);
    const ours = counted(await click({ ...plan, url: `${world.botUrl}/slack/events` }));
    const written = checkpoints.stop();
    await quiet(world);
    const decided = decisionsAfter(world, counted(clicked), ours);
    return {
      clicks: ours.length,
      acknowledged: spreadOf(ours.map(({ answeredMs }) => answeredMs)),
      bare: spreadOf(bare.map(({ answeredMs }) => answeredMs)),
      decided: spreadOf(decided),
      decisions: decided.length,
      checkpoints: written,
      openCases: options.openCases,
      refused: [...ours, ...bare].filter(({ status }) => status !== 200).length,
    };
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Clicked and not counted: a bot that has just started compiles its code. */
const WARM_UP_SECONDS = 4;
/** Less than a click brings with everything that follows it, so that the window sees its checkpoints for certain. */
const LINES_A_CLICK = 6;
const CHECKPOINTS_WANTED = 3;

function openWorld(folder: string, people: readonly BenchPerson[], { perSecond, seconds }: ClickOptions): Promise<World> {
  return startWorld({
    folder: join(folder, 'world'),
    slackMode: 'http',
    limits: 'off',
    restartByItself: false,
    adjust(draft) {
      const { hallpass } = draft;
      unlimited(draft, true);
      hallpass.store.checkpointEveryLines = Math.floor((perSecond * seconds * LINES_A_CLICK) / (CHECKPOINTS_WANTED + 1));
      // One platform: a click is a click, and the other one's far end would only take from the same processor.
      delete hallpass.teams;
      for (const channel of [...hallpass.entitlements.map((each) => each.approversChannel), hallpass.security.channel]) {
        delete channel?.teamsConversationId;
        delete channel?.teamsTeamId;
      }
      hallpass.people = [...CAST, ...people].map((one) => ({
        person: personOf(one),
        slack: [{ workspaceId: SLACK.workspaceId, userId: one.slackUserId }],
      }));
    },
  });
}

/** Both processes stand still meanwhile: a store has one writer. */
async function fill(world: World, people: readonly BenchPerson[]): Promise<void> {
  await Promise.all([world.bot.kill('SIGTERM'), world.perimeter.kill('SIGTERM')]);
  // Without PIM: the playground looks through every request there ever was for each of its answers, and would be measured instead.
  world.microsoft.tenant.setLicence('P1');
  // What Graph's published limits do to a burst is another row; here it would only hide the click.
  world.microsoft.limits.on = false;
  joinTenant(world.microsoft.tenant, people);
  joinSlack(world.slack, people);
  const { seq } = await seedLedger(world.files.perimeterStore, world.clock, people, 30);
  await seedRequests(world.files.botStore, world.clock, people, seq);
  await world.perimeter.restart();
  await world.bot.restart();
}

/** Until neither process has written a line for a while. */
async function quiet(world: World): Promise<void> {
  const lines = () => world.journals.bot.lines.length + world.journals.perimeter.lines.length;
  for (let before = -1; before !== lines(); ) {
    before = lines();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
}

async function onBareBolt(plan: Omit<ClickPlan, 'url'>): Promise<readonly Clicked[]> {
  const bolt = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'bare-bolt.ts'), plan.signingSecret], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port]: unknown[] = await once(createInterface({ input: bolt.stdout }), 'line');
    return await click({ ...plan, url: `http://127.0.0.1:${String(port)}/slack/events` });
  } finally {
    bolt.kill();
  }
}

async function click(plan: ClickPlan): Promise<readonly Clicked[]> {
  const clicker = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'clicker.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  clicker.stdin.end(JSON.stringify(plan));
  return JSON.parse(await text(clicker.stdout)) as readonly Clicked[];
}

/** Those that are new from `afterMs` on. Two are kept at a time, so it is looked often enough. */
function countCheckpoints(store: string, afterMs: number): { stop(): number } {
  const names = () => readdirSync(join(store, 'checkpoint')).filter((name) => name.startsWith('checkpoint-'));
  const known = new Set(names());
  let isCounting = false;
  let count = 0;
  const look = () => {
    const fresh = names().filter((name) => !known.has(name));
    for (const name of fresh) known.add(name);
    if (isCounting) count += fresh.length;
  };
  const begin = setTimeout(() => {
    look();
    isCounting = true;
  }, afterMs);
  const timer = setInterval(look, 100);
  return {
    stop() {
      clearTimeout(begin);
      clearInterval(timer);
      look();
      return count;
    },
  };
}

/** The clock of the bench is not moved: domain time is real time. */
function decisionsAfter(world: World, people: readonly BenchPerson[], clicks: readonly Clicked[]): number[] {
  const dueAt = new Map(people.map(({ caseId }, index) => [caseId, clicks[index]?.dueAtMs ?? Number.NaN]));
  return world.journals.bot.lines.flatMap(({ line }) => {
    const due = line.events.some(({ type }) => type === 'decided') ? dueAt.get(line.case) : undefined;
    return due === undefined ? [] : [Date.parse(line.at) - due];
  });
}

function spreadOf(values: readonly number[]): Spread {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}
