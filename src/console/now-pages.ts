import { html } from 'hono/html';
import type { Html } from '../web/html.ts';
import { safeText } from '../web/safe-text.ts';
import { instantWords, lengthWords } from '../web/time-words.ts';
import type { Holding } from './holdings.ts';
import { consolePage } from './page.ts';
import { maySeeEverybody, type Visitor } from './visitor.ts';

/** Whose: `me`, `everybody`, or the object id of a person. */
export type Whose = string;

export interface NowView {
  readonly visitor: Visitor;
  readonly whose: Whose;
  readonly holdings: readonly Holding[];
  /** By the domain clock, as all ends here. */
  readonly now: number;
  readonly links: Html;
}

/** What is left out is in the download; a page of thousands helps nobody. */
const MOST_SHOWN = 200;

export function nowPage(view: NowView): Html {
  const { visitor, whose, holdings, now, links } = view;
  const shown = holdings.slice(0, MOST_SHOWN);
  const body = html`${maySeeEverybody(visitor) ? filter(whose) : ownOnly()}
${holdings.length === 0 ? nothing(whose) : html`<ul class="cards">${shown.map((each) => card(each, now))}</ul>`}
${shown.length < holdings.length ? html`<p>${holdings.length - shown.length} more are in the downloads.</p>` : ''}
<p><small>As of ${instantWords(now)}. Download as <a href="/console/now.csv?of=${whose}">CSV</a> or <a href="/console/now.json?of=${whose}">JSON</a>.</small></p>
<section id="links" aria-labelledby="links-title"><h2 id="links-title">My links</h2>${links}</section>`;
  return consolePage({ title: 'Who holds what now', body, visitor });
}

function filter(whose: Whose): Html {
  const link = (of: string, label: string) =>
    html`<li><a href="/console?of=${of}"${of === whose ? html` aria-current="page"` : ''}>${label}${of === whose ? ' (shown)' : ''}</a></li>`;
  const isPerson = whose !== 'me' && whose !== 'everybody';
  return html`<nav aria-label="Whose access"><ul>${link('everybody', 'Everybody')}${link('me', 'Me')}${isPerson ? link(whose, 'One person') : ''}</ul></nav>`;
}

const ownOnly = (): Html => html`<p>You see what you hold yourself. <a href="/console?of=everybody">Who sees everybody?</a></p>`;

function nothing(whose: Whose): Html {
  const words = { me: 'You hold nothing', everybody: 'Nobody holds anything' }[whose] ?? 'This person holds nothing';
  return html`<p><strong>${words} through Hallpass now.</strong></p>
<p>Ask for access with <code>/access</code> in Slack or the Hallpass app in Teams. Once it is given, it stands here with its end, and goes by itself.</p>`;
}

function card(holding: Holding, now: number): Html {
  const { who, person, entitlement, givenAt, approvedBy, caseId } = holding;
  return html`<li>
<h2>${safeText(who.name)}</h2>
${who.about === undefined ? '' : html`<p><small>${safeText(who.about)}</small></p>`}
<p><strong>${safeText(entitlement.name)}</strong> · ${safeText(entitlement.scope)}${entitlement.privileged ? ' · privileged' : ''}</p>
${until(holding, now)}
<p><small>${approvedBy.length === 0 ? 'Approved without a decision by a person' : html`Approved by ${approvers(approvedBy)}`}</small></p>
<p><small>Given ${instantWords(givenAt)}</small></p>
<p><small>Request ${caseId} · <a href="/console?of=${person.objectId}">all of <span>${safeText(who.name)}</span></a></small></p>
</li>`;
}

/** The bar and the words say the same. */
function until({ durationMinutes, endsAt, isEnding, isOverdue }: Holding, now: number): Html {
  const leftSeconds = Math.max(0, (Date.parse(endsAt) - now) / 1_000);
  const wholeSeconds = durationMinutes * 60;
  const left = isOverdue ? 'should be gone already' : `${lengthWords(leftSeconds)} left`;
  return html`<meter min="0" max="${wholeSeconds}" value="${Math.min(leftSeconds, wholeSeconds)}" aria-label="Time left: ${isOverdue ? 'none' : lengthWords(leftSeconds)} of ${lengthWords(wholeSeconds)}"></meter>
<p>Until <strong>${instantWords(endsAt)}</strong> · <span${isOverdue ? html` class="late"` : ''}>${left}</span>${isEnding ? ' · being taken away' : ''}</p>`;
}

function approvers(approvedBy: Holding['approvedBy']): Html {
  return html`${approvedBy.map(({ name, assurance }, at) => html`${at === 0 ? '' : ', '}${safeText(name)} (${assurance === 'signed' ? 'signed' : 'in chat'})`)}`;
}
