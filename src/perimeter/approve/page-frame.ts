import { html, raw } from 'hono/html';
import type { Html } from '../../web/html.ts';
import { pageHeaders } from '../../web/page-headers.ts';
import { BASE_STYLE } from '../../web/page-style.ts';
import { plainText, safeText } from '../../web/safe-text.ts';

export const PAGE_HEADERS = pageHeaders(BASE_STYLE);

export interface Frame {
  readonly title: string;
  readonly body: Html;
  /** Who is signed in, in whatever words there are. */
  readonly viewer?: string;
  /** Where the browser goes on to by itself. */
  readonly next?: string;
}

export function pageOf({ title, body, viewer, next }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${next === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${next}">`}
<title>${plainText(title)} · Hallpass</title>
<style>${raw(BASE_STYLE)}</style>
</head>
<body>
<main>
<h1>${safeText(title)}</h1>
${body}
<footer>Hallpass perimeter${viewer === undefined ? '' : html` · you are signed in as ${safeText(viewer)}`}</footer>
</main>
</body>
</html>`;
}
