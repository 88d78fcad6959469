import { createHash, randomBytes } from 'node:crypto';

/** A text as it is stored beside the journal; lines refer to it by `digest`. */
export interface SaltedText {
  readonly digest: string;
  readonly salt: string;
  readonly text: string;
}

/** Bytes of chance in front of each text, so that an erased one cannot be guessed from its digest. */
const SALT_BYTES = 16;

export function saltText(text: string): SaltedText {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return { digest: digestText(salt, text), salt, text };
}

/** The text that a line refers to; not one that somebody changed. */
export function textOf(rows: readonly SaltedText[], textDigest: string): string | undefined {
  return rows.find((row) => row.digest === textDigest && digestText(row.salt, row.text) === textDigest)?.text;
}

function digestText(salt: string, text: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(text).digest('hex');
}
