import { html } from 'hono/html';
import type { Audience } from '../access/audience.ts';
import type { RoleName } from '../config/hallpass-config.ts';
import type { Html } from '../web/html.ts';
import { safeText } from '../web/safe-text.ts';
import { consolePage } from './page.ts';
import { ROLE_NAMES } from './roles.ts';
import type { Visitor } from './visitor.ts';

export interface WhoMay {
  readonly roles: Readonly<Record<RoleName, Audience>>;
  /** A group's name for people; undefined where there is none to be had. */
  readonly nameOfGroup: (groupId: string) => Promise<string | undefined>;
  /** Whom to ask, in words of the configuration. */
  readonly contact: string | undefined;
}

const MEANS: Readonly<Record<RoleName, string>> = {
  viewer: 'sees who holds what',
  auditor: 'sees the same',
  operator: 'sees the same, and ends links of others',
};

/** What somebody without the role is told: which groups have it, and whom to ask. @param what they wanted, as in `See who holds what` */
export async function forbiddenPage(what: string, visitor: Visitor, { roles, nameOfGroup, contact }: WhoMay): Promise<Html> {
  const lines = await Promise.all(
    ROLE_NAMES.map(async (role) => {
      const { groups, people } = roles[role];
      const names = await Promise.all(groups.map(async (id) => ({ id, name: await nameOfGroup(id) })));
      const given = [
        ...names.map(
          ({ id, name }) => html`members of ${name === undefined ? 'the group' : safeText(name)} <small>${id}</small>`,
        ),
        ...(people.length === 0 ? [] : [html`${people.length} named ${people.length === 1 ? 'person' : 'people'}`]),
      ];
      const who = given.length === 0 ? html`nobody` : given.map((one, at) => html`${at === 0 ? '' : ', '}${one}`);
      return html`<dt>${role}</dt><dd>${who}<small>${MEANS[role]}</small></dd>`;
    }),
  );
  const ask =
    contact === undefined ? html`whoever runs Hallpass in your organization` : html`<strong>${safeText(contact)}</strong>`;
  const body = html`<p>You are signed in as ${safeText(visitor.name)}, and that is right. To ${what}, you need one of these roles:</p>
<dl>${lines}</dl>
<p>To get one, ask ${ask} to add you to a group. It counts within minutes, without a new sign-in.</p>
<p><a href="/console">What you hold yourself</a></p>
<p><small>Code: console.forbidden</small></p>`;
  return consolePage({ title: 'You need a role for this', body, visitor });
}
