import type { RequesterView } from '../chat/views.ts';
import {
  button,
  card,
  codeLine,
  instant,
  linkButton,
  ownWords,
  paragraph,
  run,
  small,
  type Card,
  type CardJson,
} from './card-parts.ts';
import { outcomeLines } from './outcome.ts';
import { lengthInWords } from './plain-text.ts';

/** The one message to the requester, edited as things happen: what they asked for, where it stands, what they can do. */
export function requesterCard(view: RequesterView): Card {
  const what = `${view.entitlement.name} for ${lengthInWords(view.durationMinutes)}`;
  const body = [paragraph([run(what, { weight: 'Bolder', size: 'Medium' })]), ...stateLines(view)];
  const actions =
    view.inert === true
      ? []
      : [
          ...(view.sign?.url === undefined ? [] : [linkButton('Sign this request', view.sign.url)]),
          ...(view.canWithdraw ? [button('withdraw', 'Withdraw', { caseId: view.caseId })] : []),
          ...(view.canRelease ? [button('release', 'I’m done', { caseId: view.caseId })] : []),
        ];
  return card(`${what}: ${spokenState(view)}`, body, actions);
}

function stateLines(view: RequesterView): CardJson[] {
  const outcome = view.outcome === undefined ? [] : outcomeLines(view.outcome, view.zone);
  const endsAt = view.outcome?.endsAt;
  switch (view.status) {
    case 'registering':
      return [ownWords('Registering your request …')];
    case 'pending':
      return [
        ...(view.sign === undefined
          ? []
          : [paragraph([run('Nothing is given before you have signed the request yourself.', { weight: 'Bolder' })])]),
        paragraph([run('Waiting for '), run(view.waitingFor)]),
        small(`Asked ${instant(view.requestedAt, view.zone)}, lapses ${instant(view.lapsesAt, view.zone)}`),
      ];
    case 'giving':
      return [...outcome, ownWords('Giving access … Entra usually takes a few seconds.')];
    case 'denying':
      return outcome;
    case 'active':
      return [
        paragraph([run(`You have ${view.entitlement.name}`, { weight: 'Bolder' })]),
        ...(endsAt === undefined ? [] : [ownWords(`Until ${instant(endsAt, view.zone)}`, { spacing: 'None' })]),
        ownWords('Sign in again if you do not see it yet.'),
        ...outcome,
      ];
    case 'ending':
      return [...outcome, ownWords('Taking access away …')];
    case 'refused':
      return [...refusalLines(view), ...outcome];
    case 'ended':
      break;
  }
  if (view.outcome?.confirmedAt === undefined) return outcome;
  return [...outcome, small('What you already opened may keep working for up to an hour.')];
}

function refusalLines({ refusal }: RequesterView): CardJson[] {
  if (refusal === undefined) return [];
  return [
    paragraph([run('Refused: ', { weight: 'Bolder' }), run(refusal.reason)]),
    paragraph([run(refusal.hint)]),
    ...codeLine(refusal.code),
  ];
}

function spokenState(view: RequesterView): string {
  if (view.refusal !== undefined) return `${view.refusal.reason} ${view.refusal.hint}`;
  if (view.status === 'pending') return `waiting for ${view.waitingFor}`;
  return view.outcome?.sentence ?? view.status;
}
