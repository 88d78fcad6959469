import { AppError, codeOf } from '../access/core/app-error.ts';
import { point } from '../access/core/point.ts';
import type { Log } from '../observe/log.ts';
import { backoffMs } from './backoff.ts';
import { commandOf, type Tries } from './case-view.ts';
import type { CaseView, CommandHandler, CommandResult, Link } from './port.ts';
import type { CaseRecord, CommandRow } from './store.ts';

/** Carries out commands: of one case and lane in order and one at a time, at least once, with backoff and without limit. */
export interface CommandRunner {
  start(handlers: Readonly<Record<string, CommandHandler>>): void;
  /** The commands of this case changed. */
  wake(record: CaseRecord): void;
  /** These were cancelled: whoever runs one is told, and its lane waits until it has stopped. */
  cancel(keys: readonly string[]): void;
  readonly triesOf: (key: string) => Tries;
  /** Tells the running ones to stop and waits for them, at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export interface RunnerOptions {
  readonly log: Log;
  /** Cases of one lane that are worked on at once. */
  readonly perLane: number;
  /** Commands that an earlier process may have begun. */
  readonly redelivered: ReadonlySet<string>;
  record(caseId: string): CaseRecord | undefined;
  view(caseId: string): CaseView;
  finish(caseId: string, row: CommandRow, result: CommandResult): Promise<void>;
  link(caseId: string, link: Link): Promise<void>;
}

interface Track {
  readonly caseId: string;
  readonly lane: string;
  running?: { readonly key: string; readonly abort: AbortController };
  waiting?: { readonly key: string; readonly timeout: NodeJS.Timeout };
}

interface Lane {
  active: number;
  readonly queue: Set<Track>;
}

export function createCommandRunner(options: RunnerOptions): CommandRunner {
  const tracks = new Map<string, Map<string, Track>>();
  const lanes = new Map<string, Lane>();
  const tries = new Map<string, { attempt: number; lastErrorCode: string | undefined }>();
  const running = new Set<Promise<void>>();
  let handlers: Readonly<Record<string, CommandHandler>> | undefined;
  let stopping = false;

  const triesOf = (key: string): Tries => ({
    attempt: tries.get(key)?.attempt ?? 0,
    lastErrorCode: tries.get(key)?.lastErrorCode,
    redelivered: options.redelivered.has(key),
  });
  const laneOf = (name: string): Lane => {
    const lane = lanes.get(name) ?? { active: 0, queue: new Set() };
    lanes.set(name, lane);
    return lane;
  };
  const headOf = ({ caseId, lane }: Track): CommandRow | undefined =>
    options.record(caseId)?.commands.find((row) => row.lane === lane);

  const consider = (track: Track): void => {
    if (stopping || handlers === undefined || track.running !== undefined) return;
    const head = headOf(track);
    if (track.waiting !== undefined && track.waiting.key !== head?.key) {
      clearTimeout(track.waiting.timeout);
      tries.delete(track.waiting.key);
      delete track.waiting;
    }
    if (head === undefined) return forget(track);
    if (track.waiting !== undefined) return;
    const lane = laneOf(track.lane);
    if (lane.active >= options.perLane) lane.queue.add(track);
    else begin(track, head, lane);
  };

  const forget = (track: Track): void => {
    laneOf(track.lane).queue.delete(track);
    const ofCase = tracks.get(track.caseId);
    ofCase?.delete(track.lane);
    if (ofCase?.size === 0) tracks.delete(track.caseId);
  };

  const begin = (track: Track, head: CommandRow, lane: Lane): void => {
    const abort = new AbortController();
    track.running = { key: head.key, abort };
    lane.active++;
    const done = work(track, head, lane, abort.signal);
    running.add(done);
    void done.finally(() => running.delete(done));
  };

  /** Never rejects: `attempt` turns whatever is thrown into a wait. */
  const work = async (track: Track, head: CommandRow, lane: Lane, signal: AbortSignal): Promise<void> => {
    const retryInMs = await attempt(track, head, signal);
    lane.active--;
    delete track.running;
    if (retryInMs === undefined) tries.delete(head.key);
    else
      track.waiting = {
        key: head.key,
        timeout: setTimeout(() => {
          delete track.waiting;
          consider(track);
        }, retryInMs),
      };
    if (stopping) clearTimeout(track.waiting?.timeout);
    consider(track);
    const next = lane.queue.values().next().value;
    if (next !== undefined) {
      lane.queue.delete(next);
      consider(next);
    }
  };

  /** Resolves with how long to wait before trying again, or undefined when there is nothing to repeat. */
  const attempt = async ({ caseId }: Track, row: CommandRow, signal: AbortSignal): Promise<number | undefined> => {
    try {
      const handler = handlers?.[row.name];
      if (handler === undefined) throw new AppError('flow.handler-missing', `nothing carries out ${row.name}`);
      point('command.before-run');
      const context = { view: () => options.view(caseId), link: (link: Link) => options.link(caseId, link), signal };
      const result = await handler(commandOf(caseId, row, triesOf(row.key)), context);
      point('command.before-finish');
      await options.finish(caseId, row, result ?? {});
      return undefined;
    } catch (error) {
      // The store may be closed already; the next process finds the command where it was.
      if (stopping) return undefined;
      const stillWanted = options.record(caseId)?.commands.some(({ key }) => key === row.key) ?? false;
      if (!stillWanted) return undefined;
      const failures = (tries.get(row.key)?.attempt ?? 0) + 1;
      tries.set(row.key, { attempt: failures, lastErrorCode: codeOf(error) });
      const asked = error instanceof AppError ? error.retryAfterMs : undefined;
      const waitMs = Math.round(backoffMs(failures, asked, Math.random));
      options.log.warn(
        { err: error, caseId, command: row.name, key: row.key, attempt: failures, waitMs },
        'command failed; trying again',
      );
      return waitMs;
    }
  };

  return {
    triesOf,
    start(given) {
      handlers = given;
    },
    wake({ caseId, commands }) {
      const ofCase = tracks.get(caseId) ?? new Map<string, Track>();
      for (const { lane } of commands) {
        if (!ofCase.has(lane)) ofCase.set(lane, { caseId, lane });
      }
      if (ofCase.size > 0) tracks.set(caseId, ofCase);
      for (const track of [...ofCase.values()]) consider(track);
    },
    cancel(keys) {
      for (const key of keys) {
        const caseId = key.slice(0, key.lastIndexOf('/', key.lastIndexOf('/') - 1));
        for (const track of tracks.get(caseId)?.values() ?? []) if (track.running?.key === key) track.running.abort.abort();
      }
    },
    async stop(graceMs) {
      stopping = true;
      for (const ofCase of tracks.values())
        for (const track of ofCase.values()) {
          clearTimeout(track.waiting?.timeout);
          track.running?.abort.abort();
        }
      let timeout: NodeJS.Timeout | undefined;
      const grace = new Promise<void>((resolve) => {
        timeout = setTimeout(resolve, graceMs);
      });
      await Promise.race([Promise.allSettled(running), grace]);
      clearTimeout(timeout);
    },
  };
}
