import { html } from 'html';
import { secondsOf, dayOf } from '../time.js';

export function Timeline({ entries, now }) {
  if (entries.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  return html`<ol class="timeline">${entries.map(
    (entry, index) => html`<li key=${index} class=${`tone-${entry.tone}`}>
    <time datetime=${entry.at}>${dayOf(entry.at) === dayOf(now) ? '' : `${dayOf(entry.at)} `}${secondsOf(entry.at)}</time><span>${entry.text}</span>
  </li>`,
  )}</ol>`;
}
