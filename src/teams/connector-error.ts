import { AppError } from '../access/core/app-error.ts';

/** What the Bot Connector's client throws for an answer of 400 and above, as far as we rely on it. */
interface WireError {
  readonly status: number | undefined;
  readonly code: string;
  readonly retryAfterMs: number | undefined;
}

const INSTALL_HINT = 'Install the Hallpass app in the team, or for the person, and try again.';

/**
 * The one translator of the Bot Connector's errors, by status and code, never by text.
 *
 * Codes: `chat.not-installed`, `chat.message-gone`, `chat.too-large`, `chat.throttled`, `chat.forbidden`, `chat.rejected`,
 * `chat.unavailable` (retryable, it may or may not have been posted).
 * @see https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
 */
export function connectorError(doing: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { status, code, retryAfterMs } = wireErrorOf(error);
  const said = `${doing}: the Bot Connector answered ${status ?? 'nothing'}${code === '' ? '' : ` ${code}`}`;
  const make = (ours: string, options: { readonly hint?: string; readonly retryable?: boolean } = {}) =>
    new AppError(ours, said, { cause: error, ...options, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  if (status === undefined) return make('chat.unavailable', { retryable: true });
  if (status === 401)
    return make('chat.forbidden', {
      hint: 'The bot’s sign-in was refused: check teams.appId, and teams.credential.',
      retryable: true,
    });
  if (status === 403) return make(isNotInstalled(code) ? 'chat.not-installed' : 'chat.forbidden', { hint: INSTALL_HINT });
  if (status === 404 || status === 410)
    return make('chat.message-gone', { hint: 'The message or its conversation was deleted.' });
  if (status === 413) return make('chat.too-large');
  if (status === 429) return make('chat.throttled', { retryable: true });
  // 412 means that another write to the same conversation was under way.
  if (status === 412 || status === 408 || status >= 500) return make('chat.unavailable', { retryable: true });
  return make('chat.rejected');
}

function isNotInstalled(code: string): boolean {
  return ['messagewritesblocked', 'botnotinconversationroster', 'forbiddenoperationexception'].includes(code.toLowerCase());
}

function wireErrorOf(error: unknown): WireError {
  const status = field(error, 'statusCode');
  const response = field(error, 'response');
  const body = field(field(error, 'details'), 'error') ?? field(bodyOf(response), 'error');
  const inner = field(body, 'innerHttpError');
  const code = [field(body, 'subCode'), field(field(inner, 'body'), 'subCode'), field(body, 'code'), field(error, 'code')];
  return {
    status: typeof status === 'number' ? status : undefined,
    code: code.find((each) => typeof each === 'string' && /^[\w.-]{1,80}$/.test(each))?.toString() ?? '',
    retryAfterMs: retryAfter(header(response, 'retry-after')),
  };
}

function bodyOf(response: unknown): unknown {
  const text = field(response, 'bodyAsText');
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds or an HTTP date, at most an hour: a longer wait is taken for a mistake. */
function retryAfter(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined;
}

function header(response: unknown, name: string): unknown {
  const headers = field(response, 'headers');
  const get = field(headers, 'get');
  return typeof get === 'function' ? Reflect.apply(get, headers, [name]) : undefined;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
