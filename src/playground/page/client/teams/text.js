import { html } from 'html';
import { signsInMarkup } from '../pictograms.js';

/** The text of a Teams message: a little Markdown, everything else as it is. */
export function TeamsText({ text }) {
  return String(text)
    .split(/\n+/)
    .map((line, index) => html`<p key=${index} dangerouslySetInnerHTML=${{ __html: markdown(line) }} />`);
}

/**
 * The Markdown that Teams shows in cards and messages: bold, italic, links, code. Every sign of HTML is escaped before
 * anything else, so that what is not one of these marks stays visible text.
 */
export function markdown(text) {
  const kept = [];
  const keep = (shown) => `\u0000${kept.push(shown) - 1}\u0000`;
  const safe = String(text)
    .replaceAll('\u0000', '')
    .replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
  const marked = safe
    .replace(/\\([\\`*_{}[\]()#+\-.!~|<>])/g, (_, sign) => keep(sign))
    .replace(/`([^`]+)`/g, (_, code) => keep(`<code>${code}</code>`))
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, (_, label, url) =>
      keep(`<a href="${url}" target="_blank" rel="noopener noreferrer">${label}</a>`),
    )
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|[^\w*])[*_]([^*_\s][^*_]*)[*_](?!\w)/g, '$1<em>$2</em>')
    .replace(/\u0000(\d+)\u0000/g, (_, index) => kept[Number(index)]);
  return signsInMarkup(marked);
}
