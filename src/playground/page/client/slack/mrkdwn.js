import { html } from 'html';
import { withSigns } from '../pictograms.js';
import { dayOf, timeOf, zoneName } from '../time.js';

/**
 * Slack's mrkdwn as a tree of elements: what is not one of its marks stays text. Only the marks that Slack documents do
 * anything, and what Hallpass escaped (&lt; &gt; &amp;) comes out as the sign itself.
 */
export function Mrkdwn({ text, names }) {
  return String(text ?? '')
    .split(/```\n?([^]*?)\n?```\n?/)
    .map((part, index) =>
      index % 2 === 1
        ? html`<pre class="mk-pre" key=${index}>${unescape(part)}</pre>`
        : part !== '' && html`<${Lines} key=${index} text=${part} names=${names} />`,
    );
}

function Lines({ text, names }) {
  return text.split('\n').map((line, index, lines) => {
    const quoted = /^&gt;\s?/.test(line);
    const content = inline(quoted ? line.replace(/^&gt;\s?/, '') : line, names);
    if (quoted) return html`<blockquote class="mk-quote" key=${index}>${content}</blockquote>`;
    return html`<span key=${index}>${content}${index < lines.length - 1 && html`<br />`}</span>`;
  });
}

/** Text of a `plain_text` object: nothing in it is markup, only signs and their :shortcodes: are drawn. */
export function Plain({ text }) {
  return html`${withSigns(String(text ?? ''))}`;
}

export function TextObject({ text, names }) {
  if (!text) return null;
  return text.type === 'mrkdwn'
    ? html`<${Mrkdwn} text=${text.text} names=${names} />`
    : html`<span class="plain"><${Plain} text=${text.text} /></span>`;
}

const TOKEN =
  /<([^<>]+)>|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])/;

function inline(text, names) {
  const found = TOKEN.exec(text);
  if (!found) return text === '' ? null : withSigns(unescape(text));
  const [whole, angle, code, bold, italic, strike] = found;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + whole.length);
  let middle;
  if (angle !== undefined) middle = token(angle, names);
  else if (code !== undefined) middle = html`<code class="mk-code">${unescape(code)}</code>`;
  else if (bold !== undefined) middle = html`<strong>${inline(bold, names)}</strong>`;
  else if (italic !== undefined) middle = html`<em>${inline(italic, names)}</em>`;
  else middle = html`<s>${inline(strike, names)}</s>`;
  return html`${inline(before, names)}${middle}${inline(after, names)}`;
}

function token(body, names) {
  const [target, label] = split(body);
  if (target.startsWith('@'))
    return html`<span class="mk-mention">@${names.users[target.slice(1)] ?? label ?? target.slice(1)}</span>`;
  if (target.startsWith('#'))
    return html`<span class="mk-mention">#${label ?? names.channels[target.slice(1)] ?? target.slice(1)}</span>`;
  if (target.startsWith('!date')) return date(target, label);
  if (target.startsWith('!')) return html`<span class="mk-mention mk-loud">@${target.slice(1)}</span>`;
  if (/^(https?:|mailto:)/.test(target))
    return html`<a href=${unescape(target)} target="_blank" rel="noopener noreferrer">${unescape(label ?? target)}</a>`;
  return unescape(`<${body}>`);
}

function split(body) {
  const bar = body.indexOf('|');
  return bar === -1 ? [body, undefined] : [body.slice(0, bar), body.slice(bar + 1)];
}

/** `<!date^unix^{time} …|fallback>` in the reader's own zone, with the UTC of the fallback as its title. */
function date(target, fallback) {
  const [, seconds, format] = target.split('^');
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return fallback ?? target;
  const iso = at.toISOString();
  const shown = format
    .replaceAll('{time_secs}', at.toLocaleTimeString(undefined, { hour12: false }))
    .replaceAll('{time}', timeOf(iso))
    .replaceAll(/\{date(_num|_short|_long)?(_pretty)?\}/g, (_, form) => (form === '_num' ? iso.slice(0, 10) : dayOf(iso)))
    .replaceAll('{ago}', 'just now');
  return html`<time datetime=${iso} title=${`${fallback ?? iso} · shown in ${zoneName}`}>${shown}</time>`;
}

const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
