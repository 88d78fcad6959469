import { codeOf } from '../../access/core/app-error.ts';
import { evidenceDigestFor } from './evidence-digest.ts';
import { type EvidenceFile, isSealed, readEvidenceFile } from './evidence-file.ts';
import type { PublicKey, SignedAct } from './evidence-record.ts';
import { orderContradictions, replay, type Story, storyOf } from './journal-story.ts';
import { outsideRecords, type OutsideSays, outsideSays } from './outside-record.ts';
import { matchContradictions } from './record-match.ts';
import { type Contradiction, isContradiction, type Verdict, type Verification } from './verification.ts';
import { actContradictions, pinnedBy } from './verify-act.ts';
import { saysOf, wordsOf } from './words.ts';

/** What the verifier brings. Nothing of it may come from the file, or from whoever sent the file. */
export interface VerifyWith {
  /** Entra's signing keys. */
  readonly keys?: readonly PublicKey[];
  /** Microsoft's own records: PIM requests, role assignments, audit entries. */
  readonly outside?: unknown;
  /** The tenant and the application on whose page people sign. Without it anybody's application could stand in the tokens. */
  readonly expected?: Expected;
}

export interface Expected {
  readonly tenantId: string;
  /** Undefined where nobody signs. */
  readonly approvalClientId: string | undefined;
}

/** How far each of the two ways beyond the file went, for the words. */
export interface Reached {
  readonly pinned: 'no keys' | 'no tokens' | 'chat' | 'keys unknown' | 'whose unknown' | 'yes';
  readonly anchored: readonly string[] | 'no records' | 'nothing given' | 'none matches';
  readonly replayed: boolean;
}

/**
 * Does the file contradict itself, or what the verifier brings; and what does it prove? Pure. Anchors and keys inside the file count for
 * nothing: whoever makes a file can put them there.
 */
export async function verifyEvidence(bytes: Uint8Array, using: VerifyWith = {}): Promise<Verification> {
  let file: EvidenceFile;
  try {
    file = readEvidenceFile(bytes);
  } catch (error) {
    const sentence =
      'The file is not byte for byte what is exported: it was changed, formatted or cut off, or is something else.';
    return failed([
      { code: codeOf(error) === 'evidence.not-canonical' ? 'evidence.not-canonical' : 'evidence.schema', sentence },
    ]);
  }
  if (!isSealed(file))
    return failed([{ code: 'file.digest', sentence: 'The file was changed: its own digest does not fit.' }], file);
  const story = storyOf(file);
  if (isContradiction(story)) return failed([story], file);
  const acts = file.records.filter((record) => record.kind === 'signed');
  const outside = outsideOf(file, story, using);
  const replayed = replay(story);
  const contradictions = [
    ...orderContradictions(file, story),
    ...(typeof replayed === 'object' ? [replayed] : []),
    ...matchContradictions(file, story),
    ...(await Promise.all(acts.map((act) => actContradictions(act, file)))).flat(),
    ...expectedContradictions(file, using),
    ...keyContradictions(acts, using),
    ...outside.flatMap(outsideContradictions),
  ];
  if (contradictions.length > 0) return failed(contradictions, file);
  const reached: Reached = {
    pinned: pinnedOf(story, acts, using),
    anchored: anchoredOf(story, outside, using),
    replayed: replayed === 'agrees',
  };
  return {
    verdict: verdictOf(reached),
    requestId: file.requestId,
    says: saysOf(file, story),
    contradictions,
    ...wordsOf(reached, file),
  };
}

function failed(contradictions: readonly Contradiction[], file?: EvidenceFile): Verification {
  const named = file === undefined ? {} : { requestId: file.requestId };
  const notProved = ['Anything: something in this file is not true, so nothing in it is to be relied on.'];
  return { verdict: 'not verified', ...named, says: [], contradictions, proved: [], notProved };
}

function verdictOf({ pinned, anchored }: Reached): Verdict {
  if (typeof anchored === 'object') return pinned === 'yes' ? 'anchored and pinned' : 'anchored';
  return pinned === 'yes' ? 'pinned' : 'consistent';
}

/** Every approval is somebody's signature, by a key that the verifier has, for an application that the verifier named. */
function pinnedOf({ context }: Story, acts: readonly SignedAct[], { keys, expected }: VerifyWith): Reached['pinned'] {
  if (keys === undefined) return 'no keys';
  if (acts.length === 0) return 'no tokens';
  if (context.decisions.some(({ assurance }) => assurance === 'chat')) return 'chat';
  if (acts.some((act) => pinnedBy(keys, act) !== 'same')) return 'keys unknown';
  return expected?.approvalClientId === undefined ? 'whose unknown' : 'yes';
}

function anchoredOf({ context }: Story, outside: readonly OutsideSays[], using: VerifyWith): Reached['anchored'] {
  if (using.outside === undefined) return 'no records';
  const same = outside.filter(({ says }) => says === 'same').map(({ what }) => what);
  if (same.length > 0) return same;
  return context.givenAt === undefined ? 'nothing given' : 'none matches';
}

function outsideOf({ request }: EvidenceFile, { context }: Story, { outside }: VerifyWith): readonly OutsideSays[] {
  const digest = evidenceDigestFor(context);
  if (outside === undefined || request === null || digest === undefined) return [];
  return outsideRecords(outside).map((record) => outsideSays(record, request, digest));
}

function outsideContradictions({ says, what }: OutsideSays): readonly Contradiction[] {
  if (says === 'another')
    return [{ code: 'anchor.other', sentence: `Microsoft's ${what} names other evidence for this request.` }];
  if (says === 'another-access')
    return [
      { code: 'anchor.access', sentence: `Microsoft's ${what} names this evidence, for another person or another access.` },
    ];
  return [];
}

function expectedContradictions({ perimeter }: EvidenceFile, { expected }: VerifyWith): readonly Contradiction[] {
  if (expected === undefined) return [];
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  const isOurs = same(perimeter.tenantId, expected.tenantId);
  const isOurPage = perimeter.approve === undefined || same(perimeter.approve.clientId, expected.approvalClientId);
  return isOurs && isOurPage
    ? []
    : [{ code: 'perimeter.other', sentence: 'The file is of another tenant or another application than you named.' }];
}

function keyContradictions(acts: readonly SignedAct[], { keys }: VerifyWith): readonly Contradiction[] {
  const forged = acts.filter((act) => keys !== undefined && pinnedBy(keys, act) === 'another');
  return forged.map(({ jwk }) => ({
    code: 'token.key',
    sentence: `A token's key calls itself ${jwk.kid}, and is not the key that you have by that name.`,
  }));
}
