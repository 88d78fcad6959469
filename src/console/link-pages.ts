import { html } from 'hono/html';
import type { ChatAccount } from '../../flows/link.ts';
import type { LinkSight } from '../bot/link-desk.ts';
import type { Link } from '../bot/links.ts';
import type { Html } from '../web/html.ts';
import { safeText } from '../web/safe-text.ts';
import { consolePage, csrfField } from './page.ts';
import type { Visitor } from './visitor.ts';

export const LINK_PATH = '/console/link';
export const LINKS_PATH = '/console/links';

export function beginPage(visitor: Visitor): Html {
  const body = html`<p>Slack does not say which Microsoft account is yours. Show it once: you are signed in to Microsoft as ${safeText(visitor.name)};
sign in to Slack too, and then confirm that both accounts are yours.</p>
<p><a class="button" href="${LINK_PATH}/begin">Sign in with Slack</a></p>
<p><small>Only your workspace and your Slack user id are read. Your e-mail address and your profile play no part.</small></p>
<p><a href="${LINKS_PATH}">My links</a></p>`;
  return consolePage({ title: 'Link your Slack account', body, visitor });
}

/** Names both ends as their platforms call them, with the ids that are linked. */
export function confirmPage(
  visitor: Visitor,
  account: ChatAccount,
  { slack, personName }: LinkSight,
  tenantName: string,
  attemptId: string,
): Html {
  const { tenantId, objectId } = visitor.person;
  const body = html`<p>Link them only if you use both yourself: what one of them does in Hallpass, the other has done.</p>
<dl>
<dt>Slack</dt><dd>${safeText(slack.name)}<small>Workspace ${safeText(nameAndId(slack.workspaceName, account.workspaceId))}</small><small>User ${account.userId}</small></dd>
<dt>Microsoft</dt><dd>${safeText(personName)}<small>Tenant ${safeText(nameAndId(tenantName, tenantId))}</small><small>Object ${objectId}</small></dd>
</dl>
<form method="post" action="${LINK_PATH}">${csrfField(visitor.session)}<input type="hidden" name="attempt" value="${attemptId}">
<button name="act" value="confirm">Link these two accounts</button>
<button name="act" value="cancel">They are not both mine</button>
</form>`;
  return consolePage({ title: 'Are both of these yours?', body, visitor });
}

/** A name is worth saying beside its id alone where it is none itself. */
const nameAndId = (name: string | undefined, id: string): string =>
  name === undefined || name.toLowerCase() === id.toLowerCase() ? id : `${name} (${id})`;

export interface ShownLink {
  readonly link: Link;
  /** As Slack calls the account, where it said so. */
  readonly slackName?: string;
  readonly personName?: string;
}

export function myLinksPage(visitor: Visitor, shown: readonly ShownLink[], named: readonly ChatAccount[]): Html {
  const fromFile = named.map(
    ({ workspaceId, userId }) =>
      html`<li><h2>Slack</h2><p>User ${userId} of workspace ${workspaceId}</p><p><small>Named by the configuration of Hallpass. Whoever runs it can change that.</small></p></li>`,
  );
  const none = shown.length + named.length === 0 ? html`<p>No Slack account is linked to yours.</p>` : '';
  const body = html`${none}
<ul class="cards">${fromFile}${shown.map((one) => card(one, html`<h2>Slack</h2>`))}</ul>
<p><a class="button" href="${LINK_PATH}">Link a Slack account</a></p>
<h2>Microsoft Teams</h2>
<p>Teams needs no link: it tells Hallpass by itself which Microsoft account writes.</p>
${visitor.roles.has('operator') ? html`<p><a href="${LINKS_PATH}/all">The links of everybody</a></p>` : ''}`;
  return consolePage({ title: 'My links', body, visitor });
}

export function allLinksPage(visitor: Visitor, shown: readonly ShownLink[]): Html {
  const body = html`<p>${shown.length === 0 ? 'No Slack account is linked.' : `${shown.length} linked Slack ${shown.length === 1 ? 'account' : 'accounts'}.`}</p>
<ul class="cards">${shown.map((one) => card(one, html`<h2>${safeText(one.personName ?? one.link.person.objectId)}</h2>`))}</ul>
<p><a href="${LINKS_PATH}">My links</a></p>`;
  return consolePage({ title: 'Links of everybody', body, visitor });
}

function card({ link: { caseId, account, person, linkedAt }, slackName }: ShownLink, heading: Html): Html {
  return html`<li>${heading}
<p>${slackName === undefined ? '' : html`${safeText(slackName)} · `}User ${account.userId} of workspace ${account.workspaceId}</p>
<p><small>Linked ${linkedAt.slice(0, 16).replace('T', ' ')} UTC to object ${person.objectId} of tenant ${person.tenantId}</small></p>
<p><a href="${LINKS_PATH}/${caseId}/unlink">Unlink ${account.userId}</a></p></li>`;
}

export function unlinkPage(
  visitor: Visitor,
  { link: { caseId, account }, slackName, personName }: ShownLink,
  isOwn: boolean,
): Html {
  const body = html`<p>The Slack account ${safeText(slackName ?? account.userId)} <small>${account.userId}</small> will be nobody to Hallpass until it is linked again.
Requests stay open, and what was given ends when it was going to.</p>
<form method="post" action="${LINKS_PATH}/${caseId}/unlink">${csrfField(visitor.session)}<button>Unlink</button></form>
<p><a href="${isOwn ? LINKS_PATH : `${LINKS_PATH}/all`}">Keep it</a></p>`;
  const whose = isOwn ? 'your Slack account' : `the Slack account of ${personName ?? 'somebody'}`;
  return consolePage({ title: `Unlink ${whose}?`, body, visitor });
}
