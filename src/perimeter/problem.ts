import { AppError } from '../access/core/app-error.ts';
import type { Problem } from '../access/core/perimeter-api.ts';

/** Status of each code that the API answers with. What is not listed is our own failure: 500, and nothing of it is told. */
const STATUS: Readonly<Record<string, number>> = {
  'request.malformed': 400,
  'api.version': 400,
  'caller.unauthenticated': 401,
  'caller.forbidden': 403,
  'route.unknown': 404,
  'grant.unknown': 404,
  'case.unknown': 404,
  'grant.conflict': 409,
  'decision.conflict': 409,
  'approval.must-be-signed': 409,
  'ledger.behind': 409,
  'ledger.doubtful': 409,
  'perimeter.frozen': 409,
  'request.too-large': 413,
  'request.media-type': 415,
  'caller.limited': 429,
  'caller.keys-unavailable': 503,
  'directory.unavailable': 503,
  'directory.settling': 503,
  'identity.unavailable': 503,
  'store.full': 503,
  'store.locked': 503,
  'store.closed': 503,
  'store.indexing': 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not understood',
  401: 'The caller is not authenticated',
  403: 'The caller may not do this',
  404: 'There is no such thing',
  409: 'This contradicts what is known',
  413: 'The request is too large',
  415: 'The request is not JSON',
  429: 'Too many calls',
  500: 'Something unforeseen went wrong',
  503: 'Try again later',
};

/** An error as RFC 9457 problem details: its code and hint, never its message, which is for the log. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof AppError && STATUS[error.code] !== undefined;
  const status = known ? (STATUS[error.code] ?? 500) : 500;
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Refused',
    status,
    code: known ? error.code : 'unforeseen',
    ...(known && error.hint !== undefined ? { hint: error.hint } : {}),
  };
}
