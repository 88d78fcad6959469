import { html } from 'hono/html';
import { AppError } from '../access/core/app-error.ts';
import type { Html } from '../web/html.ts';
import { consolePage } from './page.ts';

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503;

/** What people see of an error: what happened, what to do now, and a code for whoever they ask. Never its message, which is for the log. */
export interface Trouble {
  readonly status: Status;
  readonly title: string;
  readonly sentence: string;
  readonly code: string;
}

const STATUS: Readonly<Record<string, Status>> = {
  'console.not-signed-in': 401,
  'console.forbidden': 403,
  'console.disabled': 403,
  'console.account-gone': 403,
  'console.guest': 403,
  'console.foreign-tenant': 403,
  'page.forged': 403,
  'page.malformed': 400,
  'page.too-large': 413,
  'page.unknown': 404,
  'page.limited': 429,
  'sign-in.begin-again': 400,
  'sign-in.crossed': 400,
  'sign-in.declined': 400,
  'sign-in.code-refused': 400,
  'sign-in.foreign-target': 400,
  'sign-in.client-refused': 503,
  'slack-sign-in.code-refused': 400,
  'slack-sign-in.client-refused': 503,
};

const TITLES: Readonly<Record<Status, string>> = {
  400: 'This did not work',
  401: 'Sign in to Hallpass',
  403: 'This is not for you',
  404: 'There is no such page',
  409: 'Nothing was changed',
  413: 'This did not work',
  429: 'Please wait a moment',
  500: 'Something went wrong',
  503: 'Not possible right now',
};

export function troubleOf(error: unknown): Trouble {
  const known = error instanceof AppError ? error : undefined;
  const status = known === undefined ? 500 : statusOf(known);
  const title = TITLES[status];
  if (known === undefined || status === 500)
    return { status, title, sentence: 'The error is in the log of the bot. Nothing was changed.', code: 'unforeseen' };
  return { status, title, sentence: known.hint ?? 'Nothing was changed.', code: known.code };
}

export function troublePage({ title, sentence, code }: Trouble): Html {
  const body = html`<p>${sentence}</p>
<p><a href="/console">To the console</a></p>
<p><small>Code: ${code}</small></p>`;
  return consolePage({ title, body });
}

function statusOf(error: AppError): Status {
  const listed = STATUS[error.code];
  if (listed !== undefined) return listed;
  if (error.retryable) return 503;
  if (/^(id|slack)-token\./.test(error.code)) return 403;
  return error.code.startsWith('link.') ? 409 : 500;
}
