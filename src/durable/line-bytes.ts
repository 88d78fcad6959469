import { hash } from 'node:crypto';
import type { Line, LineDraft } from './store.ts';

/** The head of an empty journal. */
export const GENESIS = '0'.repeat(64);

export interface Place {
  readonly seq: number;
  readonly head: string;
  readonly epoch: number;
}

export const START: Place = { seq: 0, head: GENESIS, epoch: 0 };

/** A line as it stands in the journal, without its newline. */
export function encodeLine(
  draft: LineDraft,
  after: Place,
  epoch: number,
  synced: number,
): { readonly text: string; readonly seq: number } {
  const seq = after.seq + 1;
  return { seq, text: JSON.stringify({ v: 1, seq, prev: after.head, epoch, synced, ...draft }) };
}

/** How every line begins, around its sequence and the head before it. */
export const CHAIN_PARTS = ['{"v":1,"seq":', ',"prev":"', '","epoch":'] as const;

export function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Does this line follow that place? Looks at the raw bytes only, so that verifying millions of lines stays cheap. */
export function follows(bytes: Uint8Array, place: Place): boolean {
  const [first, middle, last] = CHAIN_PARTS;
  const start = `${first}${place.seq + 1}${middle}${place.head}${last}`;
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, start.length)).toString('latin1') === start;
}

/** The line, or undefined when it is damaged or does not follow that place. */
export function decodeLine(bytes: Uint8Array, place: Place): Line | undefined {
  if (!follows(bytes, place)) return undefined;
  const line = parseLine(bytes);
  return line !== undefined && line.epoch >= place.epoch && line.synced <= place.seq ? line : undefined;
}

/** A line by itself, whatever its place; undefined when these bytes are none. */
export function parseLine(bytes: Uint8Array): Line | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
    return isLine(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Record<string, unknown>;
  return (
    line['v'] === 1 &&
    typeof line['seq'] === 'number' &&
    typeof line['epoch'] === 'number' &&
    typeof line['synced'] === 'number' &&
    typeof line['case'] === 'string' &&
    typeof line['flow'] === 'string' &&
    Array.isArray(line['events']) &&
    typeof line['next'] === 'object'
  );
}
