import { digestOf } from '../../access/core/canonical.ts';
import { AppError } from '../../access/core/app-error.ts';
import type { SaltedText } from '../../durable/salted-text.ts';
import { registeredRequestOf } from './evidence-digest.ts';
import { type EvidenceFile, sealed } from './evidence-file.ts';
import type { StoredEvidence } from './evidence-store.ts';
import { storyOf } from './journal-story.ts';
import { namedBy } from './record-match.ts';
import { remarksOf } from './remarks.ts';
import { toldByJournal } from './told-by-journal.ts';
import { isContradiction } from './verification.ts';

/** What a store holds of one request. */
export interface CaseParts {
  /** Journal lines of the case, byte for byte, from its beginning. */
  readonly lines: readonly string[];
  /** Of the whole journal. */
  readonly head: { readonly seq: number; readonly head: string };
  /** As far as they are not erased. */
  readonly texts: readonly SaltedText[];
}

export interface ExportParts extends CaseParts, Pick<EvidenceFile, 'requestId' | 'exportedAt' | 'perimeter'> {
  readonly stored: readonly StoredEvidence[];
}

/**
 * The file of one request. Nothing is judged here: what contradicts itself in the stores does so in the file too, and verifying finds it.
 * @throws {AppError} `evidence.unexportable`: the lines are not those of a request
 */
export function exportEvidence({ stored, lines, head, texts, ...named }: ExportParts): Buffer {
  const journal = { lines: [...lines], head };
  const story = storyOf({ journal, requestId: named.requestId });
  if (isContradiction(story)) throw new AppError('evidence.unexportable', `${named.requestId}: ${story.sentence}`);
  const request = registeredRequestOf(story.context) ?? null;
  const known = namedBy(story.context);
  const counted = stored.filter(({ digest }) => known.has(digest));
  const told = toldByJournal(story.context).map((record) => ({ digest: digestOf(record), record }));
  const records = new Map([...counted, ...told].map(({ digest, record }) => [digest, record]));
  const row = texts.find(({ digest }) => digest === request?.justification.textDigest);
  const content = {
    request,
    texts: row === undefined ? {} : { justification: { salt: row.salt, text: row.text } },
    leftOut: stored.length - counted.length,
  };
  return sealed({
    v: 1,
    kind: 'hallpass-evidence',
    ...named,
    ...content,
    records: [...records].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record),
    journal,
    remarks: remarksOf(content, story.context),
  });
}
