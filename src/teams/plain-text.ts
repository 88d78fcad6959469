/** Shown instead of a character that would change how its neighbours look or hide itself. */
const marked = (char: string): string => `⟦U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;

/** C0 and C1 controls but tab and line feed, and lone halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- finding them is its purpose
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]|\p{Surrogate}/gu;
/**
 * Marks that turn the direction of text or show nothing at all: bidirectional controls (UAX 9), invisible operators and fillers,
 * tag characters. U+200C and U+200D stay: Persian and emoji are written with them.
 */
const UNSEEN =
  /\u00AD|\u061C|[\u115F\u1160]|\u180E|\u200B|[\u200E\u200F]|[\u202A-\u202E]|[\u2060-\u206F]|\u3164|[\uFE00-\uFE0E]|\uFEFF|\uFFA0|[\uFFF9-\uFFFB]|[\u{E0000}-\u{E01EF}]/gu;

/** Breaks what a client might recognise by itself, and shows nothing: U+2060, word joiner. */
const JOINER = '\u2060';

/** Text as a person would see it on paper: nothing in it can reorder, hide or overwrite what stands around it. */
export function visible(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(CONTROLS, marked)
    .replaceAll(UNSEEN, marked);
}

/**
 * Text for a TextRun, which has no Markdown: what is left to take away are mentions (`<at>`), the date functions of cards
 * (`{{DATE()}}`), and addresses that a client would turn into links. It reads as before.
 */
export function inert(text: string): string {
  return visible(text)
    .replaceAll(/<(?=[a-z/!])/gi, `<${JOINER}`)
    .replaceAll('{{', `{${JOINER}{`)
    .replaceAll('](', `]${JOINER}(`)
    .replaceAll(/(?<=[a-z0-9+.-]):(?=\S)/gi, `:${JOINER}`)
    .replaceAll(/@(?=\S)/g, `@${JOINER}`)
    .replaceAll(/(?<=[a-z0-9-])\.(?=[a-z])/gi, `.${JOINER}`);
}

/** Inert text where a client reads Markdown and offers nothing else, as in the answer to a pressed button. */
export function inMarkdown(text: string): string {
  return inert(text).replaceAll(/[\\`*_[\]~]/g, String.raw`\$&`);
}

/** At most `max` UTF-16 units, never half of a surrogate pair; what was cut shows as an ellipsis. */
export function clipped(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** `30 min`, `1 h`, `1 h 30 min`, `2 days`. */
export function lengthInWords(minutes: number): string {
  const days = Math.floor(minutes / 1440);
  if (days > 0 && minutes % 1440 === 0) return days === 1 ? '1 day' : `${days} days`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
