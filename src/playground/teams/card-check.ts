import { createRequire } from 'node:module';
import { checkCardShape } from './card-shapes.ts';
import { isWire, type Wire } from '../wire.ts';

/** What we use of the UMD build; its ES modules do not load in Node (extension-less imports). */
interface AdaptiveCardsLibrary {
  readonly AdaptiveCard: new () => {
    hostConfig: unknown;
    parse(json: unknown, context: SerializationContext): void;
    validateProperties(): { readonly validationEvents: readonly ValidationEvent[] };
  };
  readonly HostConfig: new (config: object) => unknown;
  readonly SerializationContext: new (version: unknown) => SerializationContext;
  readonly Versions: { readonly v1_5: unknown };
}
interface SerializationContext {
  readonly eventCount: number;
  getEventAt(index: number): ValidationEvent;
}
interface ValidationEvent {
  readonly event: number;
  readonly message: string;
}

const library = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as AdaptiveCardsLibrary;

/** `Hint`, `Deprecated` and the two about labels of required inputs are advice, not faults. */
const ADVICE: ReadonlySet<number> = new Set([0, 3, 15, 16]);

/** The highest version that Teams documents for cards sent by bots (learn.microsoft.com …/cards/cards-reference). */
const HIGHEST_MINOR = 5;
/** Action.Execute needs 1.4 (…/Universal-actions-for-adaptive-cards/Work-with-Universal-Actions-for-Adaptive-Cards). */
const EXECUTE_MINOR = 4;
/** `refresh.userIds` takes at most 60 ids (same page). */
const REFRESH_USERS = 60;
/** Teams shows at most 6 primary actions of a card (adaptivecards.io host configuration of Teams). */
const MOST_ACTIONS = 6;

/** Everything wrong with a card that a bot sends to Teams; empty when it may pass. */
export function checkCard(card: unknown): string[] {
  if (!isWire(card)) return ['the content of the attachment is not an object'];
  if (card['type'] !== 'AdaptiveCard') return ['type must be AdaptiveCard'];
  const version = /^1\.(\d+)$/.exec(String(card['version']))?.[1];
  if (version === undefined) return ['version must be given as 1.x'];
  const minor = Number(version);
  const wrong = minor > HIGHEST_MINOR ? [`version 1.${minor} is above 1.${HIGHEST_MINOR}`] : [];
  wrong.push(...checkCardShape(card));
  if (wrong.length > 0) return wrong;
  const context = new library.SerializationContext(library.Versions.v1_5);
  const parsed = new library.AdaptiveCard();
  parsed.hostConfig = new library.HostConfig({ actions: { maxActions: MOST_ACTIONS } });
  parsed.parse(structuredClone(card), context);
  const events = [
    ...Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index)),
    ...parsed.validateProperties().validationEvents,
  ];
  wrong.push(...events.filter(({ event }) => !ADVICE.has(event)).map(({ message }) => message));
  const parts = [...partsOf(card)];
  if (minor < EXECUTE_MINOR && parts.some((part) => part['type'] === 'Action.Execute')) {
    wrong.push(`Action.Execute needs version 1.${EXECUTE_MINOR}`);
  }
  wrong.push(...inputIds(parts), ...refreshProblems(card['refresh']));
  return wrong;
}

function inputIds(parts: readonly Wire[]): string[] {
  const ids = parts.filter((part) => String(part['type']).startsWith('Input.')).map((part) => String(part['id']));
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `two inputs have the id ${id}`);
}

function refreshProblems(refresh: unknown): string[] {
  if (refresh === undefined) return [];
  if (!isWire(refresh) || !isWire(refresh['action'])) return ['refresh needs an action'];
  const users = refresh['userIds'];
  if (users === undefined) return [];
  if (!Array.isArray(users) || users.length > REFRESH_USERS) return [`refresh.userIds takes at most ${REFRESH_USERS} ids`];
  const strangers = users.filter((id) => typeof id !== 'string' || !id.startsWith('29:'));
  return strangers.length > 0 ? ['refresh.userIds takes ids of Teams (29:…), not object ids'] : [];
}

/** Every element and action of a card, at any depth; fallbacks are not shown, so they are left out. */
export function* partsOf(value: unknown): Generator<Wire> {
  if (Array.isArray(value)) {
    for (const item of value) yield* partsOf(item);
  } else if (isWire(value)) {
    if (typeof value['type'] === 'string') yield value;
    for (const [name, inner] of Object.entries(value)) {
      if (name !== 'fallback' && name !== 'data' && name !== 'refresh') yield* partsOf(inner);
    }
  }
}
