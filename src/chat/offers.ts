import { askAbout } from '../access/directory.ts';
import { mayRequest } from '../access/may-request.ts';
import { personKey, sameTenant, type Person } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import type { DeskDeps } from './desk-deps.ts';
import type { ChatActor } from './surface.ts';

/** A search asks at each keystroke. The list is an offer only: what is submitted is judged afresh. */
const OFFERS_REMEMBERED_MS = 20_000;
const MOST_REMEMBERED = 1_000;

export type Offers = { readonly settings: readonly EntitlementSetting[] } | { readonly refusal: Refusal };

/** What somebody may ask for in all their tenants, in the order of the file, or why they may ask for nothing. */
export function offersFor({ people, settings, directoryOf }: DeskDeps): (actor: ChatActor) => Promise<Offers> {
  const remembered = new Map<string, { readonly offers: Promise<Offers>; readonly untilMs: number }>();
  const all = [...settings.values()];
  const ask = async (person: Person): Promise<Offers> => {
    const there = all.filter(({ tenantId }) => sameTenant(tenantId, person.tenantId));
    const groupIds = [...new Set(there.flatMap(({ mayRequest: audience }) => audience.groups.map((id) => id.toLowerCase())))];
    const { account, groups } = await askAbout(directoryOf(person.tenantId), person.objectId, groupIds);
    const verdicts = there.map((setting) => ({ setting, verdict: mayRequest(person, setting, account, groups) }));
    const offered = verdicts.filter(({ verdict }) => verdict.permitted).map(({ setting }) => setting);
    if (offered.length > 0) return { settings: offered };
    const unknown = verdicts
      .map(({ verdict }) => verdict)
      .find((verdict) => !verdict.permitted && verdict.code !== 'rule.not-eligible');
    return { refusal: unknown && !unknown.permitted ? unknown : nothingToAskFor };
  };
  const remember = (person: Person): Promise<Offers> => {
    const key = personKey(person);
    const entry = remembered.get(key);
    if (entry && entry.untilMs > performance.now()) return entry.offers;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const offers = ask(person);
    remembered.set(key, { offers, untilMs: performance.now() + OFFERS_REMEMBERED_MS });
    const forget = () => remembered.delete(key);
    offers.then((answer) => ('refusal' in answer ? forget() : undefined), forget);
    return offers;
  };
  return async (actor) => {
    const who = people.personsOf(actor);
    if ('refusal' in who) return who;
    const answers = await Promise.all(who.persons.map(remember));
    const offered = new Set(answers.flatMap((answer) => ('settings' in answer ? answer.settings : [])));
    if (offered.size > 0) return { settings: all.filter((setting) => offered.has(setting)) };
    const refusals = answers.flatMap((answer) => ('refusal' in answer ? answer.refusal : []));
    // One tenant that could not be asked is no "nothing".
    return { refusal: refusals.find(({ code }) => code !== nothingToAskFor.code) ?? nothingToAskFor };
  };
}

const nothingToAskFor = refuse(
  'rule.not-eligible',
  'There is nothing you may ask for here.',
  'The rules name people and groups, and you are not among them. Ask whoever runs Hallpass.',
);
