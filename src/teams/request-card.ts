import type { RequestView, SignLink } from '../chat/views.ts';
import { button, card, instant, linkButton, ownWords, paragraph, run, small, type Card, type CardJson } from './card-parts.ts';
import { outcomeLines } from './outcome.ts';
import { clipped, lengthInWords } from './plain-text.ts';

/** The perimeter and the form allow as much; longer text from elsewhere is cut for the card only. */
export const TEXT_MAX_CHARS = 500;
export const NOTE_MAX_CHARS = 300;

/** The card for approvers: what and who, why, then facts with the dangerous ones first, then at most three buttons. */
export function requestCard(view: RequestView): Card {
  const { entitlement, requester } = view;
  const what = `${entitlement.name} for ${lengthInWords(view.durationMinutes)}`;
  const who = requester.about === undefined ? requester.name : `${requester.name} (${requester.about})`;
  const body: CardJson[] = [
    paragraph([run(what, { weight: 'Bolder', size: 'Medium' }), run(' — asked by '), run(who, { weight: 'Bolder' })]),
    justificationBlock(view.justification),
    ...unusual(view),
    ...entitlementFacts(view),
    small(history(view)),
    small(
      view.status === 'pending'
        ? `Asked ${instant(view.requestedAt)}, lapses ${instant(view.lapsesAt)}`
        : `Asked ${instant(view.requestedAt)}`,
    ),
    ...progress(view),
    ...statusLines(view),
  ];
  const spoken = `${what}, asked by ${who}. ${view.outcome?.sentence ?? `“${view.justification}”`}`;
  return card(
    spoken,
    body,
    view.status === 'pending' && view.inert !== true ? decisionButtons(view.caseId, 'with-why', view.sign) : [],
  );
}

/** Approve is never dressed up: it is the answer with consequences. Deny asks for its note before it is sent. */
export function decisionButtons(
  caseId: string,
  why: 'with-why' | 'without-why' = 'with-why',
  sign?: SignLink,
): readonly CardJson[] {
  return [
    ...approving(caseId, sign),
    {
      type: 'Action.ShowCard',
      title: 'Deny …',
      card: {
        type: 'AdaptiveCard',
        body: [
          {
            type: 'Input.Text',
            id: 'note',
            label: 'Why not? The requester reads this.',
            placeholder: 'e.g. ask again with the incident number',
            isMultiline: true,
            isRequired: true,
            errorMessage: 'Write a short note, so that the requester knows what to do.',
            maxLength: NOTE_MAX_CHARS,
          },
        ],
        actions: [button('deny', 'Deny', { caseId })],
      },
    },
    ...(why === 'with-why' ? [button('why', 'Why am I asked?', { caseId }, { associatedInputs: 'none' })] : []),
  ];
}

function approving(caseId: string, sign: SignLink | undefined): readonly CardJson[] {
  if (sign === undefined) return [button('approve', 'Approve', { caseId }, { associatedInputs: 'none' })];
  return sign.url === undefined ? [] : [linkButton('Review and sign', sign.url)];
}

function progress({ progress: said, sign }: RequestView): CardJson[] {
  return [
    ...(said.length === 0 ? [] : [small(said.join(' · '))]),
    ...(sign !== undefined && sign.url === undefined
      ? [
          ownWords(
            'Approvals are signed on the perimeter’s own page, and its address is missing: an operator adds perimeter.approveUrl to hallpass.yaml.',
          ),
        ]
      : []),
  ];
}

function justificationBlock(text: string): CardJson {
  return {
    type: 'Container',
    style: 'emphasis',
    items: [paragraph([run('“'), run(clipped(text, TEXT_MAX_CHARS)), run('”')])],
  };
}

function unusual(view: RequestView): CardJson[] {
  if (view.unusual.length === 0) return [];
  return [paragraph([run('⚠ Unusual: ', { weight: 'Bolder', color: 'Warning' }), run(view.unusual.join(' · '))])];
}

export function entitlementFacts({ entitlement }: Pick<RequestView, 'entitlement'>): CardJson[] {
  const privileged = entitlement.privileged
    ? run('privileged: yes', { weight: 'Bolder', color: 'Attention' })
    : run('privileged: no');
  return [paragraph([run(entitlement.describes), run(' · '), privileged, run(` · scope: ${entitlement.scope}`)])];
}

function history({ history: past }: RequestView): string {
  if (past.timesIn90Days === 0 && past.lastAt === undefined) return 'Has not had it before, as far as Hallpass knows';
  const times = `${past.timesIn90Days} ${past.timesIn90Days === 1 ? 'time' : 'times'} in 90 days`;
  return past.lastAt === undefined ? times : `Last had it: ${instant(past.lastAt)}, ${times}`;
}

function statusLines(view: RequestView): CardJson[] {
  const outcome = view.outcome === undefined ? [] : outcomeLines(view.outcome);
  switch (view.status) {
    case 'registering':
      return [ownWords('Being registered; the buttons come in a moment.'), ...outcome];
    case 'giving':
      return [...outcome, ownWords('Giving access … Entra usually takes a few seconds.')];
    case 'denying':
      return [...outcome, ownWords('Telling the requester …')];
    case 'active':
      return view.outcome?.endsAt === undefined
        ? outcome
        : [...outcome, ownWords(`Active until ${instant(view.outcome.endsAt)}`)];
    case 'ending':
      return [...outcome, ownWords('Taking access away …')];
    case 'pending':
    case 'refused':
    case 'ended':
      break;
  }
  return outcome;
}
