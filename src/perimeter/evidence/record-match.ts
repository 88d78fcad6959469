import { currentStage } from '../../access/core/approvals.ts';
import { anchorDescriptionOf, anchorSystemOf } from '../../access/core/anchor-text.ts';
import { canonicalOf, digestOf } from '../../access/core/canonical.ts';
import { samePerson } from '../../access/core/person.ts';
import { textOf } from '../../durable/salted-text.ts';
import { chatRecordOf, evidenceDigestFor, registeredRequestOf } from './evidence-digest.ts';
import type { EvidenceFile } from './evidence-file.ts';
import type { Anchor, EvidenceRecord, GivenRecord } from './evidence-record.ts';
import type { Story, StoryContext } from './journal-story.ts';
import { remarksOf } from './remarks.ts';
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
  yield* recordContradictions(file, story);
  yield* needContradictions(context);
}

/** Every record is named by the journal, every name has its record, and both say the same. */
function* recordContradictions({ records }: EvidenceFile, story: Story): Generator<Contradiction> {
  const kept = new Map(records.map((record) => [digestOf(record), record]));
  const named = namedBy(story);
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
export function namedBy({ context, lines }: Pick<Story, 'context' | 'lines'>): ReadonlyMap<string, Says> {
  const request = registeredRequestOf(context);
  const decided = context.decisions.flatMap((decision): [string, Says][] => {
    if (decision.evidenceDigest !== undefined) return [[decision.evidenceDigest, (record) => isActOf(record, decision)]];
    return request === undefined ? [] : [[digestOf(chatRecordOf(request, decision)), ({ kind }) => kind === 'chat']];
  });
  const { signature } = context;
  const signed: [string, Says][] =
    signature === undefined
      ? []
      : [
          [
            signature.evidenceDigest,
            (record) =>
              record.kind === 'signed' &&
              record.statement.purpose === 'request' &&
              record.statement.notAfter === signature.notAfter,
          ],
        ];
  const readBack = lines.flatMap(({ events }) =>
    events.flatMap((event): [string, Says][] => {
      const digest = event['evidenceDigest'];
      if (typeof digest !== 'string') return [];
      if (event.type === 'directory.gave') return [[digest, (record) => isGivenOf(record, event, context)]];
      return [[digest, (record) => record.kind === 'taken' && record.confirmedAt === event['confirmedAt']]];
    }),
  );
  return new Map([...signed, ...decided, ...readBack]);
}

function isActOf(record: EvidenceRecord, decided: Decision): boolean {
  const { decision, stage, approver, assurance, decidedAt, notAfter = '' } = decided;
  if (record.kind !== 'signed' || assurance !== 'signed' || Date.parse(decidedAt) > Date.parse(notAfter)) return false;
  const { statement, signer } = record;
  const isSame = statement.decision === decision && statement.stage === stage && statement.notAfter === notAfter;
  return statement.purpose === 'decide' && isSame && samePerson(signer, approver);
}

function isGivenOf(record: EvidenceRecord, event: object, context: StoryContext): boolean {
  if (record.kind !== 'given') return false;
  const { assignment, nativeEnd } = record;
  const told = { assignment: Reflect.get(event, 'assignment'), nativeEnd: Reflect.get(event, 'nativeEnd') };
  if (canonicalOf({ assignment, nativeEnd }) !== canonicalOf(told)) return false;
  return record.evidenceDigest === evidenceDigestFor(context) && isAnchorOf(record);
}

function isAnchorOf({ anchor, requestId, evidenceDigest }: GivenRecord): boolean {
  const wanted: Record<Anchor['place'], Anchor> = {
    none: { place: 'none' },
    pim: { place: 'pim', ticketNumber: requestId, ticketSystem: anchorSystemOf(evidenceDigest) },
    arm: { place: 'arm', description: anchorDescriptionOf(requestId, evidenceDigest) },
  };
  return canonicalOf(anchor) === canonicalOf(wanted[anchor.place]);
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
