import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AppError } from './app-error.ts';

/** Nothing of ours is nested deeper than a few levels; a limit keeps hostile input off the stack. */
const DEEPEST = 64;

/**
 * The one spelling of a JSON value by RFC 8785 (JCS): keys by UTF-16 code unit, no white space, ECMAScript's numbers, the fewest
 * escapes. `-0` is carried as `0`, as the RFC says (section 3.2.2.3). What JSON.stringify would drop or reshape in silence (undefined,
 * functions, dates, class instances, holes in arrays) is refused: two different values must not share a digest by accident.
 * @throws {AppError} `canonical.not-json`: not JSON, a lone surrogate, a number that is not finite, or nested too deeply
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalOf(value: unknown): string {
  assertJson(value, 0);
  const text = canonicalize(value);
  if (text === undefined) throw notJson('it has no JSON form');
  return text;
}

/** SHA-256 over the UTF-8 bytes of the canonical form. 43 characters as base64url (the default), 64 as hex. @throws as `canonicalOf` */
export function digestOf(value: unknown, encoding: 'base64url' | 'hex' = 'base64url'): string {
  return createHash('sha256').update(canonicalOf(value), 'utf8').digest(encoding);
}

/**
 * Reads JSON that is byte for byte its own canonical form, so that there is exactly one file for what it says: no byte order mark, double
 * keys, white space, other spelling of numbers, escapes or order, no bytes behind the end, no invalid UTF-8. Not parsed by a schema yet.
 * @throws {AppError} `evidence.not-canonical`
 */
export function parseCanonical(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  let canonical: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
    canonical = canonicalOf(value);
  } catch (cause) {
    throw notCanonical(cause);
  }
  if (canonical !== text) throw notCanonical();
  return value;
}

function assertJson(value: unknown, depth: number): void {
  if (depth > DEEPEST) throw notJson('it is nested too deeply');
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw notJson('a text holds half a character (a lone surrogate)');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson('a number is not finite');
  } else if (Array.isArray(value)) {
    // Not forEach: it would skip the holes.
    for (const item of value) assertJson(item, depth + 1);
  } else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) {
      assertJson(key, depth);
      assertJson(item, depth + 1);
    }
  } else throw notJson(`it holds something of type ${typeof value}`);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A null prototype has no toJSON either; one of its own would be a function, and is refused as such.
  return prototype === Object.prototype || prototype === null;
}

function notJson(why: string): AppError {
  return new AppError('canonical.not-json', `no canonical form: ${why}`);
}

function notCanonical(cause?: unknown): AppError {
  return new AppError('evidence.not-canonical', 'not byte for byte its own canonical form (RFC 8785)', {
    cause,
    hint: 'The file was changed, formatted, or cut off. Ask for it again as it was exported, and send it as an attachment, not as text.',
  });
}
