import type { Context } from 'hono';
import { AppError } from '../../access/core/app-error.ts';
import { instantOf } from '../../access/core/clock.ts';
import type { Verdict } from '../../access/core/verdict.ts';
import type { VerifiedIdToken } from '../../identity/id-token.ts';
import { declined } from '../../identity/sign-in-declined.ts';
import { isSameText, newCsrf, setCookie } from '../../web/own-forms.ts';
import type { About, ApproveParts } from './approve-app.ts';
import { answer, backTo, beginAgain } from './responses.ts';
import { toldRefusal } from './trouble.ts';
import type { Attempt } from './visits.ts';

const APPROVAL_WORDS = { page: 'the approval page', nothing: 'Nothing was signed.' };

/**
 * Entra sent the browser back. Nothing is redeemed unless this very browser began this very sign-in; then the token is verified, and what
 * it signs is judged once more and recorded.
 * @throws {AppError} `sign-in.*`, `id-token.*`, retryable `directory.*`, `identity.unavailable`, `evidence.unavailable`
 */
export async function finishSignIn(c: Context<About>, parts: ApproveParts): Promise<Response> {
  const attempt = await parts.visits.attempt.open(c.req.header('cookie'));
  if (attempt === undefined) throw beginAgain();
  const { search, searchParams } = new URL(c.req.url);
  // The attempt stays: a link that somebody else made must not end it.
  if (!isSameText(searchParams.get('state') ?? '', attempt.state)) throw crossed();
  c.set('about', attempt.id);
  setCookie(c, parts.visits.attempt.gone);
  const error = searchParams.get('error');
  if (error !== null) throw declined(error, searchParams.get('error_description') ?? undefined, APPROVAL_WORDS);

  const idToken = await parts.client.redeem(search, attempt);
  const verified = await parts.verify(idToken, {
    nonce: attempt.nonce,
    begunAt: attempt.begunAt,
    ...(attempt.kind === 'sign' ? { stepUp: attempt.stepUp, person: attempt.viewer } : {}),
  });
  const { person, loginHint } = verified;
  const viewer = { ...person, ...(loginHint === undefined ? {} : { loginHint }) };
  setCookie(c, await parts.visits.session.seal({ csrf: newCsrf(), viewer }));
  if (attempt.kind === 'view') return backTo(c, attempt.id);

  const verdict = await recorded(attempt, idToken, verified, parts);
  const { purpose, decision } = attempt.statement;
  const outcome = verdict.permitted ? {} : { code: verdict.code };
  parts.log.info({ caseId: attempt.id, signer: person.objectId, purpose, decision, ...outcome }, 'signature came back');
  if (verdict.permitted) return backTo(c, attempt.id);
  c.set('refusal', verdict.code);
  return answer(c, toldRefusal(verdict, attempt.id));
}

async function recorded(
  { id, statement, stepUp, begunAt }: Extract<Attempt, { kind: 'sign' }>,
  idToken: string,
  { person, key }: VerifiedIdToken,
  { find, tokenSource, transportClock }: ApproveParts,
): Promise<Verdict> {
  const subject = await find(id);
  if (subject === undefined)
    throw new AppError('page.unknown', 'what was signed is no more', { hint: 'There is no such request any more.' });
  return subject.record({
    v: 1,
    kind: 'signed',
    statement,
    idToken,
    jwk: key,
    ...tokenSource,
    verifiedAt: instantOf(transportClock.now()),
    stepUp: 'promptLogin' in stepUp ? { ...stepUp, clickedAt: instantOf(begunAt) } : stepUp,
    signer: person,
  });
}

function crossed(): AppError {
  return new AppError('sign-in.crossed', 'the state is not that of the sign-in of this browser', {
    hint: 'This answer belongs to another sign-in: of another window, or one that you did not begin. Nothing was signed. Begin again.',
  });
}
