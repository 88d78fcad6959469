import { html } from 'html';
import { useState } from 'preact/hooks';
import { Icon } from '../icons.js';
import { lengthOf, when } from '../time.js';
import { Diagram } from './diagram.js';
import { Journal } from './journal.js';
import { Timeline } from './timeline.js';

export function CasePane({ cases, flows, selected, onSelect, now, nextEvent }) {
  const shown = cases.find((one) => one.caseId === selected) ?? cases.find((one) => !one.fromStart);
  if (!shown) {
    return html`<section class="column-card case" aria-label="The case">
      <header class="card-head"><h2>The case</h2>${cases.length > 0 && html`<${Picker} cases=${cases} onSelect=${onSelect} />`}</header>
      <p class="empty">No case yet. Ask for a role in Slack or Teams, and watch it move through this flow.</p>
      ${flows.accessRequest && html`<${Diagram} diagram=${flows.accessRequest} lit="" visited=${[]} />`}
    </section>`;
  }
  return html`<section class="column-card case" aria-label="The case">
    <header class="card-head"><h2>The case</h2>${cases.length > 1 && html`<${Picker} cases=${cases} shown=${shown} onSelect=${onSelect} />`}</header>
    <div class="case-title"><h3>${shown.title}</h3><p>${shown.subtitle}</p></div>
    <${Standing} shown=${shown} now=${now} />
    <${Flows} shown=${shown} flows=${flows} />
    ${nextEvent && html`<p class="next"><${Icon} name="clock" /> Next by the clock: ${nextEvent.what}, ${when(nextEvent.at, now)}</p>`}
    <${Tabs} shown=${shown} now=${now} />
  </section>`;
}

/** What is going on, in one line: an honest wait, a role that is held, or the end. */
function Standing({ shown, now }) {
  let line = null;
  if (shown.waiting) line = html`<span class="pulse" aria-hidden="true"></span>${shown.waiting}`;
  else if (shown.heldUntil)
    line = html`<${Icon} name="key" /> Held until ${when(shown.heldUntil, now)}, ${lengthOf(Date.parse(shown.heldUntil) - Date.parse(now))} left.`;
  else if (shown.over) line = html`<${Icon} name="check" /> This case is over.`;
  return html`<p class="waiting" role="status" aria-live="polite">${line}</p>`;
}

function Picker({ cases, shown, onSelect }) {
  return html`<span class="bk-select picker"><select class="bk-field" aria-label="Which case" value=${shown?.caseId ?? ''} onChange=${(event) => onSelect(event.target.value)}>
    ${!shown && html`<option value="">${cases.length === 1 ? '1 finding' : `${cases.length} findings`} in #security</option>`}
    ${cases.map((one) => html`<option key=${one.caseId} value=${one.caseId}>${one.over ? '✓ ' : ''}${one.title}</option>`)}
  </select><${Icon} name="down" size=${14} /></span>`;
}

/** The bot's conversation, and for a request the perimeter's own record of it. */
function Flows({ shown, flows }) {
  const [which, setWhich] = useState('bot');
  const own = flows[shown.flow];
  const both = shown.grant !== undefined;
  const view =
    both && which === 'perimeter'
      ? { diagram: flows.grant, lit: shown.grant.state, visited: shown.grant.visited }
      : { diagram: own, lit: shown.state, visited: shown.visited };
  return html`<div class="flows">
    ${
      both &&
      html`<div class="segment" role="group" aria-label="Whose flow">
      <button type="button" aria-pressed=${which === 'bot'} onClick=${() => setWhich('bot')}>Bot: the conversation</button>
      <button type="button" aria-pressed=${which === 'perimeter'} onClick=${() => setWhich('perimeter')}>Perimeter: the grant</button>
    </div>`
    }
    ${view.diagram && html`<${Diagram} ...${view} />`}
  </div>`;
}

function Tabs({ shown, now }) {
  const [tab, setTab] = useState('timeline');
  return html`<div class="case-tabs">
    <div class="segment" role="tablist" aria-label="About this case">
      <button type="button" role="tab" aria-selected=${tab === 'timeline'} onClick=${() => setTab('timeline')}>Timeline</button>
      <button type="button" role="tab" aria-selected=${tab === 'journal'} onClick=${() => setTab('journal')}>Journal <span class="count">${shown.journal.length}</span></button>
    </div>
    ${tab === 'timeline' ? html`<${Timeline} entries=${shown.timeline} now=${now} />` : html`<${Journal} lines=${shown.journal} />`}
  </div>`;
}
