import type { IncomingMessage, ServerResponse } from 'node:http';
import { CloudAdapter, type Activity } from 'botbuilder';
import { AuthenticationError, type AuthenticateRequestResult } from 'botframework-connector';
import type { BotIdentity } from './bot-identity.ts';
import { dispatch, type DispatchDeps } from './dispatch.ts';
import { problem, type HttpAnswer } from './http-answer.ts';
import { activitySchema, isOurService, pin, type IncomingActivity } from './incoming.ts';
import { withoutConsole } from './quiet-console.ts';
import { readBody } from './read-body.ts';

interface ReceiverDeps extends Omit<DispatchDeps, 'track'> {
  readonly identity: BotIdentity;
}

export interface Receiver {
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Resolves when no request is being worked on, nor what outlives one. */
  idle(): Promise<void>;
}

/**
 * From HTTP to the desk: body, token, tenant, person, then the one thing that was said or pressed. Each step that fails is an answer
 * of 400 to 503 with a code, and nothing after it runs.
 */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const adapter = new CloudAdapter(deps.identity.authentication);
  const running = new Set<Promise<void>>();
  const track = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };

  const receive = async (req: IncomingMessage): Promise<HttpAnswer> => {
    if (req.method !== 'POST') return problem(405, 'teams.only-post');
    const body = await readBody(req);
    if ('status' in body) return problem(body.status, body.code);
    const parsed = activitySchema.safeParse(body.json);
    if (!parsed.success) return problem(400, 'teams.not-an-activity');
    const activity = parsed.data;
    if (!isOurService(activity.serviceUrl, deps.settings)) return problem(403, 'teams.other-service');
    const verified = await verify(deps, activity, req.headers.authorization ?? '');
    if ('status' in verified) return verified;
    const pinned = pin(activity, deps.settings.tenantIds);
    // Installations and arrivals are told by Teams itself: there is nobody to know, and nothing to do.
    const byNobody =
      'refused' in pinned && pinned.refused === 'teams.no-object-id' && !['message', 'invoke'].includes(activity.type);
    if (byNobody) return { status: 200 };
    if ('refused' in pinned) return problem(403, pinned.refused);
    let answer: HttpAnswer = { status: 200 };
    await adapter.processActivityDirect(verified, asActivity(activity), async () => {
      answer = await dispatch({ ...deps, track: (work) => void track(work) }, activity, pinned.actor);
    });
    return answer;
  };

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let answer: HttpAnswer;
    try {
      answer = await withoutConsole(deps.log, () => receive(req));
    } catch (error) {
      deps.log.error({ err: error }, 'teams: an activity failed');
      answer = problem(503, 'teams.failed');
    }
    if (answer.status >= 400) deps.log.warn({ status: answer.status, code: codeIn(answer) }, 'teams: refused');
    send(req, res, answer);
  };

  return {
    handle: (req, res) => track(handle(req, res)),
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

async function verify(
  deps: ReceiverDeps,
  activity: IncomingActivity,
  header: string,
): Promise<AuthenticateRequestResult | HttpAnswer> {
  try {
    return await deps.identity.authentication.authenticateRequest(asActivity(activity), header);
  } catch (error) {
    if (isTokenError(error)) return problem(401, 'teams.token-refused');
    deps.log.error({ err: error }, 'teams: tokens cannot be verified now');
    return problem(503, 'teams.cannot-verify');
  }
}

/** Whose fault it is: a bad token names itself, everything else is about fetching the channel's keys. */
function isTokenError(error: unknown): boolean {
  if (error instanceof AuthenticationError) return true;
  return error instanceof Error && /^(JsonWebTokenError|TokenExpiredError|NotBeforeError|SyntaxError)$/.test(error.name);
}

/** botbuilder's type asks for many fields that are not always sent; it reads only what the schema has checked. */
function asActivity(activity: IncomingActivity): Activity {
  return structuredClone(activity) as unknown as Activity;
}

function codeIn(answer: HttpAnswer): unknown {
  const error: unknown = Reflect.get(Object(answer.body), 'error');
  return Reflect.get(Object(error), 'code');
}

function send(req: IncomingMessage, res: ServerResponse, answer: HttpAnswer): void {
  if (res.headersSent || res.destroyed) return;
  // A body that was not read to its end would be taken for the next request.
  if (!req.complete) res.setHeader('connection', 'close');
  if (answer.body === undefined) {
    res.writeHead(answer.status).end();
    return;
  }
  res.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(answer.body));
}
