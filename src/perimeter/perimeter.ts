import type { Clock } from '../access/core/clock.ts';
import type { CommandHandler, Runtime } from '../durable/port.ts';
import type { MembershipReader } from '../entra/membership-reader.ts';
import type { Log } from '../observe/log.ts';
import type { AccessWriters } from './access-writer.ts';
import { createApiApp } from './api-app.ts';
import type { VerifyCaller } from './caller-token.ts';
import { checkHeld } from './commands/check-held.ts';
import type { DirectoryParts } from './commands/directory-parts.ts';
import { give } from './commands/give.ts';
import { reportOverdue } from './commands/report-overdue.ts';
import { postAlarm, soundAlarm } from './commands/sound-alarm.ts';
import { take } from './commands/take.ts';
import { createEventsFeed } from './events-feed.ts';
import { guardrailsDigest } from './guardrails.ts';
import { createInFlight } from './in-flight.ts';
import { createNativeEndProbe } from './native-end.ts';
import { createOpsApp } from './ops-app.ts';
import type { PerimeterConfig } from './perimeter-config.ts';
import { createRegistrar } from './registrar.ts';
import { listen, type Listening } from './serve.ts';
import { startSweep } from './sweep.ts';

export interface PerimeterParts {
  readonly config: PerimeterConfig;
  /** Opened with `grantFlow`; run and closed here. */
  readonly runtime: Runtime;
  readonly writers: AccessWriters;
  readonly people: MembershipReader;
  readonly verifyCaller: VerifyCaller;
  readonly clock: Clock;
  readonly transportClock: Clock;
  readonly log: Log;
}

export interface Perimeter {
  readonly url: string;
  /** Of the listener of operators. */
  readonly opsUrl: string;
  /** Orderly: answers what was asked, lets running writes end, closes the ledger. Whatever is unfinished goes on at the next start. */
  close(): Promise<void>;
}

const ANSWER_GRACE_MS = 5_000;

/** The only process that writes to the directory. Ending comes first: the sweep runs before anybody can ask for more. */
export async function startPerimeter(parts: PerimeterParts): Promise<Perimeter> {
  const { config, runtime, writers, transportClock, log } = parts;
  const stopping = new AbortController();
  const nativeEnd = createNativeEndProbe(config, writers, transportClock);
  const feed = createEventsFeed(runtime);

  const inFlight = createInFlight();
  runtime.run(handlersOf({ ...parts, inFlight }));
  const sweep = startSweep({
    ...parts,
    inFlight,
    everySeconds: config.sweepEverySeconds,
    soundAlarm: ({ order, writer, tries, code }) =>
      postAlarm(config.alarm.url, { order, tries, code, byHand: writers[writer].byHand(order) }),
  });
  const app = createApiApp({
    runtime,
    feed,
    log,
    registrar: createRegistrar(parts),
    verifyCaller: parts.verifyCaller,
    stopping: stopping.signal,
    guardrails: async () => {
      const endsNatively = await nativeEnd();
      return {
        digest: guardrailsDigest(config),
        entitlements: config.entitlements.map(({ id, directoryRole, longestMinutes }) => ({
          id,
          ...directoryRole,
          longestMinutes,
          nativeEnd: endsNatively,
        })),
      };
    },
  });
  const listening: Listening[] = [];
  async function close(): Promise<void> {
    stopping.abort();
    sweep.stop();
    feed.close();
    await Promise.all(listening.map((each) => each.close(ANSWER_GRACE_MS)));
    await runtime.close();
  }
  try {
    const ops = await listen(createOpsApp(parts), 'ops', config.ops);
    listening.push(ops);
    const api = await listen(app, 'listen', config.listen);
    listening.push(api);
    return { url: api.url, opsUrl: ops.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function handlersOf(parts: DirectoryParts): Readonly<Record<string, CommandHandler>> {
  return {
    checkHeld: checkHeld(parts),
    give: give(parts),
    take: take(parts),
    reportOverdue: reportOverdue(parts),
    soundAlarm: soundAlarm({ ...parts, alarmUrl: parts.config.alarm.url }),
  };
}
