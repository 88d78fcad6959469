import { doubt, type DoubtContext, type DoubtReason } from '../../../flows/doubt.ts';
import type { LedgerHead } from '../../access/core/perimeter-api.ts';
import type { CaseView, Flow, Runtime } from '../../durable/port.ts';

export const DOUBT_FLOW = 'doubt';
export const doubtFlow: Flow = { machine: doubt, commands: { soundDoubt: { lane: 'alarm', coalesces: true } } };

/** What is known about a ledger that is not believed. */
export interface Found {
  readonly why: DoubtReason;
  readonly seen?: LedgerHead;
  readonly unknownIds?: readonly string[];
}

export interface DoubtDesk {
  openDoubt(): DoubtContext | undefined;
  /** Durable: from here on nothing is given, also after a restart. */
  raise(found: Found): Promise<void>;
}

/** Milliseconds of real time. The bot says it with every call, and whoever owns it could fill the disk with ever newer claims. */
const NOTED_EVERY_MS = 60_000;

export function createDoubtDesk(runtime: Runtime): DoubtDesk {
  let notedMs = -Infinity;
  let last: Promise<unknown> = Promise.resolve();
  const open = (): CaseView | undefined => [...runtime.open(DOUBT_FLOW)][0];

  async function raise(found: Found): Promise<void> {
    const known = open();
    if (known === undefined) {
      const doubtId = `doubt${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;
      await runtime.begin(DOUBT_FLOW, doubtId, { ...found, ours: runtime.head() }, { kind: 'system', name: 'perimeter' });
    } else if (found.seen !== undefined && isNews(known, found.seen)) {
      notedMs = performance.now();
      await runtime.send(known.caseId, { type: 'seenMore', seen: found.seen }, { kind: 'system', name: 'bot' });
    }
  }

  function isNews(known: CaseView, seen: LedgerHead): boolean {
    return seen.seq > (doubtContextOf(known).seen?.seq ?? -1) && performance.now() - notedMs >= NOTED_EVERY_MS;
  }

  return {
    openDoubt() {
      const view = open();
      return view === undefined ? undefined : doubtContextOf(view);
    },
    raise(found) {
      const next = last.then(() => raise(found));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** The ledger's cases of this flow hold its context. */
export function doubtContextOf(view: CaseView): DoubtContext {
  return view.context as DoubtContext;
}
