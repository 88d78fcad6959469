import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { API_VERSIONS, versionRefused } from '../access/core/api-version.ts';
import { AppError, codeOf } from '../access/core/app-error.ts';
import {
  API_VERSION_HEADER,
  decisionSchema,
  endReasonSchema,
  type GrantState,
  type GuardrailsAnswer,
  registerGrantSchema,
  requestIdSchema,
  SEEN_HEAD_HEADER,
  SEEN_SEQ_HEADER,
} from '../access/core/perimeter-api.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { networkBehind } from '../web/caller-address.ts';
import type { CallerLimits, CallKind } from './caller-limits.ts';
import { type EventsFeed, waitsForOf } from './events-feed.ts';
import { contextOf, stateNameOf } from './grant-flow.ts';
import { type SeenHeads, seenOf } from './ledger/seen-heads.ts';
import { problemOf } from './problem.ts';
import type { RefusalBook } from './refusals.ts';
import type { Registrar } from './registrar.ts';

/** The largest honest request is a registration with 500 characters of justification, each of up to 12 bytes in JSON. */
const BODY_MAX_BYTES = 16 * 1024;
const WAIT_MAX_SECONDS = 25;
const EVENTS_PER_PAGE = 200;
export const LEDGER_SEQ_HEADER = 'hallpass-ledger-seq';
export const LEDGER_HEAD_HEADER = 'hallpass-ledger-head';

export interface ApiParts {
  readonly runtime: Runtime;
  readonly registrar: Registrar;
  readonly feed: EventsFeed;
  readonly limits: CallerLimits;
  /** A proxy of ours stands in front, and names whoever called it last. */
  readonly behindProxy: boolean;
  readonly seenHeads: SeenHeads;
  readonly guardrails: () => Promise<Omit<GuardrailsAnswer, 'ledger'>>;
  readonly refusals: RefusalBook;
  readonly log: Log;
  /** That are spoken here, newest first. */
  readonly versions?: readonly string[];
  /** Aborts when the process shuts down: long polls answer at once. */
  readonly stopping: AbortSignal;
}

const eventsQuerySchema = z.strictObject({
  after: z.coerce.number().int().nonnegative().default(0),
  waitSeconds: z.coerce.number().int().nonnegative().max(WAIT_MAX_SECONDS).default(0),
});

/** What is known of a request once its token was verified. */
interface Known {
  Variables: { isCaller?: true; isAhead?: boolean };
}

/**
 * The `api` listener: one caller, JSON in and out, RFC 9457 problems. Every answer to the caller carries the ledger's sequence and head.
 * Only the bearer token says who calls: headers that a platform adds (X-MS-CLIENT-PRINCIPAL and its like) are never read.
 */
export function createApiApp(parts: ApiParts): Hono<Known> {
  const { runtime, registrar, feed, limits, versions = API_VERSIONS } = parts;
  const app = new Hono<Known>();
  const stateOf = (view: CaseView): GrantState => {
    const { endsAt, opening } = contextOf(view);
    return {
      requestId: view.caseId,
      state: stateNameOf(view.state),
      ...(endsAt === undefined ? {} : { endsAt }),
      ...(opening.kind === 'open' ? { waitsFor: waitsForOf(opening.needs) } : {}),
      ledger: runtime.head(),
    };
  };

  app.get('/healthz', (c) => c.json({ status: runtime.degraded ? 'degraded' : 'ok' }, 200));
  for (const path of ['/readyz', '/metrics']) app.all(path, () => onlyOps());

  app.use(async (c, next) => {
    await limits.verify(c.req.header('authorization'), networkBehind(c, parts.behindProxy));
    c.set('isCaller', true);
    const version = c.req.header(API_VERSION_HEADER);
    if (version === undefined || !versions.includes(version)) throw versionRefused(version, versions);
    await limits.count(kindOf(c.req.method, c.req.path));
    const seen = seenOf(c.req.header(SEEN_SEQ_HEADER), c.req.header(SEEN_HEAD_HEADER));
    c.set('isAhead', seen !== undefined && (await parts.seenHeads.isAhead(seen)));
    await next();
    const { seq, head } = runtime.head();
    c.header(API_VERSION_HEADER, version);
    c.header(LEDGER_SEQ_HEADER, String(seq));
    c.header(LEDGER_HEAD_HEADER, head);
    c.header('cache-control', 'no-store');
  });

  app.post('/grants', async (c) => c.json(stateOf(await registrar.register(await bodyOf(c, registerGrantSchema))), 202));
  app.post('/grants/:id/decisions', async (c) => {
    const id = parse(requestIdSchema, c.req.param('id'), 'id');
    return c.json(stateOf(await registrar.decide(id, await bodyOf(c, decisionSchema))), 202);
  });
  app.get('/grants/:id', async (c) => {
    const view = await registrar.find(parse(requestIdSchema, c.req.param('id'), 'id'));
    if (view === undefined) throw new AppError('grant.unknown', 'no such grant', { hint: 'It was never registered here.' });
    return c.json(stateOf(view), 200);
  });
  app.delete('/grants/:id', async (c) => {
    const id = parse(requestIdSchema, c.req.param('id'), 'id');
    const reason = parse(endReasonSchema, c.req.query('reason'), 'reason');
    return c.json(stateOf(await registrar.end(id, reason)), 202);
  });
  app.get('/events', async (c) => {
    const { after, waitSeconds } = parse(eventsQuerySchema, c.req.query(), 'query');
    if (after > runtime.head().seq || c.get('isAhead') === true)
      throw new AppError('ledger.behind', 'the caller has seen more of the ledger than there is', {
        hint: 'The ledger of the perimeter was set back. Nothing it says may be trusted before an operator has looked.',
      });
    const signal = AbortSignal.any([parts.stopping, c.req.raw.signal]);
    const page = () => feed.after(after, EVENTS_PER_PAGE, waitSeconds * 1000, signal);
    return c.json(await (waitSeconds > 0 ? limits.whileWaiting(page) : page()), 200);
  });
  app.get('/guardrails', async (c) =>
    c.json({ ...(await parts.guardrails()), ledger: runtime.head() } satisfies GuardrailsAnswer, 200),
  );

  app.notFound((c) => problem(c, parts, new AppError('route.unknown', 'no such address', { hint: 'Check method and path.' })));
  app.onError((error, c) => problem(c, parts, error));
  return app;
}

function kindOf(method: string, path: string): CallKind {
  if (method === 'DELETE') return 'end';
  if (method === 'POST') return path.endsWith('/decisions') ? 'decide' : 'register';
  return path === '/events' ? 'feed' : 'read';
}

function grantNamedBy(path: string): string | undefined {
  return requestIdSchema.safeParse(/^\/grants\/([^/]+)/.exec(path)?.[1]).data;
}

/** Whoever asks: these stand on the listener of operators. */
function onlyOps(): never {
  throw new AppError('route.unknown', 'no such address here', { hint: 'Operators find it on the ops listener.' });
}

async function bodyOf<S extends z.ZodType>(c: Context, schema: S): Promise<z.infer<S>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
    throw new AppError('request.media-type', 'the body is not application/json', { hint: 'Send JSON.' });
  return parse(schema, parsedJson(await boundedText(c.req.raw.body)), 'body');
}

/** Counted while it comes, since a length may be left out or be a lie. */
async function boundedText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_MAX_BYTES)
      throw new AppError('request.too-large', 'body over the limit', { hint: `Send at most ${BODY_MAX_BYTES} bytes.` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('request.malformed', 'the body is not JSON', { cause, hint: 'Send one JSON object.' });
  }
}

/** Names the keys that are wrong, never their values. */
function parse<S extends z.ZodType>(schema: S, value: unknown, where: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const keys = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')]));
  const wrong = [...new Set(keys)].filter((key) => key !== '').slice(0, 10);
  throw new AppError('request.malformed', `${where}: ${wrong.join(', ')}`, {
    hint: wrong.length === 0 ? `Check the ${where}.` : `Check in the ${where}: ${wrong.join(', ').slice(0, 200)}.`,
  });
}

function problem(c: Context<Known>, { log, runtime, refusals, versions = API_VERSIONS }: ApiParts, error: unknown): Response {
  const answer = problemOf(error);
  const level = answer.status >= 500 && codeOf(error) === 'unknown' ? 'error' : 'warn';
  log[level]({ err: error, method: c.req.method, path: c.req.path.slice(0, 200), status: answer.status }, 'request refused');
  // What fails by itself is no refusal.
  if (answer.status < 500)
    refusals.note({ code: answer.code, call: kindOf(c.req.method, c.req.path), requestId: grantNamedBy(c.req.path) });
  const { seq, head } = runtime.head();
  const retryAfter = error instanceof AppError && error.retryable ? { 'retry-after': String(retrySeconds(error)) } : {};
  // Whoever has not proved to be the caller learns nothing of the ledger.
  const stranger = c.get('isCaller') !== true;
  return new Response(JSON.stringify(answer), {
    status: answer.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      // By this a caller that speaks several finds the one in common.
      [API_VERSION_HEADER]: versions[0] ?? '',
      ...(stranger ? {} : { [LEDGER_SEQ_HEADER]: String(seq), [LEDGER_HEAD_HEADER]: head }),
      ...retryAfter,
      ...(answer.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}

function retrySeconds(error: AppError): number {
  return Math.max(1, Math.ceil((error.retryAfterMs ?? 1_000) / 1_000));
}
