import { html } from 'hono/html';
import type { Html } from '../../web/html.ts';
import { pageOf } from './page-frame.ts';
import type { Offer, Sight } from './subject.ts';

export interface Hidden {
  readonly csrf: string;
  /** Names what was on the page, so that a press of a button is about that and nothing newer. */
  readonly shown?: string;
}

/** All that is shown before a sign-in, whatever the address says. */
export function signInPage(csrf: string): Html {
  const body = html`<p>Somebody may have asked you to look at a request. It is shown to you once you have signed in.</p>
${form({ csrf }, [['sign-in', 'Sign in']])}`;
  return pageOf({ title: 'Sign in to see a request', body });
}

export const NOTHING_FOR_YOU = 'page.nothing-for-you';

/** For everybody whom it does not concern, and for what there is not. */
export function nothingPage(csrf: string, viewer: string): Html {
  const body = html`<p>Either there is no such request, or it is not for this account. Nothing was decided.</p>
<p>If a message sent you here, ask whoever sent it, or sign in with the account that you approve with.</p>
${form({ csrf }, [['switch', 'Sign in with another account']])}
${codeWords(NOTHING_FOR_YOU)}`;
  return pageOf({ title: 'There is nothing here for you', body, viewer });
}

export function sightPage({ title, body, offer, code }: Sight, csrf: string, viewer: string): Html {
  return pageOf({
    title,
    body: html`${body}${code === undefined ? '' : codeWords(code)}${offer === undefined ? '' : offered(offer, csrf)}`,
    viewer,
  });
}

/** What a press of a button has to name. */
export function shownOf({ requestDigest, stage }: Offer['terms']): string {
  return `${requestDigest}.${stage}`;
}

function offered({ terms, choices, unsigned }: Offer, csrf: string): Html {
  const hidden = { csrf, shown: shownOf(terms) };
  return html`${form(
    hidden,
    choices.map(({ decision, label }) => [decision, label]),
  )}
<p><small>Signing leads through a sign-in at Microsoft: by it you sign exactly this. It is good for nothing else, and is kept as evidence.</small></p>
${unsigned === undefined ? '' : form(hidden, [['unsigned', unsigned.label]], 'plain')}`;
}

/** Between the button and Microsoft. */
export function leavingPage(next: string): Html {
  return pageOf({ title: 'Going to the sign-in', body: html`<p><a href="${next}">Go on to the sign-in</a></p>`, next });
}

export interface Trouble {
  readonly title: string;
  readonly sentence: string;
  readonly code: string;
  /** The request that it was about, where that is known. */
  readonly id?: string;
}

export function troublePage({ title, sentence, code, id }: Trouble): Html {
  const back =
    id === undefined
      ? html`<p>Open the link in your message again.</p>`
      : html`<p><a href="/approve/${id}">Back to the request</a></p>`;
  return pageOf({ title, body: html`<p>${sentence}</p>${back}${codeWords(code)}` });
}

/** For whoever is asked why: stable, while the words around it are not. */
export function codeWords(code: string): Html {
  return html`<p><small>Code: ${code}</small></p>`;
}

function form({ csrf, shown }: Hidden, buttons: readonly (readonly [act: string, label: string])[], look?: 'plain'): Html {
  return html`<form method="post">
<input type="hidden" name="csrf" value="${csrf}">
${shown === undefined ? '' : html`<input type="hidden" name="shown" value="${shown}">`}
${buttons.map(([act, label]) => html`<button name="act" value="${act}"${look === undefined ? '' : html` class="${look}"`}>${label}</button>`)}
</form>`;
}
