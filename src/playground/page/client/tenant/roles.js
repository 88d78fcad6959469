import { html } from 'html';
import { Avatar } from '../avatar.js';
import { lengthOf, when } from '../time.js';

export function Roles({ title, roles, now, empty, bad = false }) {
  return html`<div class="block"><h3>${title}</h3>
    ${
      roles.length === 0
        ? html`<p class="empty">${empty}</p>`
        : html`<ul class="roles">${roles.map(
            (role) => html`<li key=${role.id} class=${bad ? 'role-bad' : role.byHallpass ? 'role-ours' : ''}>
      <${Avatar} name=${role.holder} size=${26} />
      <div><strong>${role.role}</strong><span>${role.holder}${role.byHallpass && html` · <span class="by">given by Hallpass</span>`}</span></div>
      <${End} role=${role} now=${now} />
    </li>`,
          )}</ul>`
    }
  </div>`;
}

function End({ role, now }) {
  if (!role.endsAt) return html`<span class="end end-never">no end</span>`;
  const start = Date.parse(role.startsAt ?? now);
  const share = Math.max(0, Math.min(1, (Date.parse(now) - start) / Math.max(1, Date.parse(role.endsAt) - start)));
  return html`<span class="end"><span>until ${when(role.endsAt, now)}</span><span class="left">${lengthOf(Date.parse(role.endsAt) - Date.parse(now))} left</span><span class="bar" aria-hidden="true"><span style=${{ width: `${Math.round((1 - share) * 100)}%` }}></span></span></span>`;
}
