import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AppError } from '../access/core/app-error.ts';

export type ChildStatus = 'starting' | 'ready' | 'down' | 'stopped';

export interface ChildOptions {
  readonly name: 'bot' | 'perimeter';
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Everything it prints goes here. */
  readonly logFile: string;
  /** Its log line that says it can be used. */
  readonly readyMessage: string;
  readonly onChange: () => void;
  /** False for the crash runs, which restart by themselves. */
  readonly restartByItself: boolean;
  /** Extra pipes from fd 3 on, for a harness that listens to named points. */
  readonly extraPipes?: number;
}

/** A real process of Hallpass, kept alive: started again with growing pauses when it dies by itself. */
export interface Child {
  readonly name: 'bot' | 'perimeter';
  readonly status: ChildStatus;
  readonly pid: number | undefined;
  readonly process: ChildProcess | undefined;
  readonly restarts: number;
  /** What it said last before it died, for the page. */
  readonly lastWords: string | undefined;
  /** Its newest log lines, parsed. */
  readonly recentLog: readonly LogLine[];
  /** Resolves when it is ready; at once when it is. @throws {AppError} `playground.child-failed` when it cannot be started */
  ready(): Promise<void>;
  /** By process id. With restartByItself it comes back after a pause. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it now, whatever pause it was in; SIGTERM first when it runs. */
  restart(): Promise<void>;
  /** SIGTERM, then SIGKILL after `STOP_PATIENCE_MS`; it does not come back. */
  stop(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

const STOP_PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A child that dies this often before it was ever ready has a broken configuration or code: say so instead of trying on. */
const TRIES_BEFORE_FIRST_READY = 3;
const RECENT_LINES = 100;

export function startChild(options: ChildOptions): Child {
  const output = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  const recentLog: LogLine[] = [];
  let child: ChildProcess | undefined;
  let status: ChildStatus = 'starting';
  let restarts = 0;
  let deathsInARow = 0;
  let wasReady = false;
  let lastWords: string | undefined;
  let pause: NodeJS.Timeout | undefined;
  let waiters: { resolve(): void; reject(error: Error): void }[] = [];
  let exited: Promise<void> = Promise.resolve();

  const become = (next: ChildStatus) => {
    status = next;
    options.onChange();
  };
  const failed = () =>
    new AppError('playground.child-failed', `the ${options.name} does not start: ${lastWords ?? 'it said nothing'}`, {
      hint: `Everything it said is in ${options.logFile}.`,
    });

  const hear = (line: string) => {
    output.write(`${line}\n`);
    const parsed = parseLine(line);
    if (parsed === undefined) {
      if (line.trim() !== '' && !/^\s+at /.test(line)) lastWords ??= line.slice(0, 300);
      return;
    }
    recentLog.push(parsed);
    if (recentLog.length > RECENT_LINES) recentLog.shift();
    if (parsed.level === 'fatal' || parsed.level === 'error') lastWords = parsed.msg;
    if (parsed.msg !== options.readyMessage) return;
    wasReady = true;
    deathsInARow = 0;
    become('ready');
    for (const waiter of waiters) waiter.resolve();
    waiters = [];
  };

  const start = () => {
    clearTimeout(pause);
    lastWords = undefined;
    const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe', ...Array<'pipe'>(options.extraPipes ?? 0).fill('pipe')];
    const started = spawn(process.execPath, options.args, { env: options.env, stdio });
    child = started;
    for (const stream of [started.stdout, started.stderr]) if (stream) createInterface({ input: stream }).on('line', hear);
    exited = new Promise((resolve) => {
      const over = () => {
        if (child === started) died();
        resolve();
      };
      started.once('error', over);
      started.once('exit', over);
    });
    become('starting');
  };

  const died = () => {
    child = undefined;
    if (status === 'stopped') return;
    deathsInARow += 1;
    become('down');
    if (!wasReady && (deathsInARow >= TRIES_BEFORE_FIRST_READY || !options.restartByItself)) {
      for (const waiter of waiters) waiter.reject(failed());
      waiters = [];
      return;
    }
    if (!options.restartByItself) return;
    restarts += 1;
    pause = setTimeout(start, Math.min(FIRST_PAUSE_MS * 2 ** (deathsInARow - 1), LONGEST_PAUSE_MS));
  };

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child === undefined) return;
    const running = child;
    running.kill(signal);
    const impatient = setTimeout(() => running.kill('SIGKILL'), STOP_PATIENCE_MS);
    await exited;
    clearTimeout(impatient);
  };
  const ready = () =>
    new Promise<void>((resolve, reject) => {
      if (status === 'ready') resolve();
      else if (status === 'stopped') reject(failed());
      else waiters.push({ resolve, reject });
    });

  start();
  return {
    name: options.name,
    get status() {
      return status;
    },
    get pid() {
      return child?.pid;
    },
    get process() {
      return child;
    },
    get restarts() {
      return restarts;
    },
    get lastWords() {
      return lastWords;
    },
    recentLog,
    ready,
    kill: end,
    async restart() {
      status = 'stopped';
      clearTimeout(pause);
      await end('SIGTERM');
      restarts += 1;
      start();
      await ready();
    },
    async stop() {
      clearTimeout(pause);
      become('stopped');
      await end('SIGTERM');
      output.end();
    },
  };
}

function parseLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const [level, time, msg]: unknown[] = ['level', 'time', 'msg'].map((key) => Reflect.get(value, key));
    if (typeof level !== 'string' || typeof time !== 'string' || typeof msg !== 'string') return undefined;
    return { ...value, level, time, msg };
  } catch {
    return undefined;
  }
}
