import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../access/core/app-error.ts';
import { digestOf, type PendingConsent } from './consent-request.ts';

/** An administrator may have to be fetched first. */
const GOOD_FOR_MS = 60 * 60_000;

/**
 * Is this the address that the browser came back to, of the consent that we asked for? Says nothing of what was consented to and where: anybody
 * can write such an address, and `tenant` in it least of all is believed.
 * @throws {AppError} `consent.not-ours` (nothing was asked for by this), `consent.stale`
 */
export function refuseUnlessOurs(answer: string, pending: PendingConsent, nowMs: number): void {
  const url = URL.canParse(answer) ? new URL(answer) : undefined;
  const expected = new URL(pending.redirectUri);
  if (url === undefined || url.origin !== expected.origin || url.pathname !== expected.pathname)
    throw notOurs(`it is not ${pending.redirectUri}`);
  const names = [...url.searchParams.keys()];
  if (new Set(names).size !== names.length) throw notOurs('it says something twice');
  if (!sameDigest(digestOf(url.searchParams.get('state') ?? ''), pending.stateDigest)) throw notOurs('its state is another');
  if (nowMs - Date.parse(pending.begunAt) > GOOD_FOR_MS)
    throw new AppError('consent.stale', 'this consent was asked for more than an hour ago', { hint: 'Begin again.' });
}

/**
 * What an answer that is ours says: that it was declined, or that it was not. A refusal says `admin_consent=True` as well.
 * @throws {AppError} `consent.declined`, `consent.unintelligible`
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent#error-response
 */
export function refuseUnlessAccepted(answer: string): void {
  const { searchParams } = new URL(answer);
  const error = searchParams.get('error');
  if (error !== null) {
    const number = /\bAADSTS(\d{4,10})\b/.exec(searchParams.get('error_description') ?? '')?.[1];
    // What it says beyond that anybody may have written.
    throw new AppError('consent.declined', `the consent was not given${number === undefined ? '' : ` (AADSTS${number})`}`, {
      hint:
        HINTS[number ?? ''] ??
        'Begin again, and let somebody accept who is Global Administrator or Privileged Role Administrator there.',
    });
  }
  if (searchParams.get('admin_consent')?.toLowerCase() !== 'true')
    throw new AppError('consent.unintelligible', 'the answer says neither that it was accepted nor that it was declined', {
      hint: 'Begin again.',
    });
}

const HINTS: Readonly<Record<string, string>> = {
  '65004': 'Somebody declined it. Begin again once they agree.',
  '70011': 'The app registration asks for nothing of Microsoft Graph. Add the permissions of docs/permissions.md to it first.',
};

const sameDigest = (a: string, b: string) => timingSafeEqual(Buffer.from(a), Buffer.from(b));

const notOurs = (why: string) =>
  new AppError('consent.not-ours', `this is no answer to what was asked: ${why}`, {
    hint: 'Paste the whole address that the browser ended at after the consent, from the run that began last.',
  });
