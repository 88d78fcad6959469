/**
 * Text of people, made harmless for Slack. `plain_text` objects render no markup at all, so free text goes there whole
 * (`tame`); names and titles inside our own mrkdwn sentences lose every character that could format, mention or link.
 * Every mrkdwn object of ours is `verbatim`, which switches off Slack's own linking of bare URLs, channels and names.
 * @see https://docs.slack.dev/messaging/formatting-message-text
 */

/** Slack refuses empty text objects. */
const NOTHING = '(empty)';

/** Control, direction and invisible characters, but the two joiners that scripts and emoji need. */
const INVISIBLE = /(?![\u200C\u200D])[\p{Cf}\u{115F}\u{1160}\u{2800}\u{3164}\u{FFA0}]/gu;
const BLANKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/** Stacked marks climb over the lines above and below; no script needs more than a few. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** One line without control, direction or invisible characters: a line break could otherwise forge a fact of ours. */
export function tame(text: string): string {
  const line = text.toWellFormed().replace(INVISIBLE, '').replace(STACKED_MARKS, '$1').replace(BLANKS, ' ').trim();
  return line === '' ? NOTHING : line;
}

/** At most `max` UTF-16 units (Slack's count), never half a character; what is cut ends in an ellipsis. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > max - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Tame text for a `plain_text` object. */
export function plain(text: string, max: number): string {
  return clip(tame(text), max);
}

/** Looks alike, formats nothing. Slack has no escape for its formatting characters, only for `&`, `<` and `>`. */
const LOOKALIKE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' };

function unformatted(line: string): string {
  return line
    .replace(/:(?=[^\s:]+:)/gu, '∶') // :emoji:
    .replace(/[*_~`]/g, (character) => LOOKALIKE[character] ?? '')
    .replace(/^>+/, '›'); // a quote
}

const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The three characters that Slack reads as syntax. */
export function escape(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITY[character] ?? '');
}

/** Somebody's text inside a mrkdwn sentence of ours; at most `max` units after escaping, never half an entity. */
export function inMrkdwn(text: string, max = 300): string {
  return escapeWithin(unformatted(tame(text)), max);
}

/** An exact command to copy. Backticks would end the fence. */
export function codeBlock(command: string, max = 2_000): string {
  return `\`\`\`${escapeWithin(tame(command).replaceAll('`', 'ˋ'), max)}\`\`\``;
}

/** A longer address would not fit beside its sentence once `&` is escaped. */
const LINK_MAX_CHARS = 1_500;

/** A link of ours. Only https, and nothing that could end the link early; anything else shows its label alone. */
export function link(url: string, label: string): string {
  const shown = inMrkdwn(label, 100).replaceAll('|', '¦');
  const address = /^https:\/\/[^\s<>|"`]+$/.test(url) ? escape(url) : '';
  return address === '' || address.length > LINK_MAX_CHARS ? shown : `<${address}|${shown}>`;
}

function escapeWithin(text: string, max: number): string {
  const whole = escape(text);
  if (whole.length <= max) return whole;
  let kept = '';
  for (const character of text) {
    const escaped = escape(character);
    if (kept.length + escaped.length > max - 1) break;
    kept += escaped;
  }
  return `${kept}…`;
}
