import type { KnownBlock } from '@slack/types';
import type { RequesterView, RequestStatus } from '../chat/views.ts';
import { button, buttons, context, linkButton, plainSection, section } from './blocks.ts';
import { durationWords, localTime, utc } from './instants.ts';
import { inMrkdwn } from './mrkdwn.ts';
import { outcomeBlocks, overdueBlocks } from './outcome.ts';

/** The one message to the requester: where the request stands, what happens next, and what they can do about it. */
export function requesterCard(view: RequesterView): KnownBlock[] {
  return [
    section(
      `*${inMrkdwn(view.entitlement.name)} for ${durationWords(view.durationMinutes)}* — you asked ${localTime(view.requestedAt, view.zone)}`,
    ),
    ...STANDING[view.status](view),
    ...(view.inert
      ? []
      : buttons(
          view.sign?.url !== undefined &&
            linkButton('sign', 'Sign this request', view.sign.url, `Sign the request for ${view.entitlement.name}`),
          view.canRelease && button('release', 'I’m done', view.caseId, { says: `Give back ${view.entitlement.name} now` }),
          view.canWithdraw &&
            button('withdraw', 'Withdraw', view.caseId, { says: `Withdraw the request for ${view.entitlement.name}` }),
        )),
  ];
}

export function requesterText(view: RequesterView): string {
  const name = inMrkdwn(view.entitlement.name);
  if (view.refusal !== undefined) return `${name}: refused. ${inMrkdwn(view.refusal.reason)}`;
  if (view.status === 'active' && view.outcome?.endsAt !== undefined)
    return `You have ${name} until ${utc(view.outcome.endsAt, view.zone)}`;
  if (view.outcome !== undefined) return `${name}: ${inMrkdwn(view.outcome.sentence)}`;
  return `${name}: waiting for ${inMrkdwn(view.waitingFor)}`;
}

/** What the requester is told, by where the request stands. */
const STANDING: Readonly<Record<RequestStatus, (view: RequesterView) => KnownBlock[]>> = {
  registering: () => [section('⏳ Your request is being registered.')],
  pending: ({ waitingFor, lapsesAt, zone, sign }) => [
    ...(sign === undefined ? [] : [section('✍️ *Nothing is given before you have signed the request yourself.*')]),
    section(`⏳ Waiting for ${inMrkdwn(waitingFor)}. It lapses ${localTime(lapsesAt, zone)} if nobody decides.`),
  ],
  giving: ({ outcome, zone }) => [
    ...outcomeBlocks(outcome, zone),
    section('⏳ Giving access … Entra usually takes a few seconds.'),
  ],
  denying: ({ outcome, zone }) => outcomeBlocks(outcome, zone),
  active: (view) => [...held(view), ...(view.outcome === undefined ? [] : overdueBlocks(view.outcome, view.zone))],
  ending: ({ outcome, zone }) => [section('⏳ Ending …'), ...outcomeBlocks(outcome, zone)],
  refused: ({ refusal, outcome, zone }) => (refusal === undefined ? outcomeBlocks(outcome, zone) : refusedBlocks(refusal)),
  ended: ({ outcome, zone }) => [
    ...outcomeBlocks(outcome, zone),
    ...(outcome?.confirmedAt === undefined ? [] : [context('What you already opened may keep working for up to an hour.')]),
  ],
};

function held({ entitlement, outcome, zone }: RequesterView): KnownBlock[] {
  const until = outcome?.endsAt === undefined ? '' : ` until ${localTime(outcome.endsAt, zone)}`;
  return [
    section(`🔓 *You have ${inMrkdwn(entitlement.name)}${until}.* Sign in again if you do not see it yet.`),
    ...(outcome === undefined ? [] : [context(inMrkdwn(outcome.sentence))]),
  ];
}

/** What, why in a sentence, what to do now, and where; the code is small print. */
export function refusedBlocks(refusal: {
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
  readonly linkUrl?: string;
}): KnownBlock[] {
  return [
    plainSection(`⛔ ${refusal.reason}`),
    ...(refusal.hint === '' ? [] : [plainSection(refusal.hint)]),
    ...buttons(
      refusal.linkUrl !== undefined &&
        linkButton('link', 'Link my accounts', refusal.linkUrl, 'Link this Slack account to your Microsoft account'),
    ),
    context(`Code: ${inMrkdwn(refusal.code, 80)}`),
  ];
}
