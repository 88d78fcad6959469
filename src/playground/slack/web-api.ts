import type { Context } from 'hono';
import { APP_METHODS } from './app-methods.ts';
import { CHAT_METHODS } from './chat-methods.ts';
import { CONVERSATION_METHODS } from './conversation-methods.ts';
import type { ExchangeLog } from '../exchange-log.ts';
import { type Arguments, argumentsOf, type Call, type Method, no, type Result, type TokenKind } from './method.ts';
import type { RateLimits } from './rate-limits.ts';
import { isWire, type Wire } from '../wire.ts';
import type { TriggerIds } from './trigger-ids.ts';
import { VIEW_METHODS } from './view-methods.ts';
import type { Workspace } from './workspace.ts';

export interface WebApiOptions {
  readonly workspace: Workspace;
  readonly triggers: TriggerIds;
  readonly limits: RateLimits;
  readonly botToken: string;
  readonly appToken: string;
  readonly socketUrl: () => string;
  /** What the app was installed with last. */
  readonly granted: () => readonly string[];
  readonly exchanges: ExchangeLog | undefined;
  /** A failure switched on for the next calls, by method name or `*`. */
  readonly faultFor: (method: string) => WebApiFault | undefined;
}

export type WebApiFault = 'internal_error' | 'service_unavailable' | 'ratelimited';

const METHODS: Readonly<Record<string, Method>> = { ...APP_METHODS, ...CHAT_METHODS, ...VIEW_METHODS, ...CONVERSATION_METHODS };

interface Answered {
  readonly status: number;
  readonly body: Wire;
  readonly headers: Readonly<Record<string, string>>;
}

/** `POST /api/{method}` as Slack answers it: always 200 with `ok`, but for rate limits and faults. */
export function createWebApi(options: WebApiOptions) {
  return async (context: Context): Promise<Response> => {
    const name = context.req.param('method') ?? '';
    const body = await context.req.text();
    const values = readValues(new URL(context.req.url), context.req.header('content-type') ?? '', body);
    const token = bearerOf(context.req.header('authorization')) ?? (isWire(values) ? values['token'] : undefined);
    const answered = isWire(values) ? answer(options, name, values, token) : plain(no(values));
    options.exchanges?.record({
      contract: 'slack',
      method: context.req.method,
      url: context.req.url,
      requestBody: isWire(values) ? values : body,
      status: answered.status,
      responseBody: answered.body,
    });
    return Response.json(answered.body, { status: answered.status, headers: answered.headers });
  };
}

function plain(body: Result): Answered {
  return { status: 200, body, headers: {} };
}

function answer(options: WebApiOptions, name: string, values: Wire, token: unknown): Answered {
  const fault = options.faultFor(name);
  if (fault === 'ratelimited') return tooMany(1);
  if (fault !== undefined) return { status: fault === 'internal_error' ? 500 : 503, body: no(fault), headers: {} };
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return plain(no('unknown_method', { req_method: name }));
  const kind = kindOf(options, token);
  if (kind === undefined) return plain(no(token === undefined || token === '' ? 'not_authed' : 'invalid_auth'));
  if (method.token !== 'any' && method.token !== kind) return plain(no('not_allowed_token_type'));
  const call: Call = {
    workspace: options.workspace,
    args: argumentsOf(values),
    triggers: options.triggers,
    socketUrl: options.socketUrl,
  };
  const granted = options.granted();
  const needed = method.scopes(call);
  const headers = { 'x-oauth-scopes': granted.join(','), 'x-accepted-oauth-scopes': needed.join(',') };
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (kind === 'bot' && missing.length > 0) {
    return { ...plain(no('missing_scope', { needed: missing.join(','), provided: granted.join(',') })), headers };
  }
  const wait = overLimit(options.limits, name, method, call.args);
  if (wait !== undefined) return tooMany(wait);
  return { ...plain(method.run(call)), headers };
}

function tooMany(seconds: number): Answered {
  return { status: 429, body: no('ratelimited'), headers: { 'retry-after': String(seconds) } };
}

/** Counts the call against its method's tier, and a post against its channel too. */
function overLimit(limits: RateLimits, name: string, method: Method, args: Arguments): number | undefined {
  const tier = limits.take(name, method.perMinute, method.perMinute);
  if (tier !== undefined || !method.perChannel) return tier;
  return limits.takePost(args.text('channel') ?? '');
}

function kindOf(options: WebApiOptions, token: unknown): TokenKind | undefined {
  if (token === options.botToken) return 'bot';
  return token === options.appToken ? 'app' : undefined;
}

const bearerOf = (header: string | undefined) => /^Bearer (\S+)$/i.exec(header ?? '')?.[1];

/** The arguments of query, form or JSON body; or the error code that Slack has for an unreadable one. */
function readValues(
  url: URL,
  contentType: string,
  body: string,
): Wire | 'invalid_json' | 'json_not_object' | 'invalid_post_type' {
  const query = Object.fromEntries(url.searchParams);
  if (body === '') return query;
  if (contentType.startsWith('application/json')) {
    try {
      const parsed: unknown = JSON.parse(body);
      return isWire(parsed) ? { ...query, ...parsed } : 'json_not_object';
    } catch {
      return 'invalid_json';
    }
  }
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return 'invalid_post_type';
  return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
}
