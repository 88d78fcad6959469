import { codeOf } from '../access/core/app-error.ts';
import { instantOf, type Clock } from '../access/core/clock.ts';
import type { Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { blindOf, couldNotCheck } from './could-not-check.ts';
import { openFindings, type ScannedTenant, settle, type Tally } from './settle.ts';
import type { Blind, Look, Watch } from './sighting.ts';

export interface ScanDeps {
  readonly tenant: ScannedTenant;
  readonly runtime: Runtime;
  readonly collectors: readonly Watch[];
  /** The domain clock. */
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMinutes: number;
  /** How many scans in a row a passing failure may fail before it is said. */
  readonly patience?: number;
}

export interface CheckReport extends Tally {
  readonly checkId: string;
  /** Why not everything was seen; absent when it was. */
  readonly blindCode?: string;
}
export interface ScanReport {
  readonly at: string;
  readonly checks: readonly CheckReport[];
}

export interface Scan {
  /** Scans now, after a scan that is under way: whoever asks wants to know what is there from now on. */
  runNow(): Promise<ScanReport>;
  /** The newest finished scan. */
  last(): ScanReport | undefined;
  /** Ends the scan under way and starts no other. */
  stop(): Promise<void>;
}

/** Three in a row: a blip of Graph's in one hour is no message to the security channel. */
const PATIENCE = 3;
/** How often it is looked whether a scan is due: the domain clock may run ahead. */
const LOOK_EVERY_MS = 5_000;

/**
 * Looks at the tenant at once and then every so often, and turns what it sees into finding cases: begun once, told again only when
 * something changed, gone only when everything was seen and it was not there.
 */
export function startScan(deps: ScanDeps): Scan {
  const { clock, log } = deps;
  const stopping = new AbortController();
  const failures = new Map<string, number>();
  let tail: Promise<unknown> = Promise.resolve();
  let newest: ScanReport | undefined;
  let dueAtMs = clock.now();

  const run = async (): Promise<ScanReport> => {
    dueAtMs = clock.now() + deps.everyMinutes * 60_000;
    const at = instantOf(clock.now());
    const checks: CheckReport[] = [];
    for (const watch of deps.collectors) checks.push(await check(deps, watch, failures, stopping.signal));
    newest = { at, checks };
    log.info({ tenantId: deps.tenant.tenantId, checks }, 'posture: scanned');
    return newest;
  };
  const runNow = (): Promise<ScanReport> => {
    const next = tail.then(run);
    tail = next.catch(() => undefined);
    return next;
  };
  const scanInBackground = () => {
    runNow().catch((error: unknown) => {
      log.error({ err: error }, 'posture: a scan failed');
    });
  };
  const whenDue = () => {
    if (stopping.signal.aborted || clock.now() < dueAtMs) return;
    dueAtMs = Number.POSITIVE_INFINITY;
    scanInBackground();
  };
  const timer = setInterval(whenDue, LOOK_EVERY_MS);
  timer.unref();
  const unsubscribe = clock.onMoved(whenDue);
  whenDue();

  return {
    runNow,
    last: () => newest,
    async stop() {
      clearInterval(timer);
      unsubscribe();
      stopping.abort();
      await tail;
    },
  };
}

async function check(deps: ScanDeps, watch: Watch, failures: Map<string, number>, signal: AbortSignal): Promise<CheckReport> {
  const { checkId } = watch;
  const open = openFindings(deps.runtime, deps.tenant, checkId);
  const look = await lookWith(deps, watch, open, signal);
  const tally = await settle(deps, checkId, open, look.sightings, look.blind === undefined && !signal.aborted);
  // A scan that was stopped says nothing about its collector.
  if (!signal.aborted) await tellBlindness(deps, watch, look.blind, failures);
  return { checkId, ...tally, ...(look.blind === undefined ? {} : { blindCode: look.blind.code }) };
}

async function lookWith(deps: ScanDeps, watch: Watch, open: ReturnType<typeof openFindings>, signal: AbortSignal): Promise<Look> {
  try {
    return await watch.look({ signal, previous: (subjectId) => open.get(subjectId) });
  } catch (error) {
    deps.log.warn({ err: error, checkId: watch.checkId, code: codeOf(error) }, 'posture: a collector failed');
    return { sightings: [], blind: blindOf(error, 'The check could not be made') };
  }
}

async function tellBlindness(
  deps: ScanDeps,
  { checkId }: Watch,
  blind: Blind | undefined,
  failures: Map<string, number>,
): Promise<void> {
  const inARow = blind === undefined ? 0 : (failures.get(checkId) ?? 0) + 1;
  failures.set(checkId, inARow);
  // What is open already stays as it is until the failure lasts, or everything was seen.
  if (blind?.passing === true && inARow < (deps.patience ?? PATIENCE)) return;
  const open = new Map(
    [...openFindings(deps.runtime, deps.tenant, 'could-not-check')].filter(([subjectId]) => subjectId === checkId),
  );
  await settle(deps, 'could-not-check', open, blind === undefined ? [] : [couldNotCheck(checkId, blind)], true);
}
