import { AppError } from '../access/core/app-error.ts';

/**
 * The one translator of Azure Resource Manager's errors (Resource Graph's too), by status and code, never by text.
 *
 * Codes: `azure.forbidden`, `azure.unauthenticated`, `azure.not-found`, `azure.rejected`, and retryable `azure.unavailable` (with
 * `retryAfterMs` when ARM named it), `identity.unavailable` when no token could be had.
 * @param what for operators: which call failed, with ids and without secrets
 * @param needs what the identity must be allowed to do, for the hint
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function armErrorOf(error: unknown, what: string, needs: string): AppError {
  if (error instanceof AppError) return error;
  const status = field(error, 'statusCode') ?? field(error, 'status');
  const name = error instanceof Error ? error.name : '';
  if (/Credential|Authentication/.test(name)) {
    return new AppError('identity.unavailable', `${what}: no token for Azure Resource Manager (${name})`, {
      hint: 'Check the tenant, the client id and the credential in hallpass.yaml.',
      retryable: true,
    });
  }
  if (name === 'ZodError' || name === '$ZodError') {
    return new AppError('azure.rejected', `${what}: an answer in another shape than published`, { cause: error });
  }
  if (typeof status !== 'number') {
    return new AppError('azure.unavailable', `${what}: no usable answer from Azure Resource Manager`, {
      cause: error,
      hint: UNAVAILABLE_HINT,
      retryable: true,
    });
  }
  const translated = translate(status, needs);
  const retryAfterMs = retryAfterOf(error);
  return new AppError(translated.code, `${what}: Azure Resource Manager answered ${status} ${codeIn(error)}`, {
    hint: translated.hint,
    retryable: translated.code === 'azure.unavailable',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const UNAVAILABLE_HINT = 'Azure Resource Manager is not answering well right now. It is tried again by itself.';

function translate(status: number, needs: string): { readonly code: string; readonly hint: string } {
  if (status === 401)
    return { code: 'azure.unauthenticated', hint: 'Azure did not accept the token. Check the tenant and the cloud.' };
  if (status === 403) return { code: 'azure.forbidden', hint: `Hallpass needs ${needs}.` };
  if (status === 404) return { code: 'azure.not-found', hint: 'It does not exist, or not any more.' };
  if (status === 408 || status === 429 || status >= 500) return { code: 'azure.unavailable', hint: UNAVAILABLE_HINT };
  return { code: 'azure.rejected', hint: 'Azure refused this. Operators find the code in the log.' };
}

/** The SDKs keep ARM's own code in `code`, older ones in the parsed body. Anything that is no plain word is left out. */
function codeIn(error: unknown): string {
  const code = field(error, 'code') ?? field(field(field(error, 'details'), 'error'), 'code');
  return typeof code === 'string' && /^[\w.-]{1,80}$/.test(code) ? code : '';
}

/** Seconds or an HTTP date. */
function retryAfterOf(error: unknown): number | undefined {
  const headers = field(field(error, 'response'), 'headers');
  const get = field(headers, 'get');
  const text: unknown = typeof get === 'function' ? Reflect.apply(get, headers, ['retry-after']) : field(headers, 'retry-after');
  if (typeof text !== 'string') return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
