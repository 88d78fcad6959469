import { currentStage } from '../../access/core/approvals.ts';
import { canonicalOf, digestOf } from '../../access/core/canonical.ts';
import { samePerson } from '../../access/core/person.ts';
import { textOf } from '../../durable/salted-text.ts';
import { registeredRequestOf } from './evidence-digest.ts';
import type { EvidenceFile } from './evidence-file.ts';
import type { EvidenceRecord } from './evidence-record.ts';
import type { Story, StoryContext } from './journal-story.ts';
import { remarksOf } from './remarks.ts';
import { toldByJournal } from './told-by-journal.ts';
import type { Contradiction } from './verification.ts';

type Decision = StoryContext['decisions'][number];

/** Where the records, the request, the texts and the remarks of a file do not say what its journal says. */
export function* matchContradictions(file: EvidenceFile, story: Story): Generator<Contradiction> {
  const { context } = story;
  const request = registeredRequestOf(context);
  if (canonicalOf(request ?? null) !== canonicalOf(file.request))
    yield { code: 'request.other', sentence: 'The request is not the one that the journal holds.' };
  const { justification } = file.texts;
  const textDigest = request?.justification.textDigest ?? '';
  if (justification !== undefined && textOf([{ digest: textDigest, ...justification }], textDigest) === undefined)
    yield { code: 'text.other', sentence: 'The justification is not the one that was registered.' };
  if (canonicalOf(file.remarks) !== canonicalOf(remarksOf(file, context)))
    yield { code: 'remarks.other', sentence: 'The remarks are not what follows from the rest.' };
  yield* recordContradictions(file, context);
  yield* needContradictions(context);
}

/** Every record is named by the journal, every name has its record, and both say the same. */
function* recordContradictions({ records }: EvidenceFile, context: StoryContext): Generator<Contradiction> {
  const kept = new Map(records.map((record) => [digestOf(record), record]));
  const named = namedBy(context);
  if (kept.size < records.length) yield { code: 'record.double', sentence: 'A record is there twice.' };
  for (const [digest, says] of named) {
    const record = kept.get(digest);
    if (record === undefined)
      yield { code: 'record.missing', sentence: `The journal names a record that is not here: ${digest}.` };
    else if (!says(record)) yield { code: 'record.other', sentence: `A record does not say what the journal says: ${digest}.` };
  }
  for (const digest of kept.keys())
    if (!named.has(digest)) yield { code: 'record.unnamed', sentence: `The journal does not name this record: ${digest}.` };
}

type Says = (record: EvidenceRecord) => boolean;

/** The digests that the journal names, each with what a record of that name must say. */
export function namedBy(context: StoryContext): ReadonlyMap<string, Says> {
  const decided = context.decisions.flatMap((decision): [string, Says][] =>
    decision.evidenceDigest === undefined ? [] : [[decision.evidenceDigest, (record) => isActOf(record, decision)]],
  );
  const { signature } = context;
  const signed: [string, Says][] =
    signature === undefined ? [] : [[signature.evidenceDigest, (record) => isSignatureOf(record, signature)]];
  const told = toldByJournal(context).map((record): [string, Says] => [digestOf(record), () => true]);
  return new Map([...signed, ...decided, ...told]);
}

function isSignatureOf(record: EvidenceRecord, { notAfter }: { readonly notAfter: string }): boolean {
  return record.kind === 'signed' && record.statement.purpose === 'request' && record.statement.notAfter === notAfter;
}

function isActOf(record: EvidenceRecord, decided: Decision): boolean {
  const { decision, stage, approver, assurance, decidedAt, notAfter = '' } = decided;
  if (record.kind !== 'signed' || assurance !== 'signed' || Date.parse(decidedAt) > Date.parse(notAfter)) return false;
  const { statement, signer } = record;
  const isSame = statement.decision === decision && statement.stage === stage && statement.notAfter === notAfter;
  return isSame && samePerson(signer, approver);
}

/** An end was fixed: then everything that was needed had come together. */
function* needContradictions({ opening, decisions, signature, endsAt }: StoryContext): Generator<Contradiction> {
  if (opening.kind !== 'open' || endsAt === undefined) return;
  const { needs } = opening;
  const approvals = decisions.filter(({ decision }) => decision === 'approve');
  if (currentStage(needs, decisions) !== undefined)
    yield { code: 'needs.approvals', sentence: 'It went on without the approvals that it needed.' };
  if (needs.assurance === 'signed' && approvals.some(({ assurance }) => assurance !== 'signed'))
    yield { code: 'needs.signed', sentence: 'It went on with an approval in chat, where a signed one was needed.' };
  if (needs.requesterSigns && signature === undefined)
    yield { code: 'needs.requester', sentence: "It went on without the requester's signature, which it needed." };
}
