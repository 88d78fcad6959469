import type { Actor, Flow, StampedEvent } from './port.ts';
import { step, type Effect, type Position, type Step } from './step.ts';
import type { CaseRecord, CommandRow, LineDraft, NewCommand, TimerRow } from './store.ts';
import { versionOf } from './flow-book.ts';

/** A line to be, with what the caller must know of it once it is durable. */
export interface Planned {
  readonly draft: LineDraft;
  readonly changed: boolean;
  /** Kinds of the events, in their order. */
  readonly kinds: readonly Step['kind'][];
  /** Commands that are cancelled, not merely replaced: whoever runs one is to stop. */
  readonly cancelled: readonly string[];
}

/** The line that begins a case. A machine that throws at birth is a case all the same, so that nothing vanishes. */
export function planBegin(flow: Flow, caseId: string, first: Step, at: string, actor: Actor): Planned {
  const base = { case: caseId, flow: flow.machine.id, flowVersion: versionOf(flow), at, actor, events: [] };
  if (first.kind === 'poisoned') {
    const next = { status: 'poisoned', state: null, context: null, columns: {} } as const;
    return { draft: { ...base, kind: 'poisoned', next, error: first.error }, changed: false, kinds: ['poisoned'], cancelled: [] };
  }
  const { standing, timers } = first.position;
  const commands = commandChanges(flow, [], first.effects);
  return {
    draft: { ...base, kind: 'began', next: standing, ...lists({ timersSet: timers, commandsAdded: commands.added }) },
    changed: true,
    kinds: ['committed'],
    cancelled: [],
  };
}

/** The line for some events of one case: all of them in one commit. A poisoned one changes nothing but the case's status. */
export function planEvents(flow: Flow, record: CaseRecord, events: readonly StampedEvent[], at: string, actor: Actor): Planned {
  let position: Position = positionOf(record);
  const effects: Effect[] = [];
  const kinds: Step['kind'][] = [];
  let changed = false;
  let error: string | undefined;
  for (const event of events) {
    position = withoutTimer(position, actor, event);
    const made = step(flow, position, event);
    kinds.push(made.kind);
    if (made.kind === 'poisoned') {
      error = made.error;
      position = { ...position, standing: { ...position.standing, status: 'poisoned' } };
      continue;
    }
    changed ||= made.changed;
    position = made.position;
    effects.push(...made.effects);
  }
  const commands = commandChanges(flow, record.commands, effects);
  return {
    changed,
    kinds,
    cancelled: commands.cancelled,
    draft: {
      ...identityOf(record),
      kind: kindOf(kinds),
      at,
      actor,
      events,
      next: position.standing,
      ...lists(timerChanges(record.timers, position.timers)),
      ...lists({ commandsAdded: commands.added, commandsDropped: commands.cancelled }),
      ...(error === undefined ? {} : { error }),
    },
  };
}

/** The line for what belongs to a case but not to its machine. */
export function planNote(record: CaseRecord, at: string, actor: Actor): LineDraft {
  const { status, state, context, columns } = record;
  return { ...identityOf(record), kind: 'note', at, actor, events: [], next: { status, state, context, columns } };
}

function identityOf(record: CaseRecord): Pick<LineDraft, 'case' | 'flow' | 'flowVersion'> {
  return { case: record.caseId, flow: record.flow, flowVersion: record.flowVersion };
}

function positionOf({ status, state, context, columns, timers }: CaseRecord): Position {
  return { standing: { status, state, context, columns }, timers };
}

/** A timer that is delivered is over, whatever the machine makes of it: a poisoned one must not come back for ever. */
function withoutTimer(position: Position, actor: Actor, event: StampedEvent): Position {
  if (actor.kind !== 'system' || actor.name !== 'timer') return position;
  return { ...position, timers: position.timers.filter((timer) => timer.event !== event.type) };
}

function kindOf(kinds: readonly Step['kind'][]): LineDraft['kind'] {
  if (kinds.length === 0) return 'note';
  if (kinds.includes('poisoned')) return 'poisoned';
  return kinds.includes('committed') ? 'transition' : 'ignored';
}

function timerChanges(before: readonly TimerRow[], after: readonly TimerRow[]) {
  const known = new Set(before);
  const kept = new Set(after);
  const set = after.filter((timer) => !known.has(timer));
  const setIds = new Set(set.map(({ id }) => id));
  return {
    timersSet: set,
    timersCleared: before.filter((timer) => !kept.has(timer) && !setIds.has(timer.id)).map(({ id }) => id),
  };
}

/** What the effects of a step do to the unfinished commands: cancel, take the place of an older one, or queue behind. */
function commandChanges(flow: Flow, unfinished: readonly CommandRow[], effects: readonly Effect[]) {
  const cancelled = new Set<string>();
  let added: NewCommand[] = [];
  for (const { name, params } of effects) {
    const spec = flow.commands[name];
    if (spec === undefined) continue;
    const cancels = new Set(spec.cancels);
    for (const row of unfinished) if (cancels.has(row.name)) cancelled.add(row.key);
    added = added.filter((one) => !cancels.has(one.name) && !(spec.coalesces === true && one.name === name));
    const older = spec.coalesces === true ? unfinished.find((row) => row.name === name && !cancelled.has(row.key)) : undefined;
    const instead = older === undefined ? {} : { instead: older.key };
    added.push({ name, lane: spec.lane, ...(params === undefined ? {} : { params }), ...instead });
  }
  return { added, cancelled: [...cancelled] };
}

/** Leaves out empty lists: a line says only what it does. */
function lists<T extends Readonly<Record<string, readonly unknown[]>>>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, list]) => list.length > 0)) as Partial<T>;
}
