import { html } from 'html';
import { useState } from 'preact/hooks';
import { Trouble } from '../chat-window.js';
import { Icon } from '../icons.js';
import { act } from '../live.js';
import { Applications } from './applications.js';
import { Faults } from './faults.js';
import { Processes } from './processes.js';
import { Roles } from './roles.js';
import { Team } from './team.js';

export function TenantPane({ tenant, processes, alarms, now }) {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState('');
  const run = async (path, body) => {
    if (busy !== '') return;
    setBusy(path);
    const answer = await act(path, body);
    setBusy('');
    setTrouble(answer.ok ? '' : answer.sentence);
  };
  return html`<section class="column-card tenant" aria-label="The tenant">
    <header class="card-head"><h2>The tenant</h2><span class="window-sub">Entra ID and Azure</span></header>
    <${Trouble} sentence=${trouble} onClose=${() => setTrouble('')} />
    <${Roles} title="Who holds a directory role now" roles=${tenant.roles} now=${now} empty="Nobody holds a role through Hallpass. Ask for one in Slack or Teams." />
    <${Roles} title="Who holds Azure at root scope /" roles=${tenant.azure} now=${now} empty="Nobody, as it should be." bad />
    <div class="tenant-actions">
      ${
        tenant.elevated
          ? html`<button type="button" class="button" aria-disabled=${busy !== ''} onClick=${() => run('tenant/lower')}><${Icon} name="shield" /> Take Gina’s root access away</button>`
          : html`<button type="button" class="button button-danger" aria-disabled=${busy !== ''} onClick=${() => run('tenant/elevate')}><${Icon} name="warn" /> Elevate access as Gina</button>`
      }
      <p class="hint">${tenant.elevated ? 'The alert resolves by itself when Hallpass looks again: wait a minute, or move the clock.' : 'As any Global Administrator can. Hallpass looks once a minute: wait, or move the clock, and see #security.'}</p>
    </div>
    <${Applications} applications=${tenant.applications} run=${run} busy=${busy} />
    <${Team} open=${tenant.teamIsPublic} run=${run} />
    <${Faults} faults=${tenant.faults} run=${run} />
    <${Processes} processes=${processes} run=${run} busy=${busy} />
    ${alarms.length > 0 && html`<div class="block" role="alert"><h3>Alarms of the perimeter</h3><ul class="alarms">${alarms.map((alarm, index) => html`<li key=${index}><${Icon} name="bolt" /> ${alarm.text}</li>`)}</ul></div>`}
  </section>`;
}
