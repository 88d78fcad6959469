import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, codeOf } from '../access/core/app-error.ts';
import type { PerimeterEvent } from '../access/core/perimeter-api.ts';
import { point } from '../access/core/point.ts';
import { ACCESS_REQUEST, accessCase, tenantOf } from '../chat/access-case.ts';
import { sameTenant } from '../access/core/person.ts';
import type { CaseView, EventInput, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { overdueAlert } from './handlers/alarm.ts';
import type { Operators } from './operators.ts';
import type { PerimeterClient } from './perimeter-client.ts';

/** Name of the runtime's cursor of the first tenant: the sequence of the newest event of its perimeter that was applied. */
export const FEED_CURSOR = 'perimeter';

export type FeedHealth = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface Feed {
  health(): FeedHealth;
  /** Aborts the poll under way and waits until the event at hand is committed. */
  stop(): Promise<void>;
}

export interface FeedOptions {
  /** Whose perimeter it is: a fact about a request of another tenant is none. */
  readonly tenantId: string;
  readonly cursor: string;
  /** ` of contoso`, where there are several tenants. */
  readonly called: string;
  readonly runtime: Runtime;
  readonly perimeter: Pick<PerimeterClient, 'events'>;
  readonly operators: Operators;
  readonly log: Log;
  /** Each event that was applied, for the metrics. */
  readonly applied?: (event: PerimeterEvent) => void;
}

/** The perimeter's own ceiling for a long poll. */
const POLL_SECONDS = 25;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/**
 * Brings what the perimeter did to the cases: in order, each event once (its sequence is committed with it), with a long poll.
 * A ledger that goes backwards is not believed: nothing of it is applied until it goes on from where it was seen (`hallpass perimeter
 * reconcile` sees to that).
 */
export function startFeed(options: FeedOptions): Feed {
  const { runtime, perimeter, operators, log, called } = options;
  const stopping = new AbortController();
  let health: FeedHealth = { ok: false, reason: `The events feed of the perimeter${called} has not answered yet.` };
  // Facts of unknown cases move no cursor in the store; within this process they are not asked for again.
  let after = runtime.cursor(options.cursor);

  async function run(): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    while (!stopping.signal.aborted) {
      try {
        // The first question after a silence is answered at once: it tells whether anybody is there.
        const page = await perimeter.events(after, health.ok ? POLL_SECONDS : 0, stopping.signal);
        for (const event of page.events) {
          if (stopping.signal.aborted) return;
          after = Math.max(after, await apply(options, event, stopping.signal));
        }
        health = { ok: true };
        operators.clear(`feed${called}`);
        operators.clear(`ledger${called}`);
        waitMs = FIRST_WAIT_MS;
      } catch (error) {
        if (stopping.signal.aborted) return;
        health = { ok: false, reason: `The events feed of the perimeter${called} fails (${codeOf(error)}).${whyUnknown(error)}` };
        if (codeOf(error) === 'perimeter.rolled-back') {
          disbelieve(error);
          waitMs = LONGEST_WAIT_MS;
        } else log.warn({ err: error, waitMs, tenantId: options.tenantId }, 'the events feed of the perimeter failed');
        if (waitMs >= LONGEST_WAIT_MS && codeOf(error) !== 'perimeter.rolled-back')
          operators.alert(`feed${called}`, `Nothing is heard from the perimeter${called} (${codeOf(error)}).`);
        const asked = error instanceof AppError ? error.retryAfterMs : undefined;
        await sleep(asked ?? waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    }
  }

  function disbelieve(error: unknown): void {
    log.fatal({ err: error, tenantId: options.tenantId }, 'the ledger of the perimeter went backwards');
    health = {
      ok: false,
      reason: `The history of the perimeter${called} was rolled back; nothing it says is believed. Find out why, then run "hallpass perimeter reconcile".`,
    };
    operators.alert(
      `ledger${called}`,
      `The history of the perimeter${called} is behind what was seen before. Hallpass believes nothing it says until "hallpass perimeter reconcile" has been run. Find out why it happened.`,
    );
  }

  const running = run();
  return {
    health: () => health,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Why we have no token to ask with, where that is it: an operator can mend it. */
function whyUnknown(error: unknown): string {
  if (!(error instanceof AppError) || error.code !== 'perimeter.unauthenticated') return '';
  return ` ${[`${error.message}.`, error.hint].join(' ').trim()}`;
}

/** Applies one event; returns its sequence once it is durable, or known to concern nobody here. */
async function apply(
  { runtime, operators, log, applied, tenantId, cursor, called }: FeedOptions,
  event: PerimeterEvent,
  stopping: AbortSignal,
): Promise<number> {
  if (event.type === 'frozen' || event.type === 'unfrozen') {
    noteFreeze(operators, event, called);
    return event.seq;
  }
  // Right after a start, a case that is over may not be in the index yet: facts come in order, so this one is waited for.
  const view = await runtime.find(event.requestId, stopping);
  const request = accessCase(view);
  if (request && [tenantOf(request), ...tenantsIn(event)].some((one) => !sameTenant(one, tenantId))) {
    operators.alert(
      `foreign-case:${tenantId}/${event.requestId}`,
      `The perimeter${called} reports "${event.type}" about another tenant (request ${event.requestId}). It was not believed. Find out why that perimeter says so.`,
      { seq: event.seq, tenantId },
    );
    return event.seq;
  }
  if (view?.flow !== ACCESS_REQUEST) {
    operators.alert(
      `unknown-case:${event.requestId}`,
      `The perimeter${called} reports "${event.type}" for a request that Hallpass does not know (${event.requestId}).`,
      {
        seq: event.seq,
      },
    );
    return event.seq;
  }
  point('feed.before-commit');
  const outcome = await runtime.send(
    event.requestId,
    factOf(event),
    { kind: 'system', name: 'perimeter' },
    {
      cursor: { name: cursor, value: event.seq },
    },
  );
  point('feed.after-commit');
  if (outcome.kind === 'repeated') return event.seq;
  applied?.(event);
  if (event.type === 'ended' || event.type === 'refused') operators.clear(overdueAlert(event.requestId));
  if (outcome.kind === 'committed' || saysWhatIsKnown(event, outcome.view)) {
    log.info({ caseId: event.requestId, fact: event.type, perimeterSeq: event.seq }, 'heard from the perimeter');
  } else {
    operators.alert(
      `ignored:${event.requestId}:${event.type}`,
      `The perimeter reports "${event.type}" for request ${event.requestId}, which does not fit its state (${outcome.kind}). Compare both records.`,
      {
        seq: event.seq,
        state: outcome.view.state,
      },
    );
  }
  return event.seq;
}

/** Of whomever it names. */
function tenantsIn(event: PerimeterEvent): readonly string[] {
  if (event.type === 'decided') return [event.approver.tenantId];
  return event.type === 'ended' && event.deniedBy ? [event.deniedBy.tenantId] : [];
}

/** It is about no request, and so moves no cursor in the store: after a restart it may be said once more. */
function noteFreeze(operators: Operators, { type, at, seq }: PerimeterEvent, called: string): void {
  if (type === 'frozen') {
    const text = `The perimeter${called} was frozen at ${at}: nothing is given until two people have signed on its page that it may go on. Access is ended as ever.`;
    operators.alert(`frozen${called}`, text, { seq });
    return;
  }
  operators.clear(`frozen${called}`);
  operators.alert(`unfrozen${called}`, `The perimeter${called} gives again since ${at}: two people have signed that it may.`, {
    seq,
  });
  operators.clear(`unfrozen${called}`);
}

/** A refusal told both as the answer to a call and on the feed is one refusal. */
function saysWhatIsKnown(event: PerimeterEvent, view: CaseView): boolean {
  return event.type === view.state;
}

/** The runtime stamps `at` itself; the perimeter's own instant stays beside it. */
function factOf(event: PerimeterEvent): EventInput {
  const { type, seq, head, at, requestId: _, ...facts } = event;
  return { type: `perimeter.${type}`, ...facts, perimeterAt: at, ledger: { seq, head } };
}
