import { personKey, samePerson } from '../access/core/person.ts';
import type { Refusal } from '../access/core/verdict.ts';
import { ACCESS_REQUEST, accessCase } from './access-case.ts';
import type { DeskDeps } from './desk-deps.ts';
import { homeView } from './projections/home-view.ts';
import type { ChatActor } from './surface.ts';
import type { HomeView } from './views.ts';

const RECENT_SHOWN = 5;

/** What this person holds and waits for, and what ended lately. */
export async function showHome(
  { people, runtime, names, settings, openRequests }: DeskDeps,
  actor: ChatActor,
): Promise<HomeView | { readonly refusal: Refusal }> {
  const who = people.personsOf(actor);
  if ('refusal' in who) return who;
  const { persons } = who;
  const open = persons.flatMap((person) =>
    openRequests.of(person).filter(({ context }) => samePerson(context.request.requester, person)),
  );
  const closed = persons
    .flatMap((person) => runtime.closed(ACCESS_REQUEST, { column: 'requester', value: personKey(person) }, RECENT_SHOWN))
    .flatMap((view) => accessCase(view) ?? [])
    .toSorted((a, b) => b.view.seq - a.view.seq)
    .slice(0, RECENT_SHOWN);
  const deciders = [...open, ...closed].flatMap(({ context }) => context.decision?.approver ?? []);
  return homeView({ open, closed, settings, people: await names.known([...persons, ...deciders]) });
}
