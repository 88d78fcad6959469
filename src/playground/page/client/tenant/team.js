import { html } from 'html';

/** What is posted in a public team can be read by everybody, so Hallpass posts nothing there. */
export function Team({ open, run }) {
  return html`<details class="block fold"><summary><h3>Open the approvers’ team in Teams</h3><span class="count">${open ? 'public' : 'private'}</span></summary>
    <p class="hint">Hallpass posts nothing about a request where every colleague could read it. Slack still gets the card.</p>
    <ul class="faults"><li><label class="switch"><input type="checkbox" role="switch" checked=${open} onChange=${(event) => run('tenant/team', { open: event.target.checked })} /><span class="track" aria-hidden="true"></span><span>Every colleague may join by themselves</span></label></li></ul>
  </details>`;
}
