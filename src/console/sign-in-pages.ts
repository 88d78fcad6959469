import { html } from 'hono/html';
import type { Html } from '../web/html.ts';
import { safeText } from '../web/safe-text.ts';
import { HOME } from './own-path.ts';
import { consolePage, csrfField } from './page.ts';
import type { ConsoleSession } from './session.ts';

/** In place of a page that needs a sign-in. `to`: that page, to come back to. */
export function signInPage(to: string): Html {
  const body = html`<p>The console shows who holds what now. Sign in with your Microsoft account of this organization.</p>
<p><a class="button" href="${signInLink({ to })}">Sign in with Microsoft</a></p>
<p><small>You are asked again after 15 minutes without a click, and after an hour in any case. Code: console.not-signed-in</small></p>`;
  return consolePage({ title: 'Sign in to Hallpass', body });
}

export function chooseTenantPage(doors: readonly { readonly tenantId: string; readonly name: string }[], to: string): Html {
  const body = html`<p>Your account belongs to one of these organizations.</p>
<ul>${doors.map(({ tenantId, name }) => html`<li><p><a class="button" href="${signInLink({ to, tenant: tenantId })}">${safeText(name)}</a></p></li>`)}</ul>`;
  return consolePage({ title: 'Where is your account?', body });
}

export function signedOutPage(): Html {
  const body = html`<p>You are signed out of Hallpass. Microsoft itself may still know you in this browser: on a machine that others use, sign out there too.</p>
<p><a class="button" href="${signInLink({ choose: 'yes' })}">Sign in again</a></p>`;
  return consolePage({ title: 'Signed out', body });
}

export function signOutPage(session: ConsoleSession): Html {
  const body = html`<p>You are signed in as ${safeText(session.name)}.</p>
<form method="post" action="/signout">${csrfField(session)}<button>Sign out</button></form>
<p><a href="${HOME}">Back to the console</a></p>`;
  return consolePage({ title: 'Sign out of Hallpass?', body });
}

function signInLink(query: Readonly<Record<string, string>>): string {
  return `/signin?${new URLSearchParams(query).toString()}`;
}
