import { askAbout } from '../access/directory.ts';
import { mayRequest } from '../access/may-request.ts';
import { personKey, type Person } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import type { DeskDeps } from './desk-deps.ts';
import type { ChatActor } from './surface.ts';

/** A search asks at each keystroke. The list is an offer only: what is submitted is judged afresh. */
const OFFERS_REMEMBERED_MS = 20_000;
const MOST_REMEMBERED = 1_000;

export type Offers =
  | { readonly person: Person; readonly settings: readonly EntitlementSetting[] }
  | { readonly refusal: Refusal };

/** What somebody may ask for, in the order of the file, or why they may ask for nothing. */
export function offersFor({ people, settings, directory }: DeskDeps): (actor: ChatActor) => Promise<Offers> {
  const remembered = new Map<string, { readonly offers: Promise<Offers>; readonly untilMs: number }>();
  const all = [...settings.values()];
  const groupIds = [...new Set(all.flatMap(({ mayRequest: audience }) => audience.groups.map((id) => id.toLowerCase())))];
  const ask = async (person: Person): Promise<Offers> => {
    const { account, groups } = await askAbout(directory, person.objectId, groupIds);
    const verdicts = all.map((setting) => ({ setting, verdict: mayRequest(person, setting, account, groups) }));
    const offered = verdicts.filter(({ verdict }) => verdict.permitted).map(({ setting }) => setting);
    if (offered.length > 0) return { person, settings: offered };
    const unknown = verdicts
      .map(({ verdict }) => verdict)
      .find((verdict) => !verdict.permitted && verdict.code !== 'rule.not-eligible');
    return { refusal: unknown && !unknown.permitted ? unknown : nothingToAskFor };
  };
  return (actor) => {
    const who = people.personOf(actor);
    if ('refusal' in who) return Promise.resolve(who);
    const key = personKey(who.person);
    const entry = remembered.get(key);
    if (entry && entry.untilMs > performance.now()) return entry.offers;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const offers = ask(who.person);
    remembered.set(key, { offers, untilMs: performance.now() + OFFERS_REMEMBERED_MS });
    const forget = () => remembered.delete(key);
    offers.then((answer) => ('refusal' in answer ? forget() : undefined), forget);
    return offers;
  };
}

const nothingToAskFor = refuse(
  'rule.not-eligible',
  'There is nothing you may ask for here.',
  'The rules name people and groups, and you are not among them. Ask whoever runs Hallpass.',
);
