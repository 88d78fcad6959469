import { appendFileSync } from 'node:fs';

/** What lets whoever reads it act as somebody, by what it is. Only an `id token` may stand anywhere afterwards: in the evidence. */
export type IssuedKind = 'token' | 'id token' | 'secret' | 'assertion' | 'code' | 'cookie' | 'header' | 'address';

export interface Issued {
  readonly kind: IssuedKind;
  readonly value: string;
}

const all = new Map<string, Issued>();
const file = process.env['HALLPASS_ISSUED'] ?? '';
/** Shorter ones stand in any file by chance. */
const SHORTEST = 16;

/**
 * Keeps count of everything of this kind that was given out, or arrived, at a far end of this process: whoever looks for leaks knows what to look
 * for. `HALLPASS_ISSUED` also appends each to that file, for a search after the process is gone. Returns the value.
 */
export function issued(kind: IssuedKind, value: string): string {
  if (value.length < SHORTEST || all.has(value)) return value;
  all.set(value, { kind, value });
  if (file !== '') appendFileSync(file, `${JSON.stringify({ kind, value })}\n`, { mode: 0o600 });
  return value;
}

export const everythingIssued = (): readonly Issued[] => [...all.values()];

const HEADERS: Readonly<Record<string, IssuedKind>> = {
  authorization: 'header',
  cookie: 'cookie',
  'x-identity-header': 'secret',
  'x-slack-signature': 'header',
};
const FIELDS: Readonly<Record<string, IssuedKind>> = {
  client_secret: 'secret',
  client_assertion: 'assertion',
  code: 'code',
  code_verifier: 'secret',
};

/** What came with a request: header fields, and the fields of a form. */
export function arrived(headers: Readonly<Record<string, string | undefined>>, form?: string): void {
  for (const [name, kind] of Object.entries(HEADERS)) {
    const value = headers[name];
    if (value === undefined) continue;
    if (kind === 'cookie') for (const pair of value.split('; ')) issued(kind, pair.slice(pair.indexOf('=') + 1));
    else issued(kind, value.replace(/^(Bearer|Basic) /i, ''));
  }
  if (form === undefined || !/^[\w.-]+=/.test(form)) return;
  for (const [name, value] of new URLSearchParams(form)) if (FIELDS[name] !== undefined) issued(FIELDS[name], value);
}
