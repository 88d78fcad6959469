import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import type { Clock } from '../access/core/clock.ts';
import type { Log } from '../observe/log.ts';
import { admit } from './admit.ts';
import { createReplayGuard } from './replay-guard.ts';
import { MAX_SKEW_SECONDS, signatureBy, type SigningSecrets, verifySignature } from './verify-request.ts';

/** Our largest form is a few kilobytes; Slack's own ceiling for a view is 250 kB before it is form-encoded. */
const BODY_MAX_BYTES = 1024 * 1024;
const DRAIN_MAX_BYTES = 8 * BODY_MAX_BYTES;
/** Slack itself gives up after 3 s. */
const BODY_PATIENCE_MS = 5_000;

export interface FrontDoorOptions {
  readonly workspaceId: string;
  /** Whose people may press what stands in a shared channel; see `linking.workspaces`. */
  readonly alsoFrom?: readonly string[];
  readonly signingSecrets: SigningSecrets;
  /** Slack still signs by the secret that is on its way out. */
  readonly onPreviousSecret: () => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Bolt's listener, which checks the signature once more and dispatches. */
  readonly next: RequestListener;
}

interface Refused {
  readonly status: number;
  readonly code: string;
}

interface Admitted {
  readonly rawBody: Buffer;
  /** By the current secret, where Slack signed by the one before. */
  readonly signature?: string;
}

/**
 * Stands before Bolt: reads the body within its limit, verifies signature and time, refuses other workspaces, replays and
 * what is no payload of Slack's. A refusal is a problem document with a stable code; nothing behind the door hears of it.
 */
export function createFrontDoor(options: FrontDoorOptions): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { clock, log, next } = options;
  // Twice the skew: a request stamped at the far edge of the future stays valid that long.
  const replays = createReplayGuard(clock, 2 * MAX_SKEW_SECONDS * 1_000);
  const deliveries = createReplayGuard(clock, 60 * 60 * 1_000);

  async function judge(req: IncomingMessage): Promise<Refused | 'ssl-check' | 'seen-event' | Admitted> {
    if (req.method !== 'POST') return { status: 405, code: 'chat.method' };
    const rawBody = await readBody(req);
    if (rawBody === undefined) return { status: 413, code: 'chat.too-large' };
    const form = isForm(req) ? parse(rawBody.toString('utf8')) : undefined;
    if (form?.['ssl_check'] === '1') return 'ssl-check';
    const signature = headerOf(req, 'x-slack-signature');
    const timestamp = headerOf(req, 'x-slack-request-timestamp');
    const verified = verifySignature({ signature, timestamp, rawBody }, options.signingSecrets, clock.now());
    if ('fault' in verified) return { status: 401, code: `chat.signature-${verified.fault}` };
    const admission = admit(form === undefined ? fromJson(rawBody) : fromForm(form), options.workspaceId, options.alsoFrom);
    if (!admission.admitted) return { status: admission.code === 'chat.malformed' ? 400 : 403, code: admission.code };
    if (!replays.first(signature ?? '')) return { status: 409, code: 'chat.replayed' };
    const { payload } = admission;
    // Slack delivers an event again, freshly signed, when our answer was late: it has been heard already.
    if ('event_id' in payload && !deliveries.first(payload.event_id)) return 'seen-event';
    if (verified.by === 'current') return { rawBody };
    options.onPreviousSecret();
    // Bolt looks once more, and knows one secret.
    return { rawBody, signature: signatureBy(options.signingSecrets.current, timestamp ?? '', rawBody) };
  }

  return async (req, res) => {
    try {
      const verdict = await judge(req);
      if (verdict === 'ssl-check' || verdict === 'seen-event') return void res.writeHead(200).end();
      if ('code' in verdict) {
        log.warn({ code: verdict.code, status: verdict.status }, 'refused a request to the Slack endpoint');
        return refuse(res, verdict);
      }
      // Bolt takes a body that was read already from here, and knows forms only by the bare media type.
      Object.assign(req, { rawBody: verdict.rawBody });
      if (verdict.signature !== undefined) req.headers['x-slack-signature'] = verdict.signature;
      if (isForm(req)) req.headers['content-type'] = FORM;
      next(req, res);
    } catch (error) {
      log.warn({ err: error }, 'a request to the Slack endpoint broke off');
      if (!res.headersSent) refuse(res, { status: 400, code: 'chat.malformed' });
    }
  };
}

const FORM = 'application/x-www-form-urlencoded';

function isForm(req: IncomingMessage): boolean {
  return headerOf(req, 'content-type')?.split(';')[0]?.trim().toLowerCase() === FORM;
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function fromForm(form: Readonly<Record<string, unknown>>): unknown {
  return typeof form['payload'] === 'string' ? parseJson(form['payload']) : form;
}

function fromJson(rawBody: Buffer): unknown {
  return parseJson(rawBody.toString('utf8'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The whole body, or undefined when it is larger than we take; a little more is read and dropped, so that the answer arrives. */
async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const patience = setTimeout(() => req.destroy(new Error('the body took too long')), BODY_PATIENCE_MS);
  try {
    for await (const chunk of req) {
      const part: unknown = chunk;
      if (!Buffer.isBuffer(part)) continue;
      bytes += part.length;
      if (bytes > DRAIN_MAX_BYTES) break;
      if (bytes <= BODY_MAX_BYTES) chunks.push(part);
    }
  } finally {
    clearTimeout(patience);
  }
  return bytes > BODY_MAX_BYTES ? undefined : Buffer.concat(chunks);
}

/** RFC 9457. `X-Slack-No-Retry`: what is refused once is refused always. */
function refuse(res: ServerResponse, { status, code }: Refused): void {
  res.writeHead(status, { 'content-type': 'application/problem+json', 'x-slack-no-retry': '1', connection: 'close' });
  res.end(JSON.stringify({ type: 'about:blank', title: 'Refused', status, code }));
}
