import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Issued } from '../../src/playground/issued.ts';

export interface Leak {
  readonly file: string;
  readonly kind: Issued['kind'];
  /** How it stands there. */
  readonly form: string;
  /** Before it, so that a reader finds out who wrote it; without any of it. */
  readonly context: string;
}

interface Form {
  readonly issued: Issued;
  readonly name: string;
  readonly text: string;
}

/** What a form is recognised by: its last letters, where tokens differ most. */
const KEY_LENGTH = 16;
const CHUNK_BYTES = 8 * 1024 * 1024;
/** No form that is looked for is longer. */
const OVERLAP_BYTES = 64 * 1024;
const CONTEXT_LENGTH = 80;

/** Each value as it is, as addresses, JSON and base64 would carry it, and the signature of a token by itself. */
function formsOf(issued: Issued): readonly Form[] {
  const { value } = issued;
  const [, , signature] = /^eyJ[\w-]+\.[\w-]+\.([\w-]+)$/.exec(value) ? value.split('.') : [];
  const forms: readonly (readonly [string, string])[] = [
    ['as it is', value],
    ['in an address', encodeURIComponent(value)],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    ...(signature === undefined ? [] : ([['its signature', signature]] as const)),
    ...(['base64', 'base64url'] as const).flatMap((code) =>
      [0, 1, 2].map((before) => [`in ${code}`, encoded(value, before, code)] as const),
    ),
  ];
  const texts = new Set<string>();
  return forms.flatMap(([name, text]) => {
    if (text.length < KEY_LENGTH || texts.has(text)) return [];
    texts.add(text);
    return [{ issued, name, text }];
  });
}

/** The letters that are the same whatever stands around it, with so many bytes in front. */
function encoded(value: string, before: number, code: 'base64' | 'base64url'): string {
  const text = Buffer.from(`${' '.repeat(before)}${value}`)
    .toString(code)
    .replaceAll('=', '');
  const whole = Math.floor(((before + Buffer.byteLength(value)) * 8) / 6);
  return text.slice(Math.ceil((before * 8) / 6), whole);
}

export type Search = (file: string, bytes: Buffer) => readonly Leak[];

/** So many places that a byte sequence may be noted at: hardly any other falls onto one of a few thousand. */
const FILTER_BITS = 22;
const slotOf = (bytes: Buffer, end: number): number =>
  Math.imul(bytes.readUInt32LE(end - 4), 0x9e_37_79_b1) >>> (32 - FILTER_BITS);

export function createSearch(all: readonly Issued[]): Search {
  const byKey = new Map<string, Form[]>();
  const maybe = new Uint8Array(2 ** FILTER_BITS);
  for (const form of all.flatMap(formsOf)) {
    const key = form.text.slice(-KEY_LENGTH);
    byKey.set(key, [...(byKey.get(key) ?? []), form]);
    maybe[slotOf(Buffer.from(key, 'latin1'), KEY_LENGTH)] = 1;
  }
  return (file, bytes) => {
    const leaks = new Map<Form, Leak>();
    for (let end = KEY_LENGTH; end <= bytes.length; end++) {
      if (maybe[slotOf(bytes, end)] === 0) continue;
      for (const form of byKey.get(bytes.toString('latin1', end - KEY_LENGTH, end)) ?? []) {
        const start = end - form.text.length;
        if (start < 0 || leaks.has(form) || bytes.toString('latin1', start, end) !== form.text) continue;
        const context = bytes.toString('latin1', Math.max(0, start - CONTEXT_LENGTH), start);
        leaks.set(form, { file, kind: form.issued.kind, form: form.name, context });
      }
    }
    return [...leaks.values()];
  };
}

/** Files that hold secrets because they are there for it: what the configuration points to, keys of the playground's servers. */
const MADE_FOR_SECRETS = /[\\/](secrets[\\/].+|secret(-\d+)?|microsoft[\\/]server\.key|[^\\/]+\.key)$/;
/** The one place where ID tokens are kept on purpose. */
const EVIDENCE = /[\\/]evidence[\\/]/;

/** Every file below these folders (binary ones too), and what of the issued stands in them that may not. */
export function leaksIn(folders: readonly string[], search: Search, mayHold: (file: string) => boolean = () => false) {
  const leaks: Leak[] = [];
  let files = 0;
  let bytes = 0;
  for (const file of folders.flatMap(filesIn)) {
    if (MADE_FOR_SECRETS.test(file) || mayHold(file)) continue;
    files += 1;
    bytes += eachChunk(file, (chunk) => leaks.push(...search(file, chunk)));
  }
  const isEvidence = ({ file, kind }: Leak) => kind === 'id token' && EVIDENCE.test(file);
  return { files, bytes, leaks: leaks.filter((leak) => !isEvidence(leak)), evidence: leaks.filter(isEvidence) };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function eachChunk(file: string, look: (chunk: Buffer) => void): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 0;
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size));
    for (let at = 0; at < size; at += buffer.length - OVERLAP_BYTES) {
      const read = readSync(handle, buffer, 0, buffer.length, at);
      look(buffer.subarray(0, read));
      if (at + read >= size || buffer.length <= OVERLAP_BYTES) break;
    }
  } finally {
    closeSync(handle);
  }
  return size;
}

/** Each leak in a line, without the value. */
export const leakLines = (leaks: readonly Leak[]): readonly string[] =>
  leaks.map(({ file, kind, form, context }) => `${file}: ${kind} ${form}, after ${JSON.stringify(context)}`);
