import type { KnownBlock } from '@slack/types';
import type { RequestStatus, RequestView } from '../chat/views.ts';
import { button, buttons, context, linkButton, quote, section } from './blocks.ts';
import { durationWords, localTime } from './instants.ts';
import { inMrkdwn, plain } from './mrkdwn.ts';
import { outcomeBlocks } from './outcome.ts';

/** Where it stands, beside what happened. Icon and words together: no meaning hangs on the picture. */
const STATE: Readonly<Partial<Record<RequestStatus, string>>> = {
  registering: '⏳ Being registered. Nobody can decide yet.',
  giving: '⏳ Giving access … Entra usually takes a few seconds.',
  active: '🔓 Access is given.',
  ending: '⏳ Taking the access away …',
};

/** The card for approvers: who, what, how long; why; what is unusual; the facts; buttons while a decision could count. */
export function requestCard(view: RequestView): KnownBlock[] {
  return [
    section(headline(view)),
    quote(view.justification),
    ...(view.unusual.length > 0
      ? [
          section(
            `⚠️ *Unusual:* ${view.unusual
              .slice(0, 10)
              .map((phrase) => inMrkdwn(phrase, 150))
              .join(' · ')}`,
          ),
        ]
      : []),
    section(facts(view)),
    ...progress(view),
    ...outcomeBlocks(view.outcome),
    ...standing(STATE[view.status]),
    ...decisionButtons(view),
  ];
}

export function requestText(view: RequestView): string {
  const asks = `${inMrkdwn(view.requester.name)} asks for ${inMrkdwn(view.entitlement.name)} for ${durationWords(view.durationMinutes)}`;
  return view.outcome === undefined ? asks : `${asks}: ${inMrkdwn(view.outcome.sentence)}`;
}

function standing(state: string | undefined): KnownBlock[] {
  return state === undefined ? [] : [section(state)];
}

function headline({ entitlement, durationMinutes, requester }: RequestView): string {
  const about = requester.about === undefined ? '' : ` (${inMrkdwn(requester.about, 150)})`;
  return `*${inMrkdwn(entitlement.name)} for ${durationWords(durationMinutes)}* — asked by *${inMrkdwn(requester.name)}*${about}`;
}

function facts({ entitlement, history, requestedAt, lapsesAt, status }: RequestView): string {
  const privileged = entitlement.privileged ? '🔑 *privileged: yes*' : 'privileged: no';
  const times = history.timesIn90Days === 1 ? '1 time' : `${history.timesIn90Days} times`;
  const before =
    history.lastAt === undefined ? 'Never had it before' : `Last had it: ${localTime(history.lastAt)}, ${times} in 90 days`;
  const lapses = status === 'pending' ? ` · lapses ${localTime(lapsesAt)}` : '';
  return [
    `${privileged} · scope: ${inMrkdwn(entitlement.scope, 150)}`,
    inMrkdwn(entitlement.describes),
    `${before} · asked ${localTime(requestedAt)}${lapses}`,
  ].join('\n');
}

function progress({ progress: said, sign }: RequestView): KnownBlock[] {
  const lines = [
    ...(said.length === 0
      ? []
      : [
          said
            .slice(0, 12)
            .map((phrase) => inMrkdwn(phrase, 150))
            .join(' · '),
        ]),
    ...(sign !== undefined && sign.url === undefined ? [NO_PAGE] : []),
  ];
  return lines.length === 0 ? [] : [context(...lines)];
}

const NO_PAGE =
  'Approvals are signed on the perimeter’s own page, and its address is missing: an operator adds perimeter.approveUrl to hallpass.yaml.';

/** Neither answer is dressed as the dangerous one; saying yes is the one that opens something. */
function decisionButtons(view: RequestView): KnownBlock[] {
  if (view.status !== 'pending' || view.inert) return [];
  const what = plain(`${view.entitlement.name} for ${view.requester.name}`, 60);
  return buttons(
    view.sign === undefined
      ? button('approve', 'Approve', view.caseId, { style: 'primary', says: `Approve ${what}` })
      : view.sign.url !== undefined && linkButton('sign', 'Review and sign', view.sign.url, `Review and sign ${what}`),
    button('deny', 'Deny …', view.caseId, { says: `Deny ${what}` }),
    button('why', 'Why am I asked?', view.caseId),
  );
}
