import { ENTITLEMENTS } from '../entitlements.ts';
import type { FollowedLine } from '../journal-follower.ts';
import type { TenantModel } from '../microsoft/tenant/tenant-model.ts';
import { entitlementName, findingWords, grantWords, minutesWords, personName, requestWords, textAt } from './case-words.ts';
import { litState, wordsOf } from './flow-diagram.ts';
import type { CaseState, JournalLine } from './page-state.ts';

export interface CaseSource {
  readonly bot: readonly FollowedLine[];
  readonly perimeter: readonly FollowedLine[];
  readonly tenant: TenantModel;
  readonly now: number;
  readonly startedAt: number;
}

type Entry = CaseState['timeline'][number];
/** The page shows the newest cases; older ones are in the journal. */
const CASES_SHOWN = 30;
/** What the first scans find was there before anybody did anything. */
const FIRST_LOOK_MS = 20_000;

/** Every case that the bot's journal knows, the newest first, told from journal lines alone. */
export function caseStates(source: CaseSource): readonly CaseState[] {
  const own = Map.groupBy(source.bot, ({ line }) => line.case);
  const grants = Map.groupBy(
    source.perimeter.filter(({ line }) => line.flow === 'grant'),
    ({ line }) => line.case,
  );
  const states = [...own].flatMap(([caseId, lines]) => {
    const flow = lines[0]?.line.flow;
    if (flow === 'accessRequest') return [requestState(caseId, lines, grants.get(caseId) ?? [], source)];
    return flow === 'finding' ? [findingState(caseId, lines, source)] : [];
  });
  return states.toSorted(newestFirst(own)).slice(0, CASES_SHOWN);
}

/** What a visitor just made stands first. */
function newestFirst(lines: ReadonlyMap<string, readonly FollowedLine[]>): (a: CaseState, b: CaseState) => number {
  const bornOf = (one: CaseState) => lines.get(one.caseId)?.[0]?.line.seq ?? 0;
  return (a, b) => Number(isQuiet(a)) - Number(isQuiet(b)) || bornOf(b) - bornOf(a);
}

const isQuiet = (one: CaseState) => one.fromStart || (one.flow === 'finding' && one.over);

function requestState(
  caseId: string,
  lines: readonly FollowedLine[],
  grant: readonly FollowedLine[],
  source: CaseSource,
): CaseState {
  const last = lines.at(-1)?.line;
  const request = readField(last?.next.context, 'request');
  const requester = personName(source.tenant, textAt(request, 'requester', 'objectId'));
  const minutes = Number(textAt(request, 'durationMinutes') ?? 0);
  const what = `${entitlementName(textAt(request, 'entitlementId'))} for ${minutesWords(minutes)}`;
  const state = litState(last?.next.state);
  const over = last?.next.status === 'done';
  const grantState = litState(grant.at(-1)?.line.next.state);
  const endsAt = textAt(last?.next.context, 'endsAt');
  const waiting = over ? undefined : waitingWords(state, grantState, grant, source);
  const asked: Entry = { at: lines[0]?.line.at ?? '', text: `${requester} asked for ${what}`, tone: 'plain' };
  const told = lines.flatMap(({ line }) =>
    line.events.map((event) => ({ at: event.at, words: requestWords(event, source.tenant) })),
  );
  const given = grant.flatMap(({ line }) =>
    line.events.map((event) => ({ at: event.at, words: grantWords(event, textAt(line.next.context, 'endsAt')) })),
  );
  return {
    caseId,
    flow: 'accessRequest',
    title: what,
    subtitle: `asked by ${requester}`,
    state,
    visited: visitedOf(lines),
    over,
    fromStart: false,
    ...(waiting === undefined ? {} : { waiting }),
    ...(state === 'active' && endsAt !== undefined ? { heldUntil: endsAt } : {}),
    ...(grant.length === 0 ? {} : { grant: { state: grantState, visited: visitedOf(grant) } }),
    timeline: [asked, ...inOrder([...told, ...given])],
    journal: journalOf(lines, grant, source.tenant),
  };
}

function findingState(caseId: string, lines: readonly FollowedLine[], source: CaseSource): CaseState {
  const last = lines.at(-1)?.line;
  const seen = readField(last?.next.context, 'seen');
  const state = litState(last?.next.state);
  const begun: Entry = { at: lines[0]?.line.at ?? '', text: 'Seen for the first time; told in #security', tone: 'bad' };
  const told = lines.flatMap(({ line }) =>
    line.events.map((event) => ({ at: event.at, words: findingWords(event, source.tenant) })),
  );
  return {
    caseId,
    flow: 'finding',
    title: findingTitle(textAt(seen, 'checkId') ?? '', textAt(seen, 'subjectId') ?? '', source.tenant),
    subtitle: 'found by Hallpass',
    state,
    visited: visitedOf(lines),
    over: last?.next.status === 'done',
    fromStart: Date.parse(lines[0]?.line.at ?? '') < source.startedAt + FIRST_LOOK_MS,
    ...(state === 'open' ? { waiting: 'Waiting for somebody in #security.' } : {}),
    timeline: [begun, ...inOrder(told)],
    journal: journalOf(lines, [], source.tenant),
  };
}

function findingTitle(checkId: string, subjectId: string, tenant: TenantModel): string {
  if (checkId === 'root-user-access-administrator') return 'Root access to Azure';
  if (checkId === 'expiring-credential') {
    const [holder] = subjectId.split('/');
    const app = tenant.applications.all().find((one) => one.objectId === holder || one.servicePrincipalId === holder);
    return `Secret that ends: ${app?.displayName ?? 'an application'}`;
  }
  return wordsOf(checkId.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
}

function waitingWords(
  state: string,
  grantState: string,
  grant: readonly FollowedLine[],
  { now }: CaseSource,
): string | undefined {
  if (grantState.startsWith('taking.overdue')) return 'It should be gone and is still there. Hallpass keeps trying.';
  if (grantState.startsWith('taking')) {
    const givenAt = textAt(grant.at(-1)?.line.next.context, 'givenAt');
    const young = givenAt !== undefined && now - Date.parse(givenAt) < 5 * 60_000;
    return young
      ? 'Taking it away … Entra keeps an activation for its first five minutes: wait, or move the clock.'
      : 'Taking it away, and reading back until it is gone …';
  }
  const words: Readonly<Record<string, string>> = {
    registering: 'The perimeter writes the request down …',
    waitingForApproval: 'Waiting for Anna or Abel, in Slack or in Teams.',
    giving: 'Giving access … Entra usually takes a few seconds.',
    denying: 'Closing the record …',
    ending: 'Ending it …',
  };
  return words[state];
}

/** States in the order in which they were entered; one that was left and entered again stands once more. */
function visitedOf(lines: readonly FollowedLine[]): readonly string[] {
  const path: string[] = [];
  for (const { line } of lines) {
    const state = litState(line.next.state);
    if (state !== '' && path.at(-1) !== state) path.push(state);
  }
  return path;
}

type Told = { readonly at: string; readonly words: Pick<Entry, 'text' | 'tone'> | undefined };

function inOrder(told: readonly Told[]): readonly Entry[] {
  const entries = told.flatMap(({ at, words }) => (words === undefined ? [] : [{ at, ...words }]));
  return entries.toSorted((a, b) => a.at.localeCompare(b.at)).filter((entry, index, all) => entry.text !== all[index - 1]?.text);
}

function journalOf(
  bot: readonly FollowedLine[],
  perimeter: readonly FollowedLine[],
  tenant: TenantModel,
): readonly JournalLine[] {
  const shown =
    (of: JournalLine['of']) =>
    ({ line, head }: FollowedLine): JournalLine => ({
      of,
      seq: line.seq,
      at: line.at,
      kind: line.kind,
      events: line.events.length > 0 ? line.events.map((event) => shortEvent(event.type)) : [noteWords(line)],
      actor: line.actor.kind === 'person' ? personName(tenant, line.actor.person.objectId) : line.actor.name,
      state: litState(line.next.state),
      head,
    });
  return [...bot.map(shown('bot')), ...perimeter.map(shown('perimeter'))].toSorted((a, b) => a.at.localeCompare(b.at));
}

/** `xstate.after.approvalWindow.accessRequest…` is `after approvalWindow`. */
function shortEvent(type: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(type)?.[1];
  return after === undefined ? type : `after ${after}`;
}

function noteWords(line: FollowedLine['line']): string {
  if (line.kind === 'began') return 'began';
  if (line.commandsDone?.length) return 'effect done';
  if (line.linksSet?.length) return `${line.linksSet[0]?.key.split(/[:/]/)[0] ?? 'link'} remembered`;
  return line.kind;
}

function readField(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Whose end or lapse comes next, for the clock's button. */
export function nextEventWords(timer: string, caseId: string, cases: readonly CaseState[]): string {
  const title = cases.find((one) => one.caseId === caseId)?.title ?? ENTITLEMENTS[0].name;
  const words: Readonly<Record<string, string>> = {
    untilEnd: 'ends',
    approvalWindow: 'lapses if nobody decides',
    reminder: 'is brought to mind again',
    untilSnoozeEnds: 'speaks up again',
  };
  return `${title} ${words[timer] ?? wordsOf(timer).toLowerCase()}`;
}
