import { GraphError } from '@microsoft/microsoft-graph-client';
import { AnsweredError, type FarAnswer } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import { PIM_CODES } from './pim-codes.ts';

/** Codes that decide by themselves, whatever the status. */
const BY_CODE: typeof PIM_CODES = {
  ...PIM_CODES,
  Authentication_RequestFromNonPremiumTenantOrB2CTenant: {
    code: 'directory.not-licensed',
    hint: 'This tenant has no Entra ID P1 or P2 licence, which this question needs.',
  },
  PermissionScopeNotGranted: { code: 'directory.forbidden', hint: forbiddenHint(undefined) },
};

/**
 * The one place that turns whatever a Graph call threw into an AppError: by status and code, keeping request-ids, never tokens.
 * Codes: `directory.forbidden`, `directory.unauthenticated`, `directory.not-found`, `directory.exists`, `directory.pending`, `directory.too-early`,
 * `directory.not-licensed`, `directory.rejected`, and retryable `directory.unavailable` (with `retryAfterMs` when Graph named it).
 * @param what for operators: which call failed, with ids and without secrets
 * @param permission the application permission that the call needs, named in the hint when it is missing
 * @see https://learn.microsoft.com/graph/errors
 */
export function graphErrorOf(error: unknown, what: string, permission?: string): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof GraphError) || error.statusCode < 400) return unreachable(error, what);
  const failure = failureOf(error);
  const message = `${what}: Graph answered ${failure.status} ${failure.code}${failure.requestId === undefined ? '' : `, request-id ${failure.requestId}`}`;
  const translated = translate(failure, permission);
  const retryAfterMs = retryAfterOf(error.headers);
  return new AnsweredError(translated.code, message, failure, {
    hint: translated.hint,
    retryable: translated.retryable ?? false,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function translate(failure: FarAnswer, permission: string | undefined) {
  const known = Object.hasOwn(BY_CODE, failure.code) ? BY_CODE[failure.code] : undefined;
  if (known !== undefined) return known;
  const { status } = failure;
  if (status === 401)
    return {
      code: 'directory.unauthenticated',
      hint: 'Graph did not accept the token. Check the tenant, the cloud and the credential in the configuration.',
    };
  if (status === 403) return { code: 'directory.forbidden', hint: forbiddenHint(permission) };
  if (status === 404) return { code: 'directory.not-found', hint: 'It does not exist in this tenant, or not any more.' };
  if (status === 408 || status === 429 || status >= 500) return { ...UNAVAILABLE, retryable: true };
  return {
    code: 'directory.rejected',
    hint: 'Microsoft Entra refused this. Operators find the code and the request-id in the log.',
  };
}

const UNAVAILABLE = {
  code: 'directory.unavailable',
  hint: 'Microsoft Entra is not answering well right now. It is tried again by itself.',
};

function unreachable(error: unknown, what: string): AppError {
  const reason = error instanceof GraphError && typeof error.body === 'string' ? ` (${error.body.slice(0, 100)})` : '';
  return new AppError(UNAVAILABLE.code, `${what}: no usable answer from Graph${reason}`, {
    cause: error,
    hint: UNAVAILABLE.hint,
    retryable: true,
  });
}

function forbiddenHint(permission: string | undefined): string {
  const name = permission === undefined ? 'a permission' : `the application permission ${permission}`;
  return `Hallpass lacks ${name}. An administrator can grant it, with admin consent, to the identity named in the configuration.`;
}

function failureOf(error: GraphError): FarAnswer {
  const body = parsed(error.body);
  const requestId = textAt(innerOf(body), 'request-id') ?? error.headers?.get('request-id') ?? undefined;
  return { status: error.statusCode, code: innermostCode(body, error), requestId };
}

/** PIM has been seen answering `UnknownError` whose message is a JSON string that holds the real code. */
function innermostCode(body: unknown, error: GraphError): string {
  const nested = parsed(textAt(body, 'message'));
  const code =
    textAt(nested, 'errorCode') ??
    textAt(nested, 'code') ??
    textAt(fieldOf(nested, 'error'), 'code') ??
    textAt(body, 'code') ??
    error.code;
  return code === null || code === undefined || code === '' ? 'UnknownError' : code;
}

function innerOf(body: unknown): unknown {
  return fieldOf(body, 'innerError') ?? fieldOf(body, 'innererror');
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

/** Seconds or an HTTP date. Identity Protection sends none at all. */
function retryAfterOf(headers: Headers | undefined): number | undefined {
  const text = headers?.get('retry-after');
  if (text === undefined || text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
