import type { IncomingMessage } from 'node:http';

/** Far above any activity that Teams sends us (forms of 500 characters), far below what would hurt. */
export const BODY_MAX_BYTES = 256 * 1024;
/** A sender who dawdles longer than Teams waits for an answer is not Teams. */
const BODY_PATIENCE_MS = 10_000;

export type Body = { readonly json: unknown } | { readonly status: 400 | 408 | 413 | 415; readonly code: string };

/** The parsed body, or which refusal it deserves. Never more than `BODY_MAX_BYTES` of it is kept. */
export async function readBody(req: IncomingMessage): Promise<Body> {
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) return { status: 415, code: 'teams.not-json' };
  if (Number(req.headers['content-length'] ?? 0) > BODY_MAX_BYTES) return { status: 413, code: 'teams.too-large' };
  const chunks: Buffer[] = [];
  let size = 0;
  const patience = setTimeout(() => req.destroy(new Error('the body took too long')), BODY_PATIENCE_MS);
  try {
    for await (const chunk of req) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > BODY_MAX_BYTES) return { status: 413, code: 'teams.too-large' };
      chunks.push(bytes);
    }
  } catch {
    return { status: 408, code: 'teams.body-cut-off' };
  } finally {
    clearTimeout(patience);
  }
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) };
  } catch {
    return { status: 400, code: 'teams.not-json' };
  }
}
