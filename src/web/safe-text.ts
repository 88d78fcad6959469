import { html } from 'hono/html';
import type { Html } from './html.ts';

/**
 * What is not seen, or changes how its neighbours are seen: controls, bidi marks, zero width, fillers, tags, variation selectors, private use,
 * line breaks of other alphabets. Space, tab and line break are seen well enough.
 */
const ODD = new RegExp(
  [
    '[^\\P{C}\\t\\n]',
    '\\p{Zl}|\\p{Zp}',
    '\\u034f|\\u115f|\\u1160|\\u17b4|\\u17b5|\\u3164|\\uffa0',
    '[\\u180b-\\u180f]|[\\ufe00-\\ufe0f]|[\\u{e0100}-\\u{e01ef}]',
  ].join('|'),
  'gu',
);

/** Alphabets with letters that look like those of another one of them. */
const LOOKALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/**
 * Somebody else's text, so that nobody is deceived by how it looks: escaped, kept apart from the direction of our own text, odd characters by
 * their number, and a word that mixes alphabets marked.
 */
export function safeText(text: string): Html {
  const parts = text
    .split(/(\s+)/u)
    .map((word) => (mixesAlphabets(word) ? html`${visible(word)} <mark>[mixed alphabets]</mark>` : visible(word)));
  return html`<bdi>${parts}</bdi>`;
}

/** The same where there is no markup, as in a title. */
export function plainText(text: string): string {
  return text.replace(ODD, nameOf);
}

function visible(word: string): Html {
  const parts: unknown[] = [];
  let from = 0;
  for (const found of word.matchAll(ODD)) {
    parts.push(word.slice(from, found.index), html`<mark>${nameOf(found[0])}</mark>`);
    from = found.index + found[0].length;
  }
  return html`${parts}${word.slice(from)}`;
}

function nameOf(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}

function mixesAlphabets(word: string): boolean {
  return LOOKALIKE.filter((alphabet) => alphabet.test(word)).length > 1;
}
