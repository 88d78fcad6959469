import { createHash } from 'node:crypto';
import { instantOf } from '../../../access/core/clock.ts';
import type { Answer } from '../far-end-server.ts';
import { PAGE_STYLE } from './page-style.ts';
import { described, type Refused } from './refusal.ts';

/** Somebody who can be chosen on the sign-in page. */
export interface Choice {
  readonly objectId: string;
  readonly name: string;
  readonly address: string;
  readonly isSignedIn: boolean;
}

export interface FormPlace {
  /** Where the form goes, from the root. */
  readonly action: string;
  /** Which request for a sign-in this is the page of. */
  readonly context: string;
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const AUTO_POST = 'document.forms[0].submit();';
/** No `form-action`: the pages lead back to whatever the application registered. */
const POLICY = `default-src 'none'; style-src ${hashOf(PAGE_STYLE)}; script-src ${hashOf(AUTO_POST)}; base-uri 'none'; frame-ancestors 'none'`;

export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${String(character.codePointAt(0))};`);

/** A page of the sign-in service. Real ones come with 200, whatever went wrong. */
export function htmlPage(title: string, body: string): Answer {
  return {
    status: 200,
    headers: {
      'content-security-policy': POLICY,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
    },
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="none">
<title>${escaped(title)}</title><style>${PAGE_STYLE}</style></head>
<body><main>
<p class="brand">Playground · stand-in for the sign-in of Microsoft Entra</p>
${body}
</main></body>
</html>
`,
  };
}

const form = ({ action, context }: FormPlace, inner: string) =>
  `<form method="post" action="${escaped(action)}"><input type="hidden" name="ctx" value="${escaped(context)}">${inner}
<button class="other" name="cancel" value="1">Cancel</button></form>`;

export function signInPage(place: FormPlace, appName: string, choices: readonly Choice[], wrong?: string): Answer {
  const items = choices.map(
    ({ objectId, name, address, isSignedIn }) =>
      `<li><button name="person" value="${escaped(objectId)}">${escaped(name)} <small>${escaped(address)}${isSignedIn ? ' · signed in' : ''}</small></button></li>`,
  );
  return htmlPage(
    'Sign in to your account',
    `<h1>Who signs in?</h1>
<p>To continue to <strong>${escaped(appName)}</strong>. There are no passwords here: choose whose turn it is.</p>
${wrong === undefined ? '' : `<p class="wrong" role="alert">${escaped(wrong)}</p>`}
${form(place, `<ul>${items.join('')}</ul>`)}`,
  );
}

export function confirmPage(place: FormPlace, appName: string, who: Choice, asked: string): Answer {
  return htmlPage(
    'Confirm with your authenticator',
    `<h1>Confirm with your authenticator</h1>
<p>${escaped(who.name)} <small>${escaped(who.address)}</small></p>
<p><strong>${escaped(appName)}</strong> asks for more than a password: ${escaped(asked)}. Press the button as you would on the phone.</p>
${form(place, '<button class="main" name="confirm" value="1">Confirm</button>')}`,
  );
}

export function consentPage(place: FormPlace, appName: string, who: Choice, scopes: readonly string[]): Answer {
  return htmlPage(
    'Permissions requested',
    `<h1>Permissions requested</h1>
<p>${escaped(who.name)} <small>${escaped(who.address)}</small></p>
<p><strong>${escaped(appName)}</strong> would like to: ${escaped(scopes.join(', '))}.</p>
${form(place, '<button class="main" name="accept" value="1">Accept</button>')}`,
  );
}

export function errorPage(why: Refused, now: number): Answer {
  const { traceId, correlationId } = described(why, now);
  return htmlPage(
    'Sign in to your account',
    `<h1>Sorry, but we’re having trouble signing you in.</h1>
<p class="wrong" role="alert">AADSTS${why.number}: ${escaped(why.text)}</p>
<p><small>Request Id: ${traceId}<br>Correlation Id: ${correlationId}<br>Timestamp: ${instantOf(now)}</small></p>`,
  );
}

export const signedOutPage = (): Answer =>
  htmlPage('Sign out', '<h1>You signed out of your account</h1><p>It’s a good idea to close all browser windows.</p>');

/** `response_mode=form_post`: goes on by itself, or by a button where scripts do not run. */
export function autoPostPage(action: string, fields: Readonly<Record<string, string>>): Answer {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  return htmlPage(
    'Working...',
    `<h1>Going back</h1><form method="post" action="${escaped(action)}">${inputs.join('')}<button class="main">Continue</button></form><script>${AUTO_POST}</script>`,
  );
}
