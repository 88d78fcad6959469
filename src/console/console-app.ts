import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { AppError, codeOf } from '../access/core/app-error.ts';
import type { Log } from '../observe/log.ts';
import { setCookie } from '../web/own-forms.ts';
import type { PageLimits } from '../web/page-limits.ts';
import { ownForm } from './own-form.ts';
import { CONSOLE_HEADERS } from './page.ts';
import { beginAtDoor, finishAtDoor, type SignInParts } from './sign-in.ts';
import { SESSION_COOKIE } from './session.ts';
import { signedOutPage, signInPage, signOutPage } from './sign-in-pages.ts';
import { troubleOf, troublePage } from './trouble.ts';
import type { ConsoleEnv } from './visitor.ts';

export interface ConsoleAppParts extends SignInParts {
  /** Browsers reach it over TLS. */
  readonly isSecure: boolean;
  readonly limits: PageLimits;
  /** Where a request comes from, for the limits. */
  readonly addressOf: (c: Context) => string;
  /** Pages below `/console`, each adding its routes. Whoever gets there is signed in: `c.get('visitor')`. A POST begins with {@link ownForm}. */
  readonly rooms: readonly ((app: Hono<ConsoleEnv>) => void)[];
}

/** What the bot's public listener hands over to the console. */
export const CONSOLE_PATHS = ['/console', '/signin', '/signout'] as const;

const BODY_MAX_BYTES = 8 * 1024;
const A_YEAR_SECONDS = 31_536_000;
/** What the directory says of somebody who may not stay. */
const ENDS_SESSION = ['console.disabled', 'console.account-gone', 'console.guest', 'console.foreign-tenant'];

/** `/console`, `/signin`, `/signout` of the bot (design.md section 6). GET changes nothing but whose browser this is. */
export function createConsoleApp(parts: ConsoleAppParts): Hono<ConsoleEnv> {
  const { sessions, limits } = parts;
  const app = new Hono<ConsoleEnv>();

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(CONSOLE_HEADERS)) c.header(name, value);
    if (parts.isSecure) c.header('strict-transport-security', `max-age=${A_YEAR_SECONDS}`);
    await limits.countAddress(parts.addressOf(c));
    await next();
  });
  app.use(bodyLimit({ maxSize: BODY_MAX_BYTES, onError: tooLarge }), async (c, next) => {
    await limits.whileAnswering(next, c);
  });

  app.get('/signin', (c) => beginAtDoor(asked(c), parts));
  app.get('/signin/callback', (c) => finishAtDoor(asked(c), parts));
  app.get('/signout', async (c) => {
    const session = await sessions.read(c.req.header('cookie'));
    return c.html(session === undefined ? signedOutPage() : signOutPage(session));
  });
  app.post('/signout', async (c) => {
    const session = await sessions.read(c.req.header('cookie'));
    if (session !== undefined) {
      await ownForm(c, session, z.object({}));
      setCookie(c, sessions.end(session));
    }
    return c.redirect('/signout', 303);
  });

  // Hono's `/*` stands for the path itself as well.
  app.use('/console/*', async (c, next) => {
    const session = await sessions.read(c.req.header('cookie'));
    if (session === undefined) return notSignedIn(c, parts.log);
    await limits.countPerson(session.person);
    const visitor = await parts.roles.visitorOf(session).catch((error: unknown) => {
      if (ENDS_SESSION.includes(codeOf(error))) setCookie(c, sessions.end(session));
      throw error;
    });
    c.set('visitor', visitor);
    setCookie(c, await sessions.keep(session));
    return next();
  });
  for (const room of parts.rooms) room(app);

  app.notFound((c) => refuse(unknownPage(c), c));
  app.onError(refuse);
  return app;

  function refuse(error: Error, c: Context): Response | Promise<Response> {
    const trouble = troubleOf(error);
    const level = trouble.status === 500 ? 'error' : 'warn';
    parts.log[level]({ err: error, code: trouble.code, method: c.req.method, status: trouble.status }, 'console page refused');
    if (error instanceof AppError && error.retryable)
      c.header('retry-after', String(Math.ceil((error.retryAfterMs ?? 5_000) / 1_000)));
    return c.html(troublePage(trouble), trouble.status);
  }
}

/** Hono hands HEAD to what answers GET; a look begins no sign-in and uses up no code. */
function asked(c: Context<ConsoleEnv>): Context<ConsoleEnv> {
  if (c.req.method === 'GET') return c;
  throw unknownPage(c);
}

/** A page for people, with the way back to where they were going; what was posted is not sent again. */
function notSignedIn(c: Context<ConsoleEnv>, log: Log): Response | Promise<Response> {
  // Whoever comes without a cookie is no news.
  if (c.req.header('cookie')?.includes(SESSION_COOKIE))
    log.info({ code: 'console.not-signed-in', status: 401 }, 'console page refused');
  const { pathname, search } = new URL(c.req.url);
  return c.html(signInPage(c.req.method === 'GET' ? `${pathname}${search}` : '/console'), 401);
}

function unknownPage({ req }: Context): AppError {
  return new AppError('page.unknown', `no such page: ${req.method}`, { hint: 'Check the address, or open the console itself.' });
}

function tooLarge(): never {
  throw new AppError('page.too-large', 'a form over the limit', { hint: 'Open the console again, and press a button there.' });
}
