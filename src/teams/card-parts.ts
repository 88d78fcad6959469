import { timeIn } from '../chat/projections/zone.ts';
import { clipped, inert, visible } from './plain-text.ts';

/** JSON of an Adaptive Card. Version 1.5 is the newest that Teams documents for cards of bots. */
export type CardJson = { readonly [key: string]: unknown };
export interface Card {
  readonly type: 'AdaptiveCard';
  readonly version: '1.5';
  readonly body: readonly CardJson[];
  readonly actions?: readonly CardJson[];
  /** For clients that cannot show the card, for notifications and for screen readers. */
  readonly fallbackText: string;
  readonly speak: string;
  readonly [key: string]: unknown;
}

/** Teams cuts or refuses larger messages at limits that differ by page (28, 40, 80, 100 KB); this stays under all of them. */
export const CARD_MAX_BYTES = 25_000;

export interface RunStyle {
  readonly weight?: 'Bolder';
  readonly size?: 'Small' | 'Medium' | 'Large';
  readonly color?: 'Good' | 'Warning' | 'Attention' | 'Accent';
  readonly isSubtle?: boolean;
  readonly fontType?: 'Monospace';
}

/** A piece of text that nobody has to escape: TextRuns have no Markdown. */
export const run = (text: string, style: RunStyle = {}): CardJson => ({ type: 'TextRun', text: inert(text), ...style });

/** What people copy: our codes and commands, whole, with nothing hidden in it. */
export const verbatim = (text: string, style: RunStyle = {}): CardJson => ({ type: 'TextRun', text: visible(text), ...style });

/** A paragraph of runs; every text of a person or of the directory stands in one of these. */
export const paragraph = (inlines: readonly CardJson[], more: CardJson = {}): CardJson => ({
  type: 'RichTextBlock',
  inlines,
  ...more,
});

/** Our own words and instants. TextBlocks read Markdown, so nothing that anybody else wrote or is called stands in one. */
export const ownWords = (text: string, more: CardJson = {}): CardJson => ({ type: 'TextBlock', text, wrap: true, ...more });

export const small = (text: string, more: CardJson = {}): CardJson => ownWords(text, { size: 'Small', isSubtle: true, ...more });

/** An instant right below what happened then. */
export const below = (text: string): CardJson => small(text, { spacing: 'None' });

/**
 * The reader's own time, with UTC beside it. The client fills in the first part, in the zone it is in when it looks; it takes no
 * fractions. Where the reader's zone is known, the time there is said by name as well.
 * @see https://adaptivecards.io/explorer/TextBlock.html
 */
export function instant(iso: string, zone?: string): string {
  const second = `${iso.slice(0, 19)}Z`;
  const there = zone === undefined ? '' : `${timeIn(zone, iso)}, `;
  return `{{DATE(${second},SHORT)}} {{TIME(${second})}} (${there}${utc(iso)})`;
}

/** An instant where no client fills anything in. */
export const utc = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** A link of our own making: only https, and the label is no Markdown. */
export function link(label: string, url: string): CardJson {
  const href = URL.canParse(url) ? new URL(url) : undefined;
  if (href?.protocol !== 'https:') return paragraph([run(label)]);
  return paragraph([
    {
      ...run(label, { color: 'Accent' }),
      underline: true,
      selectAction: { type: 'Action.OpenUrl', url: href.href, title: label },
    },
  ]);
}

/** What a button carries: the case and nothing else. Clients without Action.Execute send the same by Action.Submit. */
export function button(verb: string, title: string, data: CardJson, more: CardJson = {}): CardJson {
  return {
    type: 'Action.Execute',
    verb,
    title,
    data: { v: 1, ...data },
    ...more,
    fallback: { type: 'Action.Submit', title, data: { v: 1, verb, ...data }, ...more },
  };
}

/** Opens a page in the browser; nothing of it comes to us. */
export const linkButton = (title: string, url: string): CardJson => ({ type: 'Action.OpenUrl', title, url });

/** The small print of a refusal. */
export const codeLine = (code: string | undefined): CardJson[] =>
  code === undefined ? [] : [paragraph([verbatim(code, { size: 'Small', isSubtle: true })])];

export function card(spoken: string, body: readonly CardJson[], actions: readonly CardJson[] = []): Card {
  const text = clipped(inert(spoken), 600);
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    body,
    ...(actions.length > 0 ? { actions } : {}),
    fallbackText: text,
    // `speak` may hold SSML, so nothing of it may look like a tag.
    speak: text.replaceAll(/[<>&]/g, ' '),
    msteams: { width: 'Full' },
  };
}

export function bytesOf(json: unknown): number {
  return Buffer.byteLength(JSON.stringify(json), 'utf8');
}

/** The largest card of a row of ever smaller ones that fits into a message. */
export function fitting(make: (items: number) => Card, items: number): Card {
  let count = items;
  let made = make(count);
  while (count > 0 && bytesOf(made) > CARD_MAX_BYTES) {
    count = Math.floor(count * 0.8);
    made = make(count);
  }
  return made;
}
