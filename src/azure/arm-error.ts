import { AnsweredError } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import { type KnownCode, PIM_CODES } from '../entra/pim-codes.ts';

/** Whose words the codes are: the watch over Azure speaks of `azure.*`, whoever gives and takes of `directory.*` (access-writer.ts). */
type Area = 'azure' | 'directory';

/**
 * The one translator of Azure Resource Manager's errors (Resource Graph's too), by status and code, never by text.
 *
 * Codes: `azure.forbidden`, `azure.unauthenticated`, `azure.not-found`, `azure.rejected`, and retryable `azure.unavailable` (with
 * `retryAfterMs` when ARM named it), `identity.unavailable` when no token could be had. In the area `directory` also those of pim-codes.ts.
 * @param what for operators: which call failed, with ids and without secrets
 * @param needs what the identity must be allowed to do, for the hint
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function armErrorOf(error: unknown, what: string, needs: string, area: Area = 'azure'): AppError {
  if (error instanceof AppError) return error;
  const status = field(error, 'statusCode') ?? field(error, 'status');
  const name = error instanceof Error ? error.name : '';
  if (/Credential|Authentication/.test(name)) {
    return new AppError('identity.unavailable', `${what}: no token for Azure Resource Manager (${name})`, {
      hint: 'Check the tenant, the client id and the credential in the configuration.',
      retryable: true,
    });
  }
  if (name === 'ZodError' || name === '$ZodError') {
    return new AppError(`${area}.rejected`, `${what}: an answer in another shape than published`, { cause: error });
  }
  if (typeof status !== 'number') {
    return new AppError(`${area}.unavailable`, `${what}: no usable answer from Azure Resource Manager`, {
      cause: error,
      hint: UNAVAILABLE_HINT,
      retryable: true,
    });
  }
  const answer = { status, code: codeIn(error), requestId: headerOf(error, 'x-ms-request-id') };
  const known = area === 'directory' && Object.hasOwn(PIM_CODES, answer.code) ? PIM_CODES[answer.code] : undefined;
  const { code, hint, retryable } = known ?? translate(status, needs, area);
  const retryAfterMs = retryAfterOf(error);
  const message = `${what}: Azure Resource Manager answered ${status} ${answer.code}`;
  return new AnsweredError(
    code,
    answer.requestId === undefined ? message : `${message}, request-id ${answer.requestId}`,
    answer,
    {
      hint,
      retryable: retryable ?? false,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

const UNAVAILABLE_HINT = 'Azure Resource Manager is not answering well right now. It is tried again by itself.';

function translate(status: number, needs: string, area: Area): KnownCode {
  if (status === 401)
    return { code: `${area}.unauthenticated`, hint: 'Azure did not accept the token. Check the tenant and the cloud.' };
  if (status === 403) return { code: `${area}.forbidden`, hint: `Hallpass needs ${needs}.` };
  if (status === 404) return { code: `${area}.not-found`, hint: 'It does not exist, or not any more.' };
  if (status < 400 || status === 408 || status === 429 || status >= 500)
    return { code: `${area}.unavailable`, hint: UNAVAILABLE_HINT, retryable: true };
  return { code: `${area}.rejected`, hint: 'Azure refused this. Operators find the code in the log.' };
}

/** The SDKs keep ARM's own code in `code`, older ones in the parsed body. Anything that is no plain word is left out. */
function codeIn(error: unknown): string {
  const code = field(error, 'code') ?? field(field(field(error, 'details'), 'error'), 'code');
  return typeof code === 'string' && /^[\w.-]{1,80}$/.test(code) ? code : '';
}

/** Seconds or an HTTP date. */
function retryAfterOf(error: unknown): number | undefined {
  const text = headerOf(error, 'retry-after');
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function headerOf(error: unknown, name: string): string | undefined {
  const headers = field(field(error, 'response'), 'headers');
  const get = field(headers, 'get');
  const text: unknown = typeof get === 'function' ? Reflect.apply(get, headers, [name]) : field(headers, name);
  return typeof text === 'string' ? text : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
