import { freeze, type FreezeContext } from '../../../flows/freeze.ts';
import { type Person, samePerson } from '../../access/core/person.ts';
import { refuse, type Verdict } from '../../access/core/verdict.ts';
import type { Actor, CaseView, Flow, Runtime } from '../../durable/port.ts';

export const FREEZE_FLOW = 'freeze';
export const freezeFlow: Flow = { machine: freeze, commands: { soundFreeze: { lane: 'alarm', coalesces: true } } };

export interface OpenFreeze {
  /** What the statement of who lifts it names as `requestId`. */
  readonly freezeId: string;
  readonly frozenAt: string;
  /** What whoever froze it wrote; absent when nothing was, or it was erased. */
  readonly reason?: string;
  readonly signedBy: readonly Person[];
}

export interface FreezeDesk {
  openFreeze(): OpenFreeze | undefined;
  /** Who has signed, and still may: of the rest it counts no longer. @throws {AppError} retryable `directory.*` */
  stillSigned(): Promise<readonly Person[]>;
  /** From here on nothing is given. Frozen already: that freeze, and nothing changes. */
  freeze(reason: string | undefined, by: Actor): Promise<OpenFreeze>;
  /**
   * Somebody's signed statement, verified before, that it may end; the second one ends it. Whether this person may, and is another human
   * than the first, is asked here. @throws {AppError} retryable `directory.*`, and nothing was noted
   */
  sign(freezeId: string, person: Person, evidenceDigest: string): Promise<Verdict>;
}

export interface FreezeParts {
  readonly runtime: Runtime;
  /** May this person lift it, besides those who signed before? As `Judge.mayUnfreeze`. */
  readonly mayUnfreeze: (person: Person, before: readonly Person[]) => Promise<Verdict>;
}

export function createFreezeDesk({ runtime, mayUnfreeze }: FreezeParts): FreezeDesk {
  let last: Promise<unknown> = Promise.resolve();
  /** Two that come at once must not both look before either is noted. */
  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  }

  const open = (): OpenFreeze | undefined => {
    const [view] = runtime.open(FREEZE_FLOW);
    return view === undefined ? undefined : openOf(runtime, view);
  };

  async function stillSigned(): Promise<readonly Person[]> {
    let standing: readonly Person[] = [];
    for (const person of open()?.signedBy ?? [])
      if ((await mayUnfreeze(person, standing)).permitted) standing = [...standing, person];
    return standing;
  }

  return {
    openFreeze: open,
    stillSigned,
    freeze: (reason, by) =>
      oneAtATime(async () => {
        const known = open();
        if (known !== undefined) return known;
        const freezeId = `freeze${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;
        const text = reason === undefined ? {} : { reason: await runtime.putText(freezeId, reason) };
        return openOf(runtime, (await runtime.begin(FREEZE_FLOW, freezeId, text, by)).view);
      }),
    sign: (freezeId, person, evidenceDigest) =>
      oneAtATime(async () => {
        const known = open();
        if (known?.freezeId !== freezeId) return OVER;
        const standing = await stillSigned();
        const verdict = await mayUnfreeze(person, standing);
        const noLonger = known.signedBy.filter((one) => !standing.some((other) => samePerson(one, other)));
        const event = { type: 'unfreezeSigned', person, evidenceDigest, noLonger };
        if (verdict.permitted) await runtime.send(freezeId, event, { kind: 'person', person });
        return verdict;
      }),
  };
}

const OVER = refuse('freeze.over', 'This freeze is over.', 'There is nothing to sign any more.');

/** The ledger's cases of this flow hold its context. */
export function freezeContextOf(view: CaseView): FreezeContext {
  return view.context as FreezeContext;
}

function openOf(runtime: Runtime, view: CaseView): OpenFreeze {
  const { frozenAt, reason: ref, signatures } = freezeContextOf(view);
  const reason = ref === undefined ? undefined : runtime.text(view.caseId, ref);
  return {
    freezeId: view.caseId,
    frozenAt,
    ...(reason === undefined ? {} : { reason }),
    signedBy: signatures.map(({ person }) => person),
  };
}
