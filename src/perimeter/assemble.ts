import type { Clock } from '../access/core/clock.ts';
import type { CommandHandler, Runtime } from '../durable/port.ts';
import { createRetention, type Kept, keptTexts } from '../durable/retention.ts';
import type { MembershipReader } from '../entra/membership-reader.ts';
import type { Log } from '../observe/log.ts';
import { type AccessWriters, writerOf } from './access-writer.ts';
import { createApiApp } from './api-app.ts';
import { type ApproveAdapters, type ApprovePageParts, createApprovePage } from './approve/approve-page.ts';
import { createCallerLimits } from './caller-limits.ts';
import { callerSettingsOf, saysItIsTheBots, type VerifyCaller } from './caller-token.ts';
import { checkHeld, type CheckParts } from './commands/check-held.ts';
import { give } from './commands/give.ts';
import { reportOverdue } from './commands/report-overdue.ts';
import { postAlarm, soundAlarm } from './commands/sound-alarm.ts';
import { take } from './commands/take.ts';
import type { EvidenceStore } from './evidence/evidence-store.ts';
import { createEventsFeed } from './events-feed.ts';
import { guardrailsAnswer } from './guardrails-answer.ts';
import { createBudgetBook } from './guardrails/budget-book.ts';
import { startGroupStanding, withStanding } from './guardrails/group-standing.ts';
import { createJudge } from './guardrails/judge.ts';
import type { Control } from './freeze/control.ts';
import type { FreezeDesk } from './freeze/freeze-desk.ts';
import { createInFlight } from './in-flight.ts';
import type { ClockWatch } from './ledger/clock-watch.ts';
import type { OwnRecords } from './ledger/own-records.ts';
import { createWatches } from './ledger/watches.ts';
import { createNativeEndProbe } from './native-end.ts';
import { createOpsApp } from './ops-app.ts';
import type { PerimeterConfig } from './perimeter-config.ts';
import { createRefusalBook } from './refusals.ts';
import { createRegistrar } from './registrar.ts';
import { startSweep } from './sweep.ts';

export interface PerimeterParts {
  readonly config: PerimeterConfig;
  /** Opened with `perimeterFlows`; run and closed here. */
  readonly runtime: Runtime;
  readonly writers: AccessWriters;
  readonly people: MembershipReader;
  /** Where Microsoft keeps what we made. */
  readonly records: OwnRecords;
  /** Told of Microsoft's answers. */
  readonly clockWatch: ClockWatch;
  readonly verifyCaller: VerifyCaller;
  /** Beside the journal; here it is only erased, when it has been kept long enough. */
  readonly evidence?: Pick<EvidenceStore, 'count' | 'erase'>;
  /** Where perimeter.yaml has a section `approve`. */
  readonly approve?: ApproveAdapters;
  readonly clock: Clock;
  readonly transportClock: Clock;
  readonly log: Log;
}

/** One set of routes: a request in, its answer out. Whoever hosts it owns sockets and TLS. */
export type Routes = (request: Request) => Response | Promise<Response>;

/** The perimeter without sockets: hosted by the Node server (perimeter.ts) and by Azure Functions (functions/). */
export interface AssembledPerimeter {
  /** For the caller, with its token. */
  readonly api: Routes;
  /** For the browsers of approvers. */
  readonly approve?: Routes;
  /** For operators, without a token: never to be hosted where others reach it. */
  readonly ops: Routes;
  /** For whoever has the perimeter's shell; the host sees to it that nobody else reaches it. */
  readonly control: Control;
  readonly freezes: FreezeDesk;
  /** Looks for what must end; resolves when everything it began has ended. Runs by itself too, every `sweepEverySeconds`. */
  sweepRound(): Promise<void>;
  /** Before the host stops listening: long polls answer at once, and the sweep rests. */
  quiesce(): void;
  /** Lets running writes end, closes the ledger. Whatever is unfinished goes on at the next start. */
  close(): Promise<void>;
}

/** The only program that writes to the directory. Ending comes first: the sweep runs before anybody can ask for more. */
export function assemblePerimeter(parts: PerimeterParts): AssembledPerimeter {
  const { config, runtime, writers, transportClock, log } = parts;
  const stopping = new AbortController();
  const nativeEnd = createNativeEndProbe(writers, transportClock);
  const caller = callerSettingsOf(config);
  const limits = createCallerLimits(config.callerLimits, parts.verifyCaller, (authorization) =>
    saysItIsTheBots(authorization, caller, transportClock.now()),
  );
  const feed = createEventsFeed(runtime, () => limits.count('history'));

  const inFlight = createInFlight();
  const standing = startGroupStanding(parts);
  const judging = { judge: withStanding(createJudge(parts), standing), budgets: createBudgetBook(parts) };
  const watches = createWatches(parts, judging.judge);
  const handlers = handlersOf({ ...parts, ...judging, inFlight });
  const giving = { checkHeld: watches.gate.wait(handlers.checkHeld), give: watches.gate.wait(handlers.give) };
  // Frozen, clock and ledger are as good as ever.
  const mayErase = () => watches.gate.reasons().every(({ code }) => code === 'perimeter.frozen');
  const retention = createRetention({ ...parts, kept: keptBeside(parts), mayErase });
  runtime.run({ ...handlers, ...giving, ...watches.handlers, eraseDue: retention.eraseDue });
  retention.start();
  const sweep = startSweep({
    ...parts,
    inFlight,
    everySeconds: config.sweepEverySeconds,
    soundAlarm: ({ order, writer, tries, code }) =>
      postAlarm(config.alarm.url, { order, tries, code, byHand: writerOf(writers, order, writer).byHand(order) }),
  });
  const watching = watches.start(sweep);
  const registrar = watches.gate.guard(createRegistrar({ ...parts, ...judging }));
  const refusals = createRefusalBook(parts);
  const app = createApiApp({
    runtime,
    refusals,
    feed,
    log,
    registrar,
    seenHeads: watches.seenHeads,
    limits,
    behindProxy: config.listen.behindProxy,
    stopping: stopping.signal,
    guardrails: async () => ({
      ...(await guardrailsAnswer(config, nativeEnd, standing.findings())),
      notGiving: watches.gate.reasons().map(({ code }) => code),
    }),
  });
  function quiesce(): void {
    stopping.abort();
    sweep.stop();
    retention.stop();
    standing.stop();
    watching.stop();
    feed.close();
    refusals.close();
  }
  const approve = approvePage(parts, {
    ...judging,
    registrar,
    refusals,
    freezes: watches.freezes,
    notGiving: () => watches.gate.reasons(),
  });
  return {
    api: app.fetch,
    ...(approve === undefined ? {} : { approve }),
    ops: createOpsApp({ ...parts, standing, gate: watches.gate, drift: watching.drift, check: watching.check }).fetch,
    control: watching.control,
    freezes: watches.freezes,
    sweepRound: () => sweep.round(),
    quiesce,
    async close() {
      quiesce();
      await runtime.close();
    },
  };
}

function approvePage(
  parts: PerimeterParts,
  judging: Pick<ApprovePageParts, 'judge' | 'registrar' | 'refusals' | 'freezes' | 'notGiving'>,
): Routes | undefined {
  const { approve: adapters, config } = parts;
  if (config.approve === undefined || adapters === undefined) return undefined;
  return createApprovePage({ ...parts, ...judging, setting: config.approve, adapters });
}

/** What has an age of its own (`retention:` of perimeter.yaml). */
function keptBeside({ runtime, config, evidence }: PerimeterParts): readonly Kept[] {
  const { textsDays, evidenceDays } = config.retention;
  const texts = keptTexts(runtime, textsDays);
  return evidence === undefined ? [texts] : [texts, { kind: 'evidence', keepDays: evidenceDays, ...evidence }];
}

function handlersOf(parts: CheckParts) {
  return {
    checkHeld: checkHeld(parts),
    give: give(parts),
    take: take(parts),
    reportOverdue: reportOverdue(parts),
    soundAlarm: soundAlarm({ ...parts, alarmUrl: parts.config.alarm.url }),
  } satisfies Readonly<Record<string, CommandHandler>>;
}
