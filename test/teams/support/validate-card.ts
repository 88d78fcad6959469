import { createRequire } from 'node:module';

/** Microsoft's renderer, as its UMD build: its ESM build does not load in Node. It needs no page to validate. */
const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js');

/** What the renderer has to complain about; empty for a good card. */
export function complaintsAbout(card: unknown): readonly string[] {
  const parsed = new AdaptiveCard();
  const context = new SerializationContext();
  parsed.parse(JSON.parse(JSON.stringify(card)), context);
  const parseEvents = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index));
  return [...parseEvents, ...parsed.validateProperties().validationEvents].map((event) => String(event.message));
}

type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** Every object in a card that has this `type`. */
export function partsOf(card: unknown, type: string): readonly Readonly<Record<string, unknown>>[] {
  const found: Readonly<Record<string, unknown>>[] = [];
  const walk = (json: Json): void => {
    if (typeof json !== 'object' || json === null) return;
    if (Array.isArray(json)) {
      json.forEach(walk);
      return;
    }
    if (Reflect.get(json, 'type') === type) found.push(json as Readonly<Record<string, unknown>>);
    Object.values(json).forEach(walk);
  };
  walk(JSON.parse(JSON.stringify(card)));
  return found;
}

/** What a reader sees: all texts in the order of the card. */
export function textOf(card: unknown): string {
  return [...JSON.stringify(card).matchAll(/"text":("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text ?? '""')).join('\n');
}

export const verbsOf = (card: unknown): readonly unknown[] => partsOf(card, 'Action.Execute').map((action) => action['verb']);
