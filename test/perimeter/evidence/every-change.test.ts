import { beforeAll, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, constantFrom, integer, nat, tuple } from 'fast-check';
import { type EvidenceFile, readEvidenceFile, sealed } from '../../../src/perimeter/evidence/evidence-file.ts';
import type { SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import { verifyEvidence, type VerifyWith } from '../../../src/perimeter/evidence/verify.ts';
import { asked, decisionOf, exported, givenAndEnded, newLedger, oneSignature, openingOf } from './support/ledger.ts';
import { adam, CLIENT, newSigner, signedAct, statementOf, TENANT } from './support/signing.ts';

const entra = newSigner('entra-1');
const pinning: VerifyWith = { keys: [entra.key], expected: { tenantId: TENANT, approvalClientId: CLIENT } };
let act: SignedAct;
let file: Buffer;

function fileOf(one: SignedAct): Buffer {
  const ledger = newLedger();
  ledger.begin(openingOf(asked, oneSignature), asked.registeredAt);
  ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(one) });
  givenAndEnded(ledger);
  return exported(ledger, [one]);
}
beforeAll(async () => {
  act = await signedAct(entra, statementOf(asked), adam);
  file = fileOf(act);
  expect((await verifyEvidence(file, pinning)).verdict).toBe('pinned');
});
const verdictOf = async (bytes: Uint8Array, using: VerifyWith = {}) => (await verifyEvidence(bytes, using)).verdict;

describe('every change of the file is found, by the file alone', () => {
  it('of any one byte', async () => {
    await assert(
      asyncProperty(nat(file.length - 1), integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ by;
        expect(await verdictOf(changed)).toBe('not verified');
      }),
      { numRuns: 500 },
    );
  });

  it('of each byte in turn', async () => {
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      if ((await verdictOf(changed)) !== 'not verified') throw new Error(`byte ${at}`);
    }
  });

  it('of a byte more or less', async () => {
    await assert(
      asyncProperty(nat(file.length), nat(255), async (at, byte) => {
        const longer = Buffer.concat([file.subarray(0, at), Buffer.of(byte), file.subarray(at)]);
        const shorter = Buffer.concat([file.subarray(0, at), file.subarray(at + 1)]);
        expect(await verdictOf(longer)).toBe('not verified');
        if (at < file.length) expect(await verdictOf(shorter)).toBe('not verified');
      }),
      { numRuns: 300 },
    );
  });
});

/** The same bytes, or nearly, in another spelling; undefined where there is none. */
const respellings: Record<string, (token: string, at: number) => string> = {
  'another letter': (token, at) => swap(token, at, (char) => (char === 'A' ? 'B' : 'A')),
  'another case': (token, at) =>
    swap(token, at, (char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())),
  'other bits at the end of a segment': (token, at) => inSegment(token, at, otherBits),
  padding: (token, at) => inSegment(token, at, (segment) => `${segment}=`),
  'the letters of plain base64': (token) => token.replaceAll('-', '+').replaceAll('_', '/'),
  'a segment more': (token) => `${token}.`,
  'a segment more, with something in it': (token) => `${token}.AA`,
  'a segment less': (token) => token.split('.').slice(0, 2).join('.'),
  'an empty segment': (token, at) => inSegment(token, at, () => ''),
  'white space': (token, at) => `${token.slice(0, at)} ${token.slice(at)}`,
  'a newline': (token, at) => `${token.slice(0, at)}\n${token.slice(at)}`,
  'a zero byte': (token, at) => `${token.slice(0, at)}\u0000${token.slice(at)}`,
  'a letter twice': (token, at) => `${token.slice(0, at + 1)}${token.slice(at)}`,
  'a letter less': (token, at) => `${token.slice(0, at)}${token.slice(at + 1)}`,
};
const swap = (token: string, at: number, change: (char: string) => string) =>
  `${token.slice(0, at)}${change(token[at] ?? '')}${token.slice(at + 1)}`;
const inSegment = (token: string, at: number, change: (segment: string) => string) =>
  token
    .split('.')
    .map((segment, index) => (index === at % 3 ? change(segment) : segment))
    .join('.');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The lowest bit of the last letter belongs to no byte, unless the segment's length is a multiple of four. */
const otherBits = (segment: string) => `${segment.slice(0, -1)}${ALPHABET[ALPHABET.indexOf(segment.at(-1) ?? '') ^ 1] ?? ''}`;

describe('every other spelling of the token is found, although record, journal and file fit it', () => {
  it('wherever it is', async () => {
    await assert(
      asyncProperty(constantFrom(...Object.keys(respellings)), nat(act.idToken.length - 1), async (name, at) => {
        const idToken = respellings[name]?.(act.idToken, at) ?? '';
        // A dot has no case.
        if (idToken === act.idToken) return;
        expect(await verdictOf(fileOf({ ...act, idToken }), pinning)).toBe('not verified');
      }),
      { numRuns: 500 },
    );
  });

  it('also where a generous decoder reads the very same bytes', async () => {
    const respelt = [0, 1, 2].map((at) => respellings['other bits at the end of a segment']?.(act.idToken, at) ?? '');
    const same = respelt.filter((token) => decoded(token) === decoded(act.idToken));
    expect(same.length).toBeGreaterThan(0);
    for (const idToken of same) expect(await verdictOf(fileOf({ ...act, idToken }), pinning)).toBe('not verified');
  });
});
const decoded = (token: string) =>
  token
    .split('.')
    .map((segment) => Buffer.from(segment, 'base64url').toString('hex'))
    .join('.');

type Path = readonly (string | number)[];
const leavesOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
    : [path];
const changed = (value: unknown, path: Path, change: (leaf: unknown) => unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const inner = changed(Reflect.get(Object(value), key), rest, change);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...Object(value), [key]: inner };
};
/** The last digit is another; a text without digits is longer by one. */
const other = (leaf: unknown): unknown => {
  if (typeof leaf !== 'string') return typeof leaf === 'boolean' ? !leaf : Number(leaf) + 1;
  return /\d/.test(leaf) ? leaf.replace(/\d(?=\D*$)/, (digit) => (digit === '0' ? '1' : '0')) : `${leaf}x`;
};

describe('a change of anything that is said, sealed again', () => {
  /** Nothing in the file can vouch for these: when and by which application it was exported, and where the rest of the ledger ends. */
  const unbound = ['exportedAt', 'perimeter.clientId', 'journal.head.seq', 'journal.head.head'];

  /**
   * The actor is no part of the flow; `prev` names a line that is not here; an unknown version of the flow cannot be run again; columns and
   * commands are made from the rest by the program of that day.
   */
  const unboundInLine = ['actor.kind', 'actor.name', 'epoch', 'flowVersion', 'prev'];
  const isMade = (path: string) => /^(next\.columns|commandsAdded|commandsDropped)\./.test(path);

  it('contradicts the rest, but for what nothing in a file can vouch for', async () => {
    const { digest: _digest, ...content } = readEvidenceFile(file);
    const silent: string[] = [];
    // Lines are texts here; below they are taken apart.
    for (const path of leavesOf({ ...content, journal: { head: content.journal.head } })) {
      const bytes = sealed(changed(content, path, other) as Omit<EvidenceFile, 'digest'>);
      if ((await verdictOf(bytes, pinning)) !== 'not verified') silent.push(path.join('.'));
    }
    expect(silent.toSorted()).toEqual(unbound.toSorted());
  });

  it('inside a journal line contradicts the rest too, but for what the runtime alone knows', async () => {
    const { digest: _digest, ...content } = readEvidenceFile(file);
    const silent = new Set<string>();
    for (const [index, text] of content.journal.lines.entries()) {
      const line: unknown = JSON.parse(text);
      for (const path of leavesOf(line)) {
        const lines = content.journal.lines.with(index, JSON.stringify(changed(line, path, other)));
        const bytes = sealed({ ...content, journal: { ...content.journal, lines } });
        if ((await verdictOf(bytes, pinning)) !== 'not verified') silent.add(path.join('.'));
      }
    }
    expect([...silent].filter((path) => !isMade(path)).toSorted()).toEqual(unboundInLine);
  });
});

it('a generated change of two places is found as well', async () => {
  await assert(
    asyncProperty(tuple(nat(file.length - 1), nat(file.length - 1)), async ([one, two]) => {
      const both = Buffer.from(file);
      [both[one], both[two]] = [both[two] ?? 0, both[one] ?? 0];
      if (both.equals(file)) return;
      expect(await verdictOf(both)).toBe('not verified');
    }),
    { numRuns: 300 },
  );
});
