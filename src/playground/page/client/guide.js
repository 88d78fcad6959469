import { html } from 'html';
import { Icon } from './icons.js';

/** Three lines that say what to try, and tick themselves off. */
export function Guide({ lines, onShow }) {
  const next = lines.find((line) => !line.done)?.id;
  return html`<ol class="guide" aria-label="What to try">${lines.map(
    (line, index) => html`<li key=${line.id} class=${`${line.done ? 'is-done' : ''} ${line.id === next ? 'is-next' : ''}`}>
    <span class="guide-mark" aria-hidden="true">${line.done ? html`<${Icon} name="check" size=${14} />` : index + 1}</span>
    <button type="button" class="guide-text" onClick=${() => onShow(line.id)}>${line.text}<span class="sr">${line.done ? ' (done)' : ''}</span></button>
  </li>`,
  )}</ol>`;
}
