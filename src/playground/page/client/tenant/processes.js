import { html } from 'html';
import { Icon } from '../icons.js';

const WORDS = { ready: 'running', starting: 'starting …', down: 'down, starting again', stopped: 'stopped' };

/** The two real processes. Killing one shows the promise: after the restart everything stands as it should. */
export function Processes({ processes, run, busy }) {
  return html`<div class="block"><h3>The two processes</h3><ul class="processes">${processes.map(
    (one) => html`<li key=${one.name}>
    <span class=${`lamp lamp-${one.status}`} aria-hidden="true"></span>
    <div><strong>${one.name === 'bot' ? 'Bot' : 'Perimeter'}</strong><span>${WORDS[one.status]}${one.pid ? ` · pid ${one.pid}` : ''}${one.restarts > 0 ? ` · started ${one.restarts + 1} times` : ''}</span>${one.lastWords && one.status !== 'ready' && html`<span class="last-words">${one.lastWords}</span>`}</div>
    <button type="button" class="link-button" aria-disabled=${busy !== '' || one.status !== 'ready'} onClick=${() => one.status === 'ready' && run('process/kill', { name: one.name })}><${Icon} name="power" size=${14} /> Kill it<span class="sr"> (${one.name})</span></button>
  </li>`,
  )}</ul></div>`;
}
