/** Forms, links and text of a page. Enough for pages that are written by hand and carry no scripts of their own making. */
export interface Form {
  readonly method: 'GET' | 'POST';
  /** As written; undefined leads to the page itself. */
  readonly action: string | undefined;
  /** What is sent whichever button is pressed: inputs as they stand, without what is unchecked or disabled. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly buttons: readonly Button[];
}
export interface Button {
  /** Accessible name: aria-label, else the text, else the value. */
  readonly text: string;
  readonly name: string;
  readonly value: string;
  /** `formaction`. */
  readonly action: string | undefined;
}
export interface Link {
  readonly text: string;
  readonly href: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

export function decoded(text: string): string {
  return text.replaceAll(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x') || name.startsWith('#X')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return ENTITIES[name.toLowerCase()] ?? whole;
  });
}

/** What a person reads, with one space where there were several, without styles and scripts. */
export function textOf(html: string): string {
  const visible = html
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/<(script|style|head|template)\b.*?<\/\1\s*>/gis, ' ')
    .replaceAll(/<[^>]*>/g, ' ');
  return decoded(visible).replaceAll(/\s+/g, ' ').trim();
}

export const titleOf = (html: string): string => decoded(/<title[^>]*>(.*?)<\/title>/is.exec(html)?.[1] ?? '').trim();

/** Where a page goes on to by itself, at once. */
export function refreshOf(html: string): string | undefined {
  return [...html.matchAll(/<meta\b([^>]*)>/gi)]
    .map(([, attributes = '']) => attributesOf(attributes))
    .filter((each) => each['http-equiv']?.toLowerCase() === 'refresh')
    .map(({ content = '' }) => /^\s*0\s*;\s*url\s*=\s*(.+)$/is.exec(content)?.[1]?.trim())
    .find((each) => each !== undefined);
}

export function linksOf(html: string): readonly Link[] {
  return [...html.matchAll(/<a\b([^>]*)>(.*?)<\/a\s*>/gis)].flatMap(([, attributes = '', inner = '']) => {
    const { href, 'aria-label': label } = attributesOf(attributes);
    return href === undefined ? [] : [{ href, text: label ?? textOf(inner) }];
  });
}

export function formsOf(html: string): readonly Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form\s*>/gis)].map(([, attributes = '', inner = '']) => {
    const { method = 'get', action } = attributesOf(attributes);
    return {
      method: method.toLowerCase() === 'post' ? 'POST' : 'GET',
      action: action === '' ? undefined : action,
      fields: fieldsOf(inner),
      buttons: buttonsOf(inner),
    };
  });
}

function fieldsOf(inner: string): Form['fields'] {
  const inputs = [...inner.matchAll(/<input\b([^>]*)>/gi)].flatMap(([, text = '']) => {
    const { name, value = '', type = 'text', checked, disabled } = attributesOf(text);
    const isChoice = type === 'checkbox' || type === 'radio';
    if (name === undefined || name === '' || disabled !== undefined) return [];
    if (['submit', 'image', 'button', 'reset'].includes(type) || (isChoice && checked === undefined)) return [];
    return [{ name, value: isChoice && value === '' ? 'on' : value }];
  });
  const areas = [...inner.matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea\s*>/gis)].flatMap(([, text = '', content = '']) => {
    const { name } = attributesOf(text);
    return name === undefined ? [] : [{ name, value: decoded(content) }];
  });
  return [...inputs, ...areas];
}

function buttonsOf(inner: string): readonly Button[] {
  const buttons = [...inner.matchAll(/<button\b([^>]*)>(.*?)<\/button\s*>/gis)].flatMap(([, text = '', content = '']) => {
    const { name = '', value = '', type = 'submit', formaction, disabled, 'aria-label': label } = attributesOf(text);
    if (type !== 'submit' || disabled !== undefined) return [];
    return [{ name, value, action: formaction, text: label ?? textOf(content) }];
  });
  const inputs = [...inner.matchAll(/<input\b([^>]*)>/gi)].flatMap(([, text = '']) => {
    const { name = '', value = 'Submit', type, formaction, disabled, 'aria-label': label } = attributesOf(text);
    return type === 'submit' && disabled === undefined ? [{ name, value, action: formaction, text: label ?? value }] : [];
  });
  return [...buttons, ...inputs];
}

function attributesOf(text: string): Partial<Record<string, string>> {
  const found = [...text.matchAll(/([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)];
  return Object.fromEntries(found.map(([, name = '', a, b, c]) => [name.toLowerCase(), decoded(a ?? b ?? c ?? '')]));
}
