import { html } from 'html';

export function Applications({ applications, run, busy }) {
  return html`<div class="block"><h3>Applications and their secrets</h3>
    ${
      applications.length === 0
        ? html`<p class="empty">This tenant has no applications.</p>`
        : html`<ul class="apps">${applications.map(
            (app) => html`<li key=${app.id}>
      <div class="app-name"><strong>${app.name}</strong>${app.owner && html`<span>${app.owner}</span>`}</div>
      ${app.credentials.map(
        (credential) => html`<div key=${credential.keyId} class="credential">
        <span class=${`days ${tone(credential.daysLeft)}`}>${credential.daysLeft <= 0 ? 'expired' : `${credential.daysLeft} ${credential.daysLeft === 1 ? 'day' : 'days'}`}</span>
        <span class="credential-name" title=${`${credential.kind} “${credential.name}”`}>${credential.kind} “${credential.name}”</span>
        <${Action} app=${app} credential=${credential} run=${run} busy=${busy} />
      </div>`,
      )}
    </li>`,
          )}</ul>`
    }
  </div>`;
}

/** One thing to try with each: bring its end near, or do what the alert asks for. */
function Action({ app, credential, run, busy }) {
  const { keyId, name } = credential;
  if (credential.daysLeft > 90)
    return html`<button type="button" class="link-button" aria-disabled=${busy !== ''} aria-label=${`Shorten ${name} of ${app.name} to 7 days`} onClick=${() => run('tenant/shorten', { keyId })}>Shorten to 7 d</button>`;
  return html`<button type="button" class="link-button" aria-disabled=${busy !== ''} aria-label=${`Replace ${name} of ${app.name}`} onClick=${() => run('tenant/replace', { applicationId: app.id, keyId })}>Replace</button>`;
}

const tone = (days) => (days <= 7 ? 'days-bad' : days <= 90 ? 'days-soon' : 'days-fine');
