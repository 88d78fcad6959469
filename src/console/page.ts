import { html, raw } from 'hono/html';
import type { Html } from '../web/html.ts';
import { pageHeaders } from '../web/page-headers.ts';
import { BASE_STYLE } from '../web/page-style.ts';
import { plainText, safeText } from '../web/safe-text.ts';
import type { Visitor } from './visitor.ts';

const STYLE = `${BASE_STYLE}
main { max-width: 60rem; }
h2 { font-size: 1.125rem; line-height: 1.3; margin: 2rem 0 .5rem; }
ul.cards h2 { font-size: 1rem; margin: 0; }
header { border-bottom: 1px solid var(--line); }
header > div { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: .25rem 1.25rem; max-width: 60rem; margin: 0 auto; padding: .5rem 1rem; }
header strong { margin-right: auto; }
header form { display: block; margin: 0; }
header button, button.small { flex: none; min-height: 2.75rem; padding: .25rem .75rem; background: none; color: var(--act); }
a.button { display: inline-block; min-height: 3rem; padding: .65rem 1.25rem; font-weight: 600; border-radius: .5rem; background: var(--act); color: var(--on-act); text-decoration: none; }
ul.cards { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
ul.cards > li { padding: .75rem 1rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
ul.cards p { margin: .25rem 0; }
meter { display: block; width: 100%; height: 1rem; margin: .5rem 0; }
.late { color: var(--mark); font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0 0 1rem; padding: 0; }
`;

/** On every answer of the console, whatever it is. */
export const CONSOLE_HEADERS = pageHeaders(STYLE);

export interface ConsoleFrame {
  /** Also the heading; somebody else's words may be in it. */
  readonly title: string;
  readonly body: Html;
  /** Absent before a sign-in. */
  readonly visitor?: Visitor;
}

/** Every page of the console. Nothing runs in it and nothing is loaded, so it works without JavaScript. */
export function consolePage({ title, body, visitor }: ConsoleFrame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${plainText(title)} · Hallpass</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header><div><strong><a href="/console">Hallpass console</a></strong>${visitor === undefined ? '' : who(visitor)}</div></header>
<main>
<h1>${safeText(title)}</h1>
${body}
</main>
</body>
</html>`;
}

function who({ name, roles, session }: Visitor): Html {
  return html`<span>${safeText(name)} <small>${roles.size === 0 ? 'no role here' : [...roles].join(', ')}</small></span>
<form method="post" action="/signout">${csrfField(session)}<button>Sign out</button></form>`;
}

/** Belongs into every form that changes something; {@link ownForm} looks for it. */
export function csrfField({ csrf }: Pick<Visitor['session'], 'csrf'>): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}
