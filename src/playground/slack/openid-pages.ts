import type { Context } from 'hono';
import { escaped } from '../microsoft/login/pages.ts';
import { PAGE_STYLE } from '../microsoft/login/page-style.ts';
import type { SlackUser } from './slack-objects.ts';
import type { WorkspaceSeed } from './workspace-seed.ts';

/** Who signs in, in Slack's place: there are no passwords here. Deactivated people and bots are not on offer. */
export function choosePage(
  c: Context,
  page: string,
  { teamId, teamName }: WorkspaceSeed,
  users: readonly SlackUser[],
  team: string | undefined,
): Response | Promise<Response> {
  const people = users.filter(({ isBot, deactivated }) => !isBot && deactivated !== true);
  const items = people.map((user) => {
    const where = user.foreignTeamId === undefined ? `in ${teamName}` : `in another workspace, ${user.foreignTeamId}`;
    const guest = user.guest === undefined ? '' : ' · guest';
    return `<li><button name="person" value="${escaped(user.id)}">${escaped(user.realName)} <small>@${escaped(user.name)} · ${escaped(where)}${guest}</small></button></li>`;
  });
  const known =
    team === undefined || team === teamId ? '' : `<p role="alert" class="wrong">There is no workspace ${escaped(team)} here.</p>`;
  return frame(
    c,
    'Sign in with Slack',
    `<h1>Sign in with Slack</h1>${known}
<p>An app would like to know who you are. There are no passwords here: choose whose turn it is.</p>
<form method="post" action="/openid/connect/continue"><input type="hidden" name="page" value="${page}"><ul>${items.join('')}</ul>
<button class="other" name="cancel" value="1">Cancel</button></form>`,
  );
}

/** What Slack shows where it does not send the browser back. */
export function errorPage(c: Context, error: string): Response | Promise<Response> {
  return frame(c, 'Slack', `<h1>Something went wrong</h1><p class="wrong" role="alert">${escaped(error)}</p>`, 400);
}

function frame(c: Context, title: string, body: string, status: 200 | 400 = 200): Response | Promise<Response> {
  c.header('cache-control', 'no-store');
  c.header('x-frame-options', 'SAMEORIGIN');
  return c.html(
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${PAGE_STYLE}</style></head>
<body><main><p class="brand">Playground · stand-in for the sign-in of Slack</p>${body}</main></body>
</html>
`,
    status,
  );
}
