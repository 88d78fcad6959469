import { anchorDescriptionOf, anchorSystemOf } from '../../access/core/anchor-text.ts';
import type { Target } from '../../access/core/target.ts';
import { chatRecordOf, evidenceDigestFor, registeredRequestOf } from './evidence-digest.ts';
import type { Anchor, EvidenceRecord } from './evidence-record.ts';
import type { StoryContext } from './journal-story.ts';

/**
 * The records that are made from the journal alone: clicks in chat, and what the directory answered. They say nothing that the lines do not;
 * they say it to a reader who has never seen such a line.
 */
export function toldByJournal(context: StoryContext): readonly EvidenceRecord[] {
  const request = registeredRequestOf(context);
  const evidenceDigest = evidenceDigestFor(context);
  if (request === undefined || evidenceDigest === undefined) return [];
  const { requestId, target } = request;
  const { decisions, assignment, nativeEnd, givenAt, endsAt, confirmedAt } = context;
  const told: EvidenceRecord[] = decisions
    .filter(({ assurance }) => assurance === 'chat')
    .map((decision) => chatRecordOf(request, decision));
  if (assignment !== undefined && nativeEnd !== undefined && givenAt !== undefined && endsAt !== undefined) {
    const anchor = anchorOf(target, assignment.kind, requestId, evidenceDigest);
    told.push({ v: 1, kind: 'given', requestId, evidenceDigest, anchor, assignment, nativeEnd, givenAt, endsAt });
  }
  if (confirmedAt !== undefined) told.push({ v: 1, kind: 'taken', requestId, confirmedAt });
  return told;
}

/** What the writers of each way write (src/entra, src/azure). */
function anchorOf({ kind }: Target, way: 'pim' | 'plain', requestId: string, evidenceDigest: string): Anchor {
  if (way === 'pim') return { place: 'pim', ticketNumber: requestId, ticketSystem: anchorSystemOf(evidenceDigest) };
  return kind === 'azureRole' ? { place: 'arm', description: anchorDescriptionOf(requestId, evidenceDigest) } : { place: 'none' };
}
