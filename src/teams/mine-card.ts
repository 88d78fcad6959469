import type { Answer } from '../chat/desk.ts';
import type { HeldGrant, HomeView } from '../chat/views.ts';
import {
  below,
  button,
  card,
  codeLine,
  fitting,
  instant,
  ownWords,
  paragraph,
  run,
  small,
  type Card,
  type CardJson,
} from './card-parts.ts';

/** Of what is held and of what is waited for: with more, a card would be too large for Teams, and nobody could give anything back. */
const ROWS_SHOWN = 15;

interface Around {
  /** What came of the button that was pressed on it. */
  readonly answer?: Answer | undefined;
  /** The reader's, where their client named it. */
  readonly zone?: string | undefined;
}

/** What one person holds and waits for, each with its own button, so that nothing has to be named. */
export function mineCard(view: HomeView, around: Around = {}): Card {
  return fitting((count) => mineCardOf(view, around, count), view.recent.length);
}

function mineCardOf(view: HomeView, { answer, zone }: Around, recent: number): Card {
  const body: CardJson[] = [
    ...(answer === undefined ? [] : answerLines(answer)),
    heading('You have'),
    ...(view.held.length === 0 ? [small('Nothing right now. Ask with “Request access”.')] : rowsOf(view.held, zone)),
    ...(view.waiting.length === 0 ? [] : [heading('You wait for'), ...rowsOf(view.waiting, zone)]),
    ...(recent === 0 ? [] : [heading('Before'), ...view.recent.slice(0, recent).flatMap((entry) => recentRow(entry, zone))]),
  ];
  const spoken = `You have ${view.held.length === 0 ? 'nothing right now' : spokenNames(view.held)}.`;
  return card(spoken, body, [button('form', 'Request access', {})]);
}

function spokenNames(held: readonly HeldGrant[]): string {
  const names = held.slice(0, ROWS_SHOWN).map(({ entitlement }) => entitlement.name);
  return [...names, ...(held.length > ROWS_SHOWN ? [`and ${held.length - ROWS_SHOWN} more`] : [])].join(', ');
}

function answerLines(answer: Answer): CardJson[] {
  if (answer.done) return [paragraph([run(answer.sentence)])];
  return [paragraph([run(`${answer.reason} ${answer.hint}`)]), ...codeLine(answer.code)];
}

const heading = (text: string): CardJson => ownWords(text, { weight: 'Bolder', spacing: 'Medium' });

function rowsOf(grants: readonly HeldGrant[], zone: string | undefined): CardJson[] {
  const more = grants.length - ROWS_SHOWN;
  return [
    ...grants.slice(0, ROWS_SHOWN).map((grant) => heldRow(grant, zone)),
    ...(more > 0 ? [small(`… and ${more} more`)] : []),
  ];
}

function heldRow(grant: HeldGrant, zone: string | undefined): CardJson {
  const until = grant.endsAt === undefined ? STATUS_WORDS[grant.status] : `until ${instant(grant.endsAt, zone)}`;
  const { caseId } = grant;
  const actions = [
    ...(grant.canRelease ? [button('releaseMine', 'I’m done', { caseId })] : []),
    ...(grant.canWithdraw ? [button('withdrawMine', 'Withdraw', { caseId })] : []),
  ];
  return {
    type: 'Container',
    items: [
      paragraph([run(grant.entitlement.name, { weight: 'Bolder' })]),
      below(until),
      ...(actions.length === 0 ? [] : [{ type: 'ActionSet', actions }]),
    ],
  };
}

const STATUS_WORDS: Readonly<Record<HeldGrant['status'], string>> = {
  registering: 'being registered',
  pending: 'waiting for approval',
  giving: 'being given',
  denying: 'being denied',
  active: 'active',
  ending: 'being taken away',
  refused: 'refused',
  ended: 'ended',
};

function recentRow({ entitlement, outcome }: HomeView['recent'][number], zone: string | undefined): CardJson[] {
  return [
    paragraph([run(`${entitlement.name}: ${outcome.sentence}`, { size: 'Small' })]),
    ...(outcome.at === undefined ? [] : [below(instant(outcome.at, zone))]),
  ];
}
