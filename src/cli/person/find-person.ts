import type { Person } from '../../access/core/person.ts';
import { applyLine } from '../../durable/apply-line.ts';
import type { StampedEvent } from '../../durable/port.ts';
import type { SaltedText } from '../../durable/salted-text.ts';
import { type CaseRecord, isOpen } from '../../durable/store.ts';
import { rolesIn, textsBeside } from './mentions.ts';
import type { Reading } from './open-reading.ts';

/** One case that a person has to do with. */
export interface Found {
  readonly record: CaseRecord;
  readonly beganAt: string;
  readonly lastAt: string;
  /** What they are in it; `actor`: they did something. */
  readonly as: readonly string[];
  /** They ask, receive, or are what it is about: all of it is theirs. */
  readonly isAboutThem: boolean;
  /** What they did. */
  readonly did: readonly StampedEvent[];
  /** Texts that they wrote or that are about them, and are still there. */
  readonly texts: readonly SaltedText[];
  /** Its texts are still needed. */
  readonly isOpen: boolean;
}

const FINDING = 'finding';
const LINK = 'link';

/** Every case of a store that a person has to do with, in the order in which they began. Reads the whole journal, twice. */
export async function findPerson(reading: Reading, person: Person): Promise<readonly Found[]> {
  const objectId = person.objectId.toLowerCase();
  const concerned = new Set<string>();
  for await (const line of reading.lines()) {
    if (concerned.has(line.case)) continue;
    const isNamed = JSON.stringify(line).toLowerCase().includes(objectId);
    if (isNamed || (line.flow === FINDING && (await isInTexts(reading, line.case, objectId)))) concerned.add(line.case);
  }
  const drafts = new Map<string, Draft>();
  for await (const line of reading.lines()) {
    if (!concerned.has(line.case)) continue;
    const draft = drafts.get(line.case) ?? { beganAt: line.at, lastAt: '', as: new Set(), did: [], digests: new Set() };
    const isTheirs = line.actor.kind === 'person' && rolesIn({ actor: line.actor.person }, person).length > 0;
    for (const role of [...(isTheirs ? ['actor'] : []), ...rolesIn([line.next.context, line.events], person)]) draft.as.add(role);
    if (isTheirs) draft.did.push(...line.events);
    for (const digest of textsBeside([line.next.context, line.events], person)) draft.digests.add(digest);
    drafts.set(line.case, { ...draft, lastAt: line.at, record: applyLine(draft.record, line) });
  }
  const found = await Promise.all([...drafts.values()].map((draft) => foundOf(reading, draft, person)));
  return found.flatMap((each) => each ?? []);
}

interface Draft {
  readonly beganAt: string;
  readonly lastAt: string;
  readonly as: Set<string>;
  readonly did: StampedEvent[];
  readonly digests: Set<string>;
  readonly record?: CaseRecord;
}

async function foundOf(reading: Reading, draft: Draft, person: Person): Promise<Found | undefined> {
  const { record, as, digests, did, beganAt, lastAt } = draft;
  if (record === undefined) return undefined;
  const all = await reading.texts(record.caseId);
  if (record.flow === FINDING && isSubject(record, all, person)) as.add('subject');
  // The same id in another tenant is somebody else.
  if (as.size === 0) return undefined;
  const isLink = record.flow === LINK && as.has('person');
  const isAboutThem = isLink || ['subject', 'requester', 'principal'].some((role) => as.has(role));
  const texts = isAboutThem ? all : all.filter(({ digest }) => digests.has(digest));
  return { record, beganAt, lastAt, as: [...as], isAboutThem, did, texts, isOpen: isOpen(record) };
}

/** A check names whom it saw by the object id, in the subject or in what it tells. */
function isSubject({ context }: CaseRecord, texts: readonly SaltedText[], { tenantId, objectId }: Person): boolean {
  const seen: unknown = Reflect.get(Object(context), 'seen');
  const where: unknown = Reflect.get(Object(seen), 'tenantId');
  if (typeof where === 'string' && where.toLowerCase() !== tenantId.toLowerCase()) return false;
  const told = [JSON.stringify(seen), ...texts.map(({ text }) => text)];
  return told.some((each) => each?.toLowerCase().includes(objectId.toLowerCase()));
}

async function isInTexts(reading: Reading, caseId: string, objectId: string): Promise<boolean> {
  return (await reading.texts(caseId)).some(({ text }) => text.toLowerCase().includes(objectId));
}
