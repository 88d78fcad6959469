import { html } from 'hono/html';
import { currentStage, stillMissing } from '../../access/core/approvals.ts';
import type { Clock } from '../../access/core/clock.ts';
import type { EndedHow } from '../../access/core/perimeter-api.ts';
import { type Person, samePerson } from '../../access/core/person.ts';
import type { CaseView } from '../../durable/port.ts';
import type { GrantDecisionRecord } from '../../../flows/grant.ts';
import { contextOf, stateNameOf } from '../grant-flow.ts';
import type { Waiting } from '../guardrails/judge.ts';
import type { Names } from './names.ts';
import { safeText } from '../../web/safe-text.ts';
import type { Html } from '../../web/html.ts';
import { counted, instantWords, lengthWords } from '../../web/time-words.ts';

const ENDED: Readonly<Record<EndedHow, string>> = {
  denied: 'Nothing was given.',
  lapsed: 'Nobody decided in time. Nothing was given.',
  withdrawn: 'It was taken back before it was given.',
  released: 'It was given back early, and is over.',
  revoked: 'It was ended early.',
  expired: 'It reached its end, and is over.',
  gone: 'It is over.',
  left: 'It is over; somebody else had given the same, and that stays.',
};

/** Where the request stands, in a sentence or two, the newest word first. */
export async function whatBecame(
  view: CaseView,
  grant: Waiting,
  viewer: Person,
  { names, clock }: { readonly names: Names; readonly clock: Clock },
): Promise<Html> {
  const last = grant.decisions.at(-1);
  const said = last === undefined ? '' : await spoken(last, viewer, names, clock.now());
  return html`${said} ${standing(view, grant)}`;
}

async function spoken(
  { approver, decision, decidedAt }: GrantDecisionRecord,
  viewer: Person,
  names: Names,
  nowMs: number,
): Promise<Html> {
  const ago = lengthWords((nowMs - Date.parse(decidedAt)) / 1_000);
  const verb = decision === 'approve' ? 'approved' : 'denied';
  if (samePerson(approver, viewer)) return html`You ${verb} this ${ago} ago. Thank you.`;
  const { name } = await names.person(approver);
  return html`${name === undefined ? 'Somebody' : safeText(name)} ${verb} this ${ago} ago.`;
}

function standing(view: CaseView, grant: Waiting): string {
  const { endsAt, endedHow, refusal } = contextOf(view);
  const until = endsAt === undefined ? '' : ` until ${instantWords(endsAt)}`;
  switch (stateNameOf(view.state)) {
    case 'registered':
      return waitingFor(grant);
    case 'checking':
    case 'giving':
      return `It is being given${until}. Nothing to do.`;
    case 'active':
      return `It is given${until}. Nothing to do.`;
    case 'taking':
      return 'It is being taken away. Nothing to do.';
    case 'refused':
      return `It was not given: ${refusal?.hint ?? ''}`;
    default:
      return `${endedHow === undefined ? 'It is over.' : ENDED[endedHow]} Nothing to do.`;
  }
}

function waitingFor({ opening: { needs }, decisions, signature }: Waiting): string {
  const stage = currentStage(needs, decisions);
  const round = needs.stages.length > 1 && stage !== undefined ? ` in round ${stage + 1} of ${needs.stages.length}` : '';
  const missing = [
    ...(stage === undefined ? [] : [`${counted(stillMissing(needs, decisions), 'approval')}${round}`]),
    ...(needs.requesterSigns && signature === undefined ? ["the requester's own signature"] : []),
  ];
  return `It waits for ${missing.join(' and ')}.`;
}
