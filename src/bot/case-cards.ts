import { AppError, codeOf } from '../access/core/app-error.ts';
import type { Address, Message, PostedMessage } from '../chat/surface.ts';
import type { CaseView, Link, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { createAdoption } from './adopt-card.ts';
import { cardLink, cardsOf, digestOf, hasHidden, isKnown, type Card, type CardRole } from './card-link.ts';
import { unreadable } from './channel-looks.ts';
import type { Channels, Surfaces } from './channels.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { keepCard, postCard } from './keep-card.ts';
import type { Operators } from './operators.ts';
import { recentCases } from './recent-cases.ts';
import { createLaterRefreshes } from './refresh-later.ts';
import { shownThere } from './shown-there.ts';

/** One message that a case should have. */
export interface WantedCard {
  readonly key: string;
  readonly role: CardRole;
  readonly message: Message;
  /** Tried in this order; a channel must be fit. Empty: kept up to date where it stands, not posted. */
  readonly postTo: readonly Address[];
  readonly mayRepost: boolean;
}

/** Turns a case's newest snapshot into the messages it should have; `undefined` for a case that has none. */
export type Project = (view: CaseView) => Promise<readonly WantedCard[] | undefined>;

export interface CaseCards {
  /** Renders every message of the case. Throws the first failure that may pass, after everything else was tried. */
  refresh(caseId: string, link: (link: Link) => Promise<void>): Promise<void>;
  /** Makes a message that somebody pressed a card of the case, unless it is one of another case or there are too many of them. */
  adopt(caseId: string, message: PostedMessage): void;
  /** Renders a case outside of any command, and tries again for a while where that fails. */
  refreshSoon(caseId: string): void;
  /** Renders again what was hidden because of an unfit channel, of open cases and of those that ended lately. */
  refreshHidden(): void;
  /** No more refreshes outside of commands. */
  stop(): void;
}

export interface CaseCardsOptions {
  readonly runtime: Runtime;
  readonly surfaces: Surfaces;
  readonly channels: Channels;
  readonly operators: Operators;
  readonly log: Log;
  readonly project: Project;
  /** The role an adopted message plays in a case. */
  readonly adoptedRole: (view: CaseView) => CardRole;
}

export function createCaseCards(options: CaseCardsOptions): CaseCards {
  const { runtime, log } = options;
  const lock = createKeyedLock();
  const adoption = createAdoption(options);
  const refresh: CaseCards['refresh'] = (caseId, link) =>
    lock(caseId, async () => {
      const view = runtime.read(caseId);
      const wanted = view && (await options.project(view));
      if (view && wanted) await renderAll(options, view, wanted, link);
    });
  const linkAnyway = (caseId: string) => (link: Link) => runtime.link(caseId, link);
  const later = createLaterRefreshes((caseId) => refresh(caseId, linkAnyway(caseId)), log);
  const cards: CaseCards = {
    refresh,
    adopt(caseId, message) {
      const view = runtime.read(caseId);
      if (!view || isKnown(view, message)) return;
      void adoption(caseId, message).then(
        (adopted) => (adopted ? later.soon(caseId) : undefined),
        (error: unknown) => log.warn({ err: error, caseId }, 'a message could not be adopted'),
      );
    },
    refreshHidden() {
      for (const view of recentCases(runtime)) if (hasHidden(view)) cards.refreshSoon(view.caseId);
    },
    refreshSoon: (caseId) => later.soon(caseId),
    stop: () => later.stop(),
  };
  return cards;
}

async function renderAll(
  options: CaseCardsOptions,
  view: CaseView,
  wanted: readonly WantedCard[],
  link: (link: Link) => Promise<void>,
): Promise<void> {
  const cards = cardsOf(view);
  const again: unknown[] = [];
  for (const each of [...wanted, ...others(cards, wanted)]) {
    try {
      await render(options, view.caseId, each, cards.get(each.key) ?? { role: each.role }, link);
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable || error.code === 'chat.unauthorized') again.push(error);
      else
        options.operators.alert(
          `card:${each.key}`,
          `A message cannot be posted or changed (${error.code}). ${error.hint ?? ''}`,
          { err: error, caseId: view.caseId },
        );
    }
  }
  if (again.length > 0) throw again[0];
}

/** Messages that stand somewhere although configuration no longer names the place, and adopted ones: kept true all the same. */
function others(cards: ReadonlyMap<string, Card>, wanted: readonly WantedCard[]): readonly WantedCard[] {
  return [...cards].flatMap(([key, { role }]) => {
    const like =
      wanted.find((each) => each.role === role) ?? wanted.find((each) => each.role === 'approvers' && role === 'direct');
    return wanted.some((each) => each.key === key) || !like ? [] : [{ ...like, key, role, postTo: [], mayRepost: false }];
  });
}

async function render(
  options: CaseCardsOptions,
  caseId: string,
  wanted: WantedCard,
  card: Card,
  link: (link: Link) => Promise<void>,
): Promise<void> {
  if (card.unreachable !== undefined) return;
  const { surfaces, channels, log } = options;
  const { key, message, mayRepost } = wanted;
  if (card.posted) {
    const surface = surfaces.get(card.posted.platform);
    const repostTo = () => firstFit(channels, mayRepost ? wanted.postTo.slice(0, 1) : []);
    if (!surface || (card.hidden !== true && card.digest === digestOf(message))) return;
    const shown = await shownThere(channels, card.role, card.posted, message);
    await keepCard({ key, card, message: shown, repostTo, surface, link }, card.posted);
    return;
  }
  for (const [index, address] of wanted.postTo.entries()) {
    const surface = surfaces.get(address.platform);
    if (!surface || !(await isFit(channels, address))) continue;
    try {
      await postCard({ key, card, message, repostTo: () => Promise.resolve(undefined), surface, link }, address);
      return;
    } catch (error) {
      const lost = error instanceof AppError && !error.retryable && error.code !== 'chat.unauthorized' && 'userId' in address;
      if (!lost) throw error;
      log.info({ code: codeOf(error), caseId, platform: address.platform }, 'somebody cannot be written to directly');
      // Whoever has not installed the app has no direct messages; their channel card is enough.
      if (index === wanted.postTo.length - 1) await link(cardLink(key, { ...card, unreachable: codeOf(error) }));
    }
  }
}

async function firstFit(channels: Channels, addresses: readonly Address[]): Promise<Address | undefined> {
  for (const address of addresses) if (await isFit(channels, address)) return address;
  return undefined;
}

/** What cannot be read now may be readable soon: nothing is posted, and it is tried again. */
async function isFit(channels: Channels, address: Address): Promise<boolean> {
  if (!('channelId' in address)) return true;
  const fitness = await channels.checkBeforePost(address);
  if (!fitness.fit && fitness.code === 'unreadable') throw unreadable(address, fitness);
  return fitness.fit;
}
