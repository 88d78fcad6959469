/**
 * `npm run bench [-- --quick]`: one table. Each figure stands beside what it is measured against in the same run, so that the ratio says
 * something on any machine. Nothing here passes or fails: it prints, and exits with 0.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type ClickFigures, measureClicks } from './clicks/measure-clicks.ts';
import { benchDurable, type DurableFigures } from './durable.ts';
import { type EndFigures, measureEnds } from './ends/measure-ends.ts';
import { met, ms, type Row, tableOf, times } from './figures.ts';
import { measureSigned, type SignedFigures } from './signed.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    transitions: { type: 'string' },
    concurrency: { type: 'string' },
    closed: { type: 'string' },
    open: { type: 'string' },
    clicks: { type: 'string' },
    seconds: { type: 'string' },
    grants: { type: 'string' },
  },
});
/** `given` on the command line, else a size for trying, else the full one. */
const size = (given: string | undefined, quick: number, full: number): number => Number(given ?? (values.quick ? quick : full));
const open = size(values.open, 800, 5_000);
const wanted = (name: string): boolean => values.only === undefined || values.only === name;
const say = (text: string) => process.stdout.write(`${text}\n`);

const CLICK_P99_GOAL_MS = 300;
const CHECKPOINTS_GOAL = 3;
const READY_GOAL_MS = 1_000;
const GROWTH_GOAL_MB = 100;
const RATIO_GOAL = 0.5;

function durableRows(figures: DurableFigures, concurrency: number): Row[] {
  const { transitionsPerSecond, boundPerSecond, ratio, readyMs, importsMs, growthMb, journalMb } = figures;
  const past = `${count(figures.closedCases)} closed and ${count(figures.openCases)} open cases`;
  return [
    {
      what: `durable transitions a second, ${concurrency} at once`,
      ours: count(transitionsPerSecond),
      against: `bare transition, JSON and shared fdatasync: ${count(boundPerSecond)}`,
      ratio: `${ratio.toFixed(2)} ×`,
      goal: `at least ${RATIO_GOAL} ×`,
      met: met(ratio >= RATIO_GOAL),
    },
    {
      what: `store ready after a kill, ${past}`,
      ours: ms(readyMs),
      against: `imports alone: ${ms(importsMs)}`,
      ratio: times(readyMs, importsMs),
      goal: `under ${ms(READY_GOAL_MS)}`,
      met: met(readyMs < READY_GOAL_MS),
    },
    {
      what: 'its memory beyond the imports',
      ours: `${growthMb} MB`,
      against: `journal on disk: ${journalMb} MB`,
      ratio: times(growthMb, journalMb),
      goal: `under ${GROWTH_GOAL_MB} MB`,
      met: met(growthMb < GROWTH_GOAL_MB),
    },
  ];
}

function clickRows(figures: ClickFigures, perSecond: number): Row[] {
  const { acknowledged, bare, decided, checkpoints, openCases, clicks, decisions } = figures;
  const what = `card click to acknowledged, ${perSecond} a second, ${count(openCases)} open cases`;
  return [
    {
      what: `${what}: p50`,
      ours: ms(acknowledged.p50),
      against: `bare Bolt: ${ms(bare.p50)}`,
      ratio: times(acknowledged.p50, bare.p50),
      goal: '—',
      met: '—',
    },
    {
      what: `${what}: p99`,
      ours: ms(acknowledged.p99),
      against: `bare Bolt: ${ms(bare.p99)}`,
      ratio: times(acknowledged.p99, bare.p99),
      goal: `under ${ms(CLICK_P99_GOAL_MS)}`,
      met: met(acknowledged.p99 < CLICK_P99_GOAL_MS),
    },
    {
      what: 'checkpoints written in that window',
      ours: String(checkpoints),
      against: `${count(clicks)} clicks, ${count(decisions)} decisions counted`,
      ratio: '—',
      goal: `at least ${CHECKPOINTS_GOAL}`,
      met: met(checkpoints >= CHECKPOINTS_GOAL),
    },
    {
      what: 'the same clicks to the decision in the journal: p99',
      ours: ms(decided.p99),
      against: `acknowledged: ${ms(acknowledged.p99)}`,
      ratio: times(decided.p99, acknowledged.p99),
      goal: '—',
      met: '—',
    },
  ];
}

function endRow({ kind, grants, lag, bare, limits }: EndFigures): Row {
  return {
    what: `${count(grants)} grants end in one second (${kind}): read back as gone, p50 / p99`,
    ours: `${ms(lag.p50)} / ${ms(lag.p99)}`,
    against: `Graph's limits alone: ${ms(limits.p50)} / ${ms(limits.p99)}; bare client: ${ms(bare.p50)} / ${ms(bare.p99)}`,
    ratio: times(lag.p99, Math.max(limits.p99, bare.p99)),
    goal: '—',
    met: '—',
  };
}

function signedRow({ signed, acceptMs, bareMs }: SignedFigures): Row {
  return {
    what: `${count(signed)} signed approvals one by one: token, judgement, evidence, ledger: p50`,
    ours: ms(acceptMs),
    against: `one RS256 verification and one fdatasync: ${ms(bareMs)}`,
    ratio: times(acceptMs, bareMs),
    goal: '—',
    met: '—',
  };
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

const rows: Row[] = [];
async function part(name: string, measure: () => Promise<Row[]>): Promise<void> {
  if (!wanted(name)) return;
  const startedAt = performance.now();
  rows.push(...(await measure()));
  say(`${name}: measured in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
}

say(`${availableParallelism()} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`);
await part('durable', async () => {
  const concurrency = size(values.concurrency, 64, 64);
  const transitions = size(values.transitions, 4_000, 20_000);
  const figures = await benchDurable({
    transitions,
    concurrency,
    rounds: values.quick ? 1 : 3,
    closed: size(values.closed, 5_000, 100_000),
    open,
  });
  return durableRows(figures, concurrency);
});
await part('clicks', async () => {
  const perSecond = size(values.clicks, 50, 50);
  return clickRows(await measureClicks({ openCases: open, perSecond, seconds: size(values.seconds, 8, 40) }), perSecond);
});
await part('ends', async () => {
  const grants = size(values.grants, 100, 1_000);
  return [endRow(await measureEnds('plain', grants)), endRow(await measureEnds('pim', grants))];
});
await part('signed', async () => [signedRow(await measureSigned(size(undefined, 50, 300)))]);
say(`\n${tableOf(rows)}`);
process.exit(0);
