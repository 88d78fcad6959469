import { webApi } from '@slack/bolt';
import { AppError } from '../access/core/app-error.ts';

interface Meaning {
  readonly code: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const GONE: Meaning = { code: 'chat.message-gone' };
const NO_PLACE: Meaning = {
  code: 'chat.no-such-place',
  hint: 'Check the channel id in hallpass.yaml, and invite Hallpass there: /invite @Hallpass',
};
const SIGNED_OUT: Meaning = {
  code: 'chat.unauthorized',
  hint: 'Slack does not accept the bot token. Reinstall the app and renew the token.',
};
const FORBIDDEN: Meaning = {
  code: 'chat.forbidden',
  hint: 'Compare the app’s scopes with manifest/slack.json and reinstall it.',
};
const TOO_LATE: Meaning = { code: 'chat.too-late', hint: 'Press the button again.' };
const BUSY: Meaning = { code: 'chat.unavailable', retryable: true };

/** Slack's own error codes. @see https://docs.slack.dev/reference/methods/chat.postMessage#errors and its sisters */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  message_not_found: GONE,
  cant_update_message: GONE,
  edit_window_closed: GONE,
  thread_not_found: GONE,
  channel_not_found: NO_PLACE,
  not_in_channel: NO_PLACE,
  is_archived: NO_PLACE,
  user_not_found: NO_PLACE,
  users_not_found: NO_PLACE,
  user_disabled: NO_PLACE,
  cannot_dm_bot: NO_PLACE,
  user_not_in_channel: NO_PLACE,
  invalid_auth: SIGNED_OUT,
  not_authed: SIGNED_OUT,
  account_inactive: SIGNED_OUT,
  token_revoked: SIGNED_OUT,
  token_expired: SIGNED_OUT,
  missing_scope: FORBIDDEN,
  no_permission: FORBIDDEN,
  restricted_action: FORBIDDEN,
  not_allowed_token_type: FORBIDDEN,
  access_denied: FORBIDDEN,
  not_enabled: FORBIDDEN,
  messages_tab_disabled: FORBIDDEN,
  expired_trigger_id: TOO_LATE,
  exchanged_trigger_id: TOO_LATE,
  trigger_expired: TOO_LATE,
  trigger_exchanged: TOO_LATE,
  invalid_trigger_id: TOO_LATE,
  hash_conflict: { code: 'chat.view-gone' },
  not_found: { code: 'chat.view-gone' },
  view_not_found: { code: 'chat.view-gone' },
  ratelimited: { code: 'chat.throttled', retryable: true },
  rate_limited: { code: 'chat.throttled', retryable: true },
  message_limit_exceeded: { code: 'chat.throttled', retryable: true },
  internal_error: BUSY,
  fatal_error: BUSY,
  service_unavailable: BUSY,
  request_timeout: BUSY,
  team_added_to_org: BUSY,
};

/**
 * The one place where Slack's failures become ours: by class, status and code, never by sentence. Codes: `chat.throttled`
 * (with `retryAfterMs`), `chat.unavailable` (both retryable; the call may have arrived), `chat.message-gone`,
 * `chat.no-such-place`, `chat.unauthorized`, `chat.forbidden`, `chat.too-late`, `chat.view-gone`, `chat.rejected`.
 */
export function slackError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new AppError('chat.throttled', `${doing}: Slack asks to wait ${error.retryAfter} s`, {
      cause: error,
      retryable: true,
      retryAfterMs: error.retryAfter * 1_000,
    });
  }
  if (error instanceof webApi.WebAPIPlatformError) return platformError(error, doing);
  if (error instanceof webApi.WebAPIHTTPError && error.statusCode < 500 && error.statusCode !== 408 && error.statusCode !== 429) {
    // Without its cause: the error carries the answer's headers and body.
    return new AppError('chat.rejected', `${doing}: Slack answered HTTP ${error.statusCode}`);
  }
  const status = error instanceof webApi.WebAPIHTTPError ? `answered HTTP ${error.statusCode}` : 'could not be reached';
  return new AppError('chat.unavailable', `${doing}: Slack ${status}`, { retryable: true, ...causeOf(error) });
}

function causeOf(error: unknown): { readonly cause?: unknown } {
  if (error instanceof webApi.WebAPIRequestError) return { cause: error.original };
  return error instanceof webApi.WebAPIHTTPError ? {} : { cause: error };
}

function platformError(error: InstanceType<typeof webApi.WebAPIPlatformError>, doing: string): AppError {
  const { error: slackCode, response_metadata: metadata } = error.data;
  const needed: unknown = Reflect.get(error.data, 'needed');
  // A proxy's HTML page arrives here as the "code" too.
  if (!/^[a-z0-9_]{1,80}$/.test(slackCode))
    return new AppError('chat.unavailable', `${doing}: Slack's answer was no JSON`, { retryable: true });
  const meaning = (Object.hasOwn(MEANINGS, slackCode) ? MEANINGS[slackCode] : undefined) ?? { code: 'chat.rejected' };
  const scope = typeof needed === 'string' ? ` (needs ${needed.slice(0, 100)})` : '';
  const detail = metadata?.messages?.slice(0, 3).join('; ').slice(0, 300) ?? '';
  return new AppError(meaning.code, `${doing}: Slack answered ${slackCode}${scope}${detail === '' ? '' : `: ${detail}`}`, {
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    retryable: meaning.retryable ?? false,
    ...(metadata?.retryAfter === undefined ? {} : { retryAfterMs: metadata.retryAfter * 1_000 }),
  });
}
