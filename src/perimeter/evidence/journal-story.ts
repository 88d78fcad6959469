import { z } from 'zod';
import { canonicalOf } from '../../access/core/canonical.ts';
import { personSchema } from '../../access/core/perimeter-api.ts';
import { digestSchema, registeredRequestSchema, targetSchema } from '../../access/core/statement.ts';
import { applyLine } from '../../durable/apply-line.ts';
import { planBegin, planEvents } from '../../durable/drafts.ts';
import { digestOf as headOf, parseLine } from '../../durable/line-bytes.ts';
import { firstStep } from '../../durable/step.ts';
import type { CaseRecord, Line, LineDraft } from '../../durable/store.ts';
import { GRANT_FLOW, grantFlow } from '../grant-flow.ts';
import type { EvidenceFile } from './evidence-file.ts';
import type { Contradiction } from './verification.ts';

const instant = z.iso.datetime();
const registrationSchema = registeredRequestSchema.omit({ v: true, target: true, registeredAt: true, guardrailsDigest: true });
const decisionSchema = z.object({
  decisionId: z.string(),
  decision: z.enum(['approve', 'deny']),
  approver: personSchema,
  assurance: z.enum(['chat', 'signed']),
  decidedAt: instant,
  stage: z.int().nonnegative(),
  evidenceDigest: digestSchema.exactOptional(),
  notAfter: instant.exactOptional(),
});
const needsSchema = z.object({
  stages: z.array(z.int().positive()),
  assurance: z.enum(['chat', 'signed']),
  requesterSigns: z.boolean(),
});
const assignmentSchema = z.looseObject({ kind: z.enum(['pim', 'plain']), id: z.string() });

/** What we read of a grant's context in a line; as in flows/grant.ts. */
const contextSchema = z.object({
  opening: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('open'), registration: registrationSchema, target: targetSchema, needs: needsSchema }),
    z.looseObject({ kind: z.literal('adopted') }),
    z.looseObject({ kind: z.literal('over') }),
    z.looseObject({ kind: z.literal('refused') }),
    z.looseObject({ kind: z.literal('tombstone') }),
  ]),
  registeredAt: instant,
  decisions: z.array(decisionSchema),
  signature: z.object({ signedAt: instant, evidenceDigest: digestSchema, notAfter: instant }).exactOptional(),
  endsAt: instant.exactOptional(),
  givenAt: instant.exactOptional(),
  assignment: assignmentSchema.exactOptional(),
  nativeEnd: z.boolean().exactOptional(),
  endedHow: z.string().exactOptional(),
  confirmedAt: instant.exactOptional(),
});
export type StoryContext = z.infer<typeof contextSchema>;

export interface Story {
  readonly lines: readonly Line[];
  /** As the newest line has it. */
  readonly context: StoryContext;
  readonly state: string;
}

/** The lines of the file as a story; a contradiction when they are no lines of a grant at all. */
export function storyOf({ journal, requestId }: Pick<EvidenceFile, 'journal' | 'requestId'>): Story | Contradiction {
  const lines = journal.lines.map((text) => parseLine(Buffer.from(text, 'utf8')));
  if (!lines.every((line) => line !== undefined)) return { code: 'journal.line', sentence: 'A journal line is damaged.' };
  const foreign = lines.some((line) => line.case !== requestId || line.flow !== GRANT_FLOW);
  if (foreign || lines[0]?.kind !== 'began')
    return { code: 'journal.line', sentence: 'The journal lines are not those of this request from its beginning.' };
  const newest = lines.at(-1)?.next;
  const context = contextSchema.safeParse(newest?.context);
  if (!context.success)
    return { code: 'journal.line', sentence: 'The newest journal line does not say what became of the request.' };
  return { lines, context: context.data, state: stateName(newest?.state) };
}

function stateName(state: unknown): string {
  return typeof state === 'string' ? state : (Object.keys(Object(state))[0] ?? 'unknown');
}

/** What is wrong with the order of the lines, as far as they are here: those of other requests stand between them. */
export function* orderContradictions({ journal }: Pick<EvidenceFile, 'journal'>, { lines }: Story): Generator<Contradiction> {
  const broken = (sentence: string): Contradiction => ({ code: 'journal.order', sentence });
  const heads = journal.lines.map((text) => headOf(Buffer.from(text, 'utf8')));
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    if (line.synced >= line.seq) yield broken(`Line ${line.seq} says that later lines were durable before it.`);
    if (before === undefined) continue;
    if (line.seq <= before.seq || line.epoch < before.epoch) yield broken(`Line ${line.seq} does not come after ${before.seq}.`);
    if (line.seq === before.seq + 1 && line.prev !== heads[index - 1])
      yield broken(`Line ${line.seq} does not follow the line before it.`);
  }
  const newest = lines.at(-1);
  if (newest === undefined || newest.seq > journal.head.seq) yield broken('The ledger ends before the newest line.');
  else if (newest.seq === journal.head.seq && heads.at(-1) !== journal.head.head)
    yield broken('The newest line is not the head of the ledger.');
}

/**
 * Runs the flow again over what happened: does every line say what the flow makes of it? `not-replayed`: this program carries another version
 * of the flow, or the flow threw at the time, which is a defect and may be mended by now.
 */
export function replay({ lines }: Story): 'agrees' | 'not-replayed' | Contradiction {
  const { version } = grantFlow.machine;
  if (lines.some(({ flowVersion, kind }) => flowVersion !== version || kind === 'poisoned')) return 'not-replayed';
  let record: CaseRecord | undefined;
  for (const line of lines) {
    record = following(record, line);
    if (record === undefined)
      return { code: 'journal.flow', sentence: `Line ${line.seq} does not say what follows from what happened.` };
  }
  return 'agrees';
}

/** The case after the line; undefined when the line does not follow, or is made in a way that no flow could write. */
function following(record: CaseRecord | undefined, line: Line): CaseRecord | undefined {
  try {
    const planned = record === undefined ? begun(line) : followed(record, line);
    return says(planned) === says(line) ? applyLine(record, line) : undefined;
  } catch {
    return undefined;
  }
}

function begun(line: Line): LineDraft {
  const { opening } = Object(line.next.context) as { readonly opening: unknown };
  return planBegin(grantFlow, line.case, firstStep(grantFlow, { opening }, line.at), line.at, line.actor).draft;
}

function followed(record: CaseRecord, line: Line): LineDraft {
  if (line.events.some(({ at }) => at !== line.at)) throw new Error('an event of another time');
  return planEvents(grantFlow, record, line.events, line.at, line.actor).draft;
}

/**
 * What a line says that follows from what happened by the flow alone. Columns and commands are the runtime's: what they are made of may change
 * without a new version of the flow; links, finished commands and cursors come from outside.
 */
function says({ kind, next: { status, state, context }, timersSet, timersCleared }: LineDraft): string {
  return canonicalOf(JSON.parse(JSON.stringify({ kind, status, state, context, timersSet, timersCleared })));
}
