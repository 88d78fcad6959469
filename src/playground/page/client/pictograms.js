import { html } from 'html';

/**
 * The few emoji that the cards use, drawn by the page: not every machine has a font for them, and a box where a sign should
 * be looks like a fault. What is not here stays the character that it is.
 */
const SIGNS = {
  '⚠': ['warning', 'warn', 'M8 2.5l6 11H2l6-11zM8 6.6v3M8 11.5v.1'],
  '🚨': ['alarm', 'bad', 'M4 12V8.5a4 4 0 0 1 8 0V12M2.5 13h11M8 2.2V1M3.4 4.2l-.9-.9M12.6 4.2l.9-.9'],
  '⏳': ['waiting', 'quiet', 'M4.5 2h7M4.5 14h7M5.2 2v2.4L8 8l-2.8 3.6V14M10.8 2v2.4L8 8l2.8 3.6V14'],
  '🔓': ['open', 'good', 'M4 7.5h8v6H4v-6zM5.5 7.5V5a2.5 2.5 0 0 1 4.9-.7'],
  '🔒': ['locked', 'quiet', 'M4 7.5h8v6H4v-6zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5'],
  '🔑': ['key', 'warn', 'M5.5 13a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM7.5 8.4L13.5 2.5M11 5l2 2'],
  '👤': ['person', 'quiet', 'M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.5c.6-2.4 2.5-3.6 5-3.6s4.4 1.2 5 3.6'],
  '💤': ['resting', 'quiet', 'M12.8 9.6A5.4 5.4 0 0 1 6.4 3.2a5.4 5.4 0 1 0 6.4 6.4z'],
  '✅': ['done', 'good', 'M3 8.5l3.3 3.3L13 4.6'],
  '❌': ['no', 'bad', 'M4 4l8 8M12 4l-8 8'],
  '⛔': ['stop', 'bad', 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5 8h6'],
  '🚫': ['stop', 'bad', 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4'],
  '⌛': ['over', 'quiet', 'M4.5 2h7M4.5 14h7M5.2 2v2.4L8 8l-2.8 3.6V14M10.8 2v2.4L8 8l2.8 3.6V14'],
  '🔔': ['reminder', 'warn', 'M4 11.5V7.6a4 4 0 0 1 8 0v3.9M2.8 11.5h10.4M6.8 13.6h2.4'],
  ℹ: ['note', 'quiet', 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.4v3.6M8 5.1v.1'],
};
const CODES = {
  white_check_mark: '✅', heavy_check_mark: '✅', x: '❌', warning: '⚠', rotating_light: '🚨', hourglass_flowing_sand: '⏳', hourglass: '⌛',
  lock: '🔒', unlock: '🔓', key: '🔑', no_entry: '⛔', no_entry_sign: '🚫', bell: '🔔', zzz: '💤', information_source: 'ℹ', bust_in_silhouette: '👤',
}; // biome-ignore format: a table
const FIND = new RegExp(`(${Object.keys(SIGNS).join('|')})\\uFE0F?|:([a-z0-9_+-]+):`, 'u');

/** Text with its signs drawn. */
export function withSigns(text) {
  const found = FIND.exec(text);
  if (!found) return text;
  const [whole, sign, code] = found;
  const known = SIGNS[sign ?? CODES[code]];
  const rest = withSigns(text.slice(found.index + whole.length));
  if (!known) return html`${text.slice(0, found.index)}${whole}${rest}`;
  const [label, tone, path] = known;
  return html`${text.slice(0, found.index)}<svg class=${`sign sign-${tone}`} viewBox="0 0 16 16" role="img" aria-label=${label}><path d=${path} /></svg>${rest}`;
}

/** The same inside markup that is already escaped. */
export function signsInMarkup(markup) {
  return markup.replace(new RegExp(FIND.source, 'gu'), (whole, sign, code) => {
    const known = SIGNS[sign ?? CODES[code]];
    return known
      ? `<svg class="sign sign-${known[1]}" viewBox="0 0 16 16" role="img" aria-label="${known[0]}"><path d="${known[2]}"/></svg>`
      : whole;
  });
}
