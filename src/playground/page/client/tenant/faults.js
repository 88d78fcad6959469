import { html } from 'html';

export function Faults({ faults, run }) {
  const on = faults.filter((fault) => fault.on).length;
  return html`<details class="block fold"><summary><h3>Make Microsoft fail</h3><span class="count">${on === 0 ? 'all well' : `${on} on`}</span></summary>
    <p class="hint">Hallpass must still take away what it gave, only later.</p>
    <ul class="faults">${faults.map((fault) => html`<li key=${fault.id}><label class="switch"><input type="checkbox" role="switch" checked=${fault.on} onChange=${(event) => run('tenant/fault', { id: fault.id, on: event.target.checked })} /><span class="track" aria-hidden="true"></span><span>${fault.label}</span></label></li>`)}</ul>
  </details>`;
}
