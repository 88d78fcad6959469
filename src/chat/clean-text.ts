/** C0 and C1 controls but tab and line feed: they mean nothing to a reader, and something to a terminal or a log. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;
/** Explicit direction embeddings, overrides and isolates can reorder what stands beside them (Unicode UAX 9). */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What somebody typed, as it is kept: line ends unified, controls and direction overrides gone, no half characters. Mentions,
 * links and Markdown stay as typed; each surface shows them as plain text (design.md 5.9). Marks of single letters
 * (left-to-right, right-to-left) stay, since some scripts need them.
 */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROLS, '').replace(DIRECTION, '').toWellFormed().trim();
}
