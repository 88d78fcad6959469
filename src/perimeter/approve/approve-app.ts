import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import type { Clock } from '../../access/core/clock.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import { nonceOf, type Statement, statementSchema } from '../../access/core/statement.ts';
import type { StepUp, VerifyIdToken } from '../../identity/id-token.ts';
import { beginSignIn, type OidcClient, type SignInWishes } from '../../identity/oidc-client.ts';
import type { Log } from '../../observe/log.ts';
import { fieldsOf, isOwnForm, newCsrf, setCookie } from '../../web/own-forms.ts';
import type { PageLimits } from '../../web/page-limits.ts';
import type { SignedAct } from '../evidence/evidence-record.ts';
import type { RefusalBook } from '../refusals.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { PAGE_HEADERS } from './page-frame.ts';
import { leavingPage, NOTHING_FOR_YOU, nothingPage, shownOf, sightPage, signInPage } from './pages.ts';
import { answer, backTo, beginAgain } from './responses.ts';
import type { Choice, FindSubject, Offer, Terms } from './subject.ts';
import { told } from './trouble.ts';
import type { Attempt, Session, Viewer, Visits } from './visits.ts';

export interface ApproveParts {
  /** As browsers see it; part of every statement. */
  readonly origin: string;
  readonly tenantId: string;
  readonly guardrailsDigest: string;
  /** Where what is asked for names no way of its own. */
  readonly stepUp: StepUp;
  readonly find: FindSubject;
  readonly client: OidcClient;
  readonly verify: VerifyIdToken;
  /** For the evidence: who issued the token, and where its key was found. */
  readonly tokenSource: Pick<SignedAct, 'issuer' | 'keysUrl'>;
  readonly visits: Visits;
  readonly limits: PageLimits;
  /** Where a request comes from, for the limits. */
  readonly addressOf: (c: Context<About>) => string;
  readonly transportClock: Clock;
  readonly refusals: RefusalBook;
  readonly log: Log;
}

const BODY_MAX_BYTES = 4 * 1024;
const formSchema = z.object({ csrf: z.string().max(100), act: z.string().max(20), shown: z.string().max(100).optional() });
type Form = z.infer<typeof formSchema>;

/** Which request a page is about, for the page that says what went wrong; and the code of what was refused on it, for the journal. */
export interface About {
  Variables: { about?: string; refusal?: string };
}

/**
 * The `approve` listener: pages for people's browsers. To look needs a sign-in; to decide needs a second one, which signs (design.md section 2).
 * GET and HEAD change nothing, whoever opens the link; the exception is the callback, which is good only in the browser that began.
 */
export function createApproveApp(parts: ApproveParts): Hono<About> {
  const { visits, limits } = parts;
  const app = new Hono<About>();

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
    await next();
    const code = c.get('refusal');
    const call = c.req.path === '/approve/callback' ? 'sign-in' : 'page';
    if (code !== undefined) parts.refusals.note({ code, call, requestId: c.get('about') });
  });
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.use('/approve/*', async (c, next) => {
    await limits.countAddress(parts.addressOf(c));
    await next();
  });
  app.use('/approve/*', bodyLimit({ maxSize: BODY_MAX_BYTES, onError: tooLarge }), async (c, next) => {
    await limits.whileAnswering(next, c);
  });
  app.get('/approve/callback', (c) => {
    // Hono hands HEAD to what answers GET; a look must not use up the code.
    if (c.req.method !== 'GET') throw unknownPage();
    return finishSignIn(c, parts);
  });
  app.get('/approve/:id', async (c) => {
    const id = idOf(c);
    const session = await visits.session.open(c.req.header('cookie'));
    return session?.viewer === undefined ? askToSignIn(c, session) : show(c, id, session, session.viewer);
  });
  app.post('/approve/:id', async (c) => {
    const id = idOf(c);
    const form = await formOf(c);
    const session = await visits.session.open(c.req.header('cookie'));
    if (session === undefined) throw beginAgain();
    assertOurs(c, form, session);
    if (form.act === 'sign-in' || form.act === 'switch') return leaveToLook(c, id, form.act === 'switch');
    return act(c, id, form, session);
  });
  app.notFound(() => {
    throw unknownPage();
  });
  app.onError((error, c) => {
    const answered = told(error, c.get('about'));
    parts.log[answered.status === 500 ? 'error' : 'warn'](
      { err: error, method: c.req.method, status: answered.status },
      'page refused',
    );
    // What fails by itself is no refusal.
    if (answered.status < 500) c.set('refusal', answered.code);
    return answer(c, answered, error);
  });

  async function askToSignIn(c: Context<About>, session: Session | undefined): Promise<Response> {
    const asked = session ?? { csrf: newCsrf() };
    if (session === undefined) setCookie(c, await visits.session.seal(asked));
    return c.html(signInPage(asked.csrf));
  }

  async function show(c: Context<About>, id: string, session: Session, viewer: Viewer): Promise<Response> {
    await limits.countPerson(viewer);
    const sight = await (await parts.find(id))?.seenBy(viewer);
    const name = viewer.loginHint ?? viewer.objectId;
    const code = sight === undefined ? NOTHING_FOR_YOU : sight.code;
    if (code !== undefined) c.set('refusal', code);
    return c.html(sight === undefined ? nothingPage(session.csrf, name) : sightPage(sight, session.csrf, name));
  }

  /** A button on a request was pressed. What it does is looked up again now: the form only names it. */
  async function act(c: Context<About>, id: string, form: Form, { viewer }: Session): Promise<Response> {
    if (viewer === undefined) throw beginAgain();
    await limits.countPerson(viewer);
    const offer = (await (await parts.find(id))?.seenBy(viewer))?.offer;
    // Decided meanwhile, or nothing for this person: the page itself says so.
    if (offer === undefined) return backTo(c, id);
    if (form.shown !== shownOf(offer.terms))
      throw new AppError('page.changed', 'another state was shown', { hint: 'The request went on meanwhile. Look at it again.' });
    if (form.act === 'unsigned' && offer.unsigned !== undefined) {
      await offer.unsigned.run();
      return backTo(c, id);
    }
    return leaveToSign(c, id, form.act, offer, viewer);
  }

  function leaveToLook(c: Context<About>, id: string, choose: boolean): Promise<Response> {
    const nonce = randomBytes(32).toString('base64url');
    return leave(c, { kind: 'view', id, ...beginSignIn(nonce), begunAt: parts.transportClock.now() }, { choose });
  }

  function leaveToSign(c: Context<About>, id: string, pressed: string, offer: Offer, viewer: Viewer): Promise<Response> {
    const choice = offer.choices.find(({ decision }) => decision === pressed);
    if (choice === undefined) throw malformed();
    const stepUp = offer.stepUp ?? parts.stepUp;
    const statement = statementOf(parts, choice, offer.terms);
    const { tenantId, objectId, loginHint } = viewer;
    const attempt: Attempt = {
      kind: 'sign',
      id,
      statement,
      viewer: { tenantId, objectId },
      stepUp,
      ...beginSignIn(nonceOf(statement)),
      begunAt: parts.transportClock.now(),
    };
    return leave(c, attempt, { stepUp, ...(loginHint === undefined ? {} : { loginHint }) });
  }

  async function leave(c: Context<About>, attempt: Attempt, wishes: SignInWishes): Promise<Response> {
    setCookie(c, await visits.attempt.seal(attempt));
    return c.html(leavingPage(await parts.client.authorizeUrl(attempt, wishes)));
  }
  return app;
}

/** A new one each time: nobody can know its digest, the nonce, before this click. */
function statementOf(
  { origin, tenantId, guardrailsDigest }: ApproveParts,
  { purpose, decision }: Choice,
  terms: Terms,
): Statement {
  const salt = randomBytes(16).toString('base64url');
  return statementSchema.parse({ v: 1, purpose, decision, perimeter: origin, tenantId, guardrailsDigest, salt, ...terms });
}

function assertOurs(c: Context<About>, form: Form, session: Session): void {
  if (isOwnForm(c, form.csrf, session.csrf)) return;
  throw new AppError('page.forged', 'a form that is not of this visit', {
    hint: 'Nothing was decided. Open the request again, and press the button there.',
  });
}

async function formOf(c: Context<About>): Promise<Form> {
  const form = formSchema.safeParse(await fieldsOf(c));
  if (form.success) return form.data;
  throw malformed();
}

function idOf(c: Context<About>): string {
  const id = requestIdSchema.safeParse(c.req.param('id'));
  if (!id.success) throw unknownPage();
  c.set('about', id.data);
  return id.data;
}

function unknownPage(): AppError {
  return new AppError('page.unknown', 'no such page', { hint: 'Check the address, or open the link in your message again.' });
}

function malformed(): AppError {
  return new AppError('page.malformed', 'no form of ours', { hint: 'Open the request again, and press a button there.' });
}

function tooLarge(): never {
  throw new AppError('page.too-large', 'a form over the limit', { hint: 'Open the request again, and press a button there.' });
}
