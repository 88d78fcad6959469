import { AppError } from '../../access/core/app-error.ts';
import type { Refusal } from '../../access/core/verdict.ts';
import type { Trouble } from './pages.ts';

/** What people see of an error: what happened, what to do now, and a code for whoever they ask. Never its message, which is for the log. */
export interface Told extends Trouble {
  readonly status: 400 | 403 | 404 | 409 | 413 | 429 | 500 | 503;
}

const STATUS: Readonly<Record<string, Told['status']>> = {
  'page.malformed': 400,
  'page.too-large': 413,
  'page.unknown': 404,
  'page.changed': 409,
  'page.limited': 429,
  'page.forged': 403,
  'sign-in.begin-again': 400,
  'sign-in.crossed': 400,
  'sign-in.declined': 400,
  'sign-in.code-refused': 400,
  'sign-in.client-refused': 503,
};

const TITLES: Readonly<Record<Told['status'], string>> = {
  400: 'This did not work',
  403: 'This was not accepted',
  404: 'There is no such page',
  409: 'Nothing was decided',
  413: 'This did not work',
  429: 'Please wait a moment',
  500: 'Something went wrong',
  503: 'Not possible right now',
};

export function told(error: unknown, id?: string): Told {
  const about = id === undefined ? {} : { id };
  const known = error instanceof AppError ? error : undefined;
  const status = known === undefined ? 500 : statusOf(known);
  if (known === undefined || status === 500)
    return {
      status: 500,
      title: TITLES[500],
      sentence: 'Nothing was decided. The error is in the log of the perimeter.',
      code: 'unforeseen',
      ...about,
    };
  return { status, title: TITLES[status], sentence: known.hint ?? 'Nothing was decided.', code: known.code, ...about };
}

/** A refusal that was foreseen, after a signature or instead of it. */
export function toldRefusal({ code, reason, hint }: Refusal, id: string): Told {
  return { status: 409, title: TITLES[409], sentence: `${reason} ${hint}`, code, id };
}

function statusOf(error: AppError): Told['status'] {
  const listed = STATUS[error.code];
  if (listed !== undefined) return listed;
  if (error.retryable) return 503;
  return error.code.startsWith('id-token.') ? 403 : 500;
}
