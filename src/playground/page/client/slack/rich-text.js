import { html } from 'html';

/** The `rich_text` block: its own tree, without mrkdwn. */
export function RichText({ block, names }) {
  return block.elements.map((part, index) => html`<${Part} key=${index} part=${part} names=${names} />`);
}

function Part({ part, names }) {
  const content = (part.elements ?? []).map((element, index) => html`<${Leaf} key=${index} element=${element} names=${names} />`);
  if (part.type === 'rich_text_quote') return html`<blockquote class="mk-quote">${content}</blockquote>`;
  if (part.type === 'rich_text_preformatted') return html`<pre class="mk-pre">${content}</pre>`;
  if (part.type === 'rich_text_list') {
    const items = part.elements.map((item, index) => html`<li key=${index}><${Part} part=${item} names=${names} /></li>`);
    return part.style === 'ordered' ? html`<ol class="mk-list">${items}</ol>` : html`<ul class="mk-list">${items}</ul>`;
  }
  return html`<div class="mk-line">${content}</div>`;
}

function Leaf({ element, names }) {
  if (element.type === 'user') return html`<span class="mk-mention">@${names.users[element.user_id] ?? element.user_id}</span>`;
  if (element.type === 'channel')
    return html`<span class="mk-mention">#${names.channels[element.channel_id] ?? element.channel_id}</span>`;
  if (element.type === 'link')
    return html`<a href=${/^https?:/.test(element.url) ? element.url : '#'} target="_blank" rel="noopener noreferrer">${element.text ?? element.url}</a>`;
  if (element.type === 'emoji')
    return html`${element.unicode ? String.fromCodePoint(...element.unicode.split('-').map((part) => Number.parseInt(part, 16))) : `:${element.name}:`}`;
  if (element.type === 'date') return html`<time>${element.fallback ?? new Date(element.timestamp * 1000).toISOString()}</time>`;
  if (element.type !== 'text') return html`<span>${element.text ?? ''}</span>`;
  const style = element.style ?? {};
  let shown = html`${element.text}`;
  if (style.code) shown = html`<code class="mk-code">${shown}</code>`;
  if (style.bold) shown = html`<strong>${shown}</strong>`;
  if (style.italic) shown = html`<em>${shown}</em>`;
  if (style.strike) shown = html`<s>${shown}</s>`;
  return shown;
}
