import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertView, DetailsView, HomeView, Outcome, RequestOption, RequestStatus } from '../../src/chat/views.ts';
import { alertCard as slackAlert } from '../../src/slack/alert-card.ts';
import { denyModal } from '../../src/slack/deny-modal.ts';
import { detailsModal } from '../../src/slack/details-modal.ts';
import { homeView, refusedHome } from '../../src/slack/home-view.ts';
import { answerBlocks, answerModal, noticeModal, waitingModal } from '../../src/slack/notice-modal.ts';
import { renderMessage } from '../../src/slack/render-message.ts';
import { requestCard as slackRequest } from '../../src/slack/request-card.ts';
import { requestModal } from '../../src/slack/request-modal.ts';
import { refusedBlocks, requesterCard as slackRequester } from '../../src/slack/requester-card.ts';
import { alertButtons, alertCard as teamsAlert } from '../../src/teams/alert-card.ts';
import { detailsCard } from '../../src/teams/details-card.ts';
import { mineCard } from '../../src/teams/mine-card.ts';
import { helpCard, noticeCard } from '../../src/teams/notice-card.ts';
import { decisionButtons, requestCard as teamsRequest } from '../../src/teams/request-card.ts';
import { requestFormCard } from '../../src/teams/request-form-card.ts';
import { requesterCard as teamsRequester } from '../../src/teams/requester-card.ts';
import {
  alertView,
  CASE_ID,
  DETAILS,
  ENTITLEMENT,
  HOME,
  OPTIONS,
  OUTCOME,
  requesterView,
  requestView,
  STATUSES,
} from '../teams/support/views.ts';

/** One thing that a contract can be held to: what it is, and its name for whoever reads a failure. */
export interface CheckLine {
  readonly kind: 'adaptiveCard' | 'slackBlocks' | 'slackView' | 'slackManifest' | 'teamsManifest' | 'activity';
  readonly label: string;
  readonly body: unknown;
}

/** As long as it can be, with what each platform gives a meaning to. */
const long = (chars: number) => '<b>*Ünicode* 🧑‍🚀 <!channel> [a](b) '.repeat(Math.ceil(chars / 30)).slice(0, chars);
/** A display name in Entra; two of the other limits there are a job title and a department. */
const NAME = long(256);
const ABOUT = `${long(128)}, ${long(64)}`;
/** What people write in our forms. */
const WORDS = long(500);
/** An entitlement's, in hallpass.yaml. */
const ROLE = { ...ENTITLEMENT, name: long(75), describes: long(200), scope: long(75) };
/** The longest name of a zone that there is. */
const ZONE = 'America/Argentina/ComodRivadavia';
const COMMAND = `az rest --method POST --url https://graph.microsoft.com/${'x'.repeat(500)}`;
const REFUSAL = { code: 'rule.not-eligible', reason: 'You may not ask for that.', hint: 'Ask in #identity.' };
const BARE: Outcome = { sentence: 'Denied by Abel Approver' };
const LONGEST: Outcome = {
  ...OUTCOME,
  sentence: `Approved by ${NAME}`,
  note: WORDS,
  overdue: { ...OUTCOME.overdue, byHand: COMMAND },
};
const EMPTY_HOME: HomeView = { held: [], waiting: [], recent: [] };
const FULL_HOME: HomeView = {
  held: Array.from({ length: 90 }, (_, index) => ({
    ...(HOME.held[0] as HomeView['held'][number]),
    entitlement: ROLE,
    caseId: `held${index}`,
  })),
  waiting: Array.from({ length: 90 }, (_, index) => ({
    ...(HOME.waiting[0] as HomeView['held'][number]),
    entitlement: ROLE,
    caseId: `wait${index}`,
  })),
  recent: Array.from({ length: 90 }, () => ({ entitlement: ROLE, outcome: LONGEST })),
};
const ALERTS: readonly Partial<AlertView>[] = (['open', 'acknowledged', 'snoozed', 'resolved'] as const).flatMap((status) => [
  { status },
  { status, inert: true as const },
  { status, handledBy: { name: 'Sam' }, handledAt: OUTCOME.at, snoozedUntilAt: OUTCOME.endsAt, resolvedAt: OUTCOME.endsAt },
  {
    status,
    title: NAME,
    lines: Array.from({ length: 40 }, () => ({ text: NAME, at: OUTCOME.at })),
    todo: WORDS,
    command: COMMAND,
  },
]);
const LONG_DETAILS: DetailsView = {
  title: NAME,
  facts: Array.from({ length: 150 }, () => ({ label: NAME, text: WORDS, at: OUTCOME.at })),
};
const FIRST = OPTIONS[0] as RequestOption;
const manyOptions = (count: number): readonly RequestOption[] =>
  Array.from({ length: count }, (_, index) => ({ ...FIRST, entitlementId: `role-${index}` }));

/** Every card, message and view that we can draw, in every status, with little and with too much in it; and the manifests. */
export function cardLines(): readonly CheckLine[] {
  const requests = STATUSES.flatMap((status) => requestsIn(status));
  const requesters = STATUSES.flatMap((status) => requestersIn(status));
  const alerts = ALERTS.map((more, index) => ({ label: `alert ${index}, ${more.status}`, view: alertView(more) }));
  return [
    ...requests.flatMap(({ label, view }) => [blocks(label, slackRequest(view)), card(label, teamsRequest(view))]),
    ...requesters.flatMap(({ label, view }) => [blocks(label, slackRequester(view)), card(label, teamsRequester(view))]),
    ...alerts.flatMap(({ label, view }) => [blocks(label, slackAlert(view)), card(label, teamsAlert(view))]),
    ...slackRest(),
    ...teamsRest(),
    ...manifestLines(),
  ];
}

function requestsIn(status: RequestStatus) {
  return [
    { label: `request, ${status}`, view: requestView({ status }) },
    { label: `request, ${status}, not yet remembered`, view: requestView({ status, inert: true }) },
    {
      label: `request, ${status}, decided`,
      view: requestView({ status, outcome: OUTCOME, unusual: [], history: { timesIn90Days: 0 } }),
    },
    {
      label: `request, ${status}, everything too long`,
      view: requestView({
        status,
        justification: WORDS,
        unusual: [NAME, NAME],
        requester: { name: NAME, about: ABOUT },
        entitlement: ROLE,
        outcome: LONGEST,
      }),
    },
  ];
}

function requestersIn(status: RequestStatus) {
  return [
    { label: `requester, ${status}`, view: requesterView({ status, outcome: BARE }) },
    { label: `requester, ${status}, not yet remembered`, view: requesterView({ status, inert: true }) },
    { label: `requester, ${status}, to give back`, view: requesterView({ status, outcome: OUTCOME, canRelease: true }) },
    { label: `requester, ${status}, refused`, view: requesterView({ status, refusal: REFUSAL, canWithdraw: false }) },
    {
      label: `requester, ${status}, everything too long`,
      view: requesterView({ status, outcome: LONGEST, entitlement: ROLE, waitingFor: NAME, zone: ZONE }),
    },
  ];
}

function slackRest(): readonly CheckLine[] {
  const done = { done: true, sentence: 'Done.' } as const;
  const refused = { done: false, ...REFUSAL } as const;
  return [
    blocks('a note', renderMessage({ kind: 'note', text: WORDS }).blocks),
    blocks('an answer', answerBlocks(done)),
    blocks('a refusal', refusedBlocks({ ...REFUSAL, reason: WORDS, hint: WORDS })),
    view('answer', answerModal(done)),
    view('answer, refused', answerModal(refused)),
    view('waiting', waitingModal('Request access')),
    view('notice', noticeModal(NAME, answerBlocks(refused))),
    view('deny', denyModal({ caseId: CASE_ID, channelId: 'C0APPROVER', messageId: '1.2' })),
    view('details', detailsModal(DETAILS)),
    view('details, too many and too long', detailsModal(LONG_DETAILS)),
    view('home', homeView(HOME)),
    view('home, empty', homeView(EMPTY_HOME)),
    view('home, too much', homeView(FULL_HOME, ZONE)),
    view('home, refused', refusedHome(REFUSAL)),
    view('form, one to choose', requestModal({ options: [FIRST] })),
    view('form, several', requestModal({ options: OPTIONS })),
    view('form, chosen', requestModal({ options: OPTIONS, chosen: FIRST })),
    view('form, the most that a menu takes', requestModal({ options: manyOptions(100) })),
    view('form, to be searched', requestModal({ options: manyOptions(101) })),
    view('form, searched and chosen', requestModal({ options: manyOptions(101), chosen: FIRST })),
    view('form, too long', requestModal({ options: [{ ...FIRST, entitlement: ROLE }] })),
  ];
}

function teamsRest(): readonly CheckLine[] {
  return [
    card('a note', noticeCard(WORDS, 'a.code')),
    card('help', helpCard()),
    card('details', detailsCard(DETAILS, decisionButtons(CASE_ID, 'without-why'))),
    card('details of an alert', detailsCard(DETAILS, alertButtons(CASE_ID, 'open', false))),
    card('details, too many and too long', detailsCard(LONG_DETAILS)),
    card('mine', mineCard(HOME, { answer: { done: true, sentence: 'Done.' } })),
    card('mine, refused', mineCard(HOME, { answer: { done: false, ...REFUSAL } })),
    card('mine, empty', mineCard(EMPTY_HOME)),
    card('mine, too much', mineCard(FULL_HOME, { zone: ZONE })),
    card('form', requestFormCard('abcdefgh', OPTIONS)),
    card(
      'form, again',
      requestFormCard(
        'abcdefgh',
        OPTIONS,
        { entitlementId: 'global-reader', durationMinutes: 60, justification: WORDS },
        { text: WORDS },
      ),
    ),
    card('form, 900 roles', requestFormCard('abcdefgh', manyOptions(900))),
  ];
}

function manifestLines(): readonly CheckLine[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../../manifest', name), 'utf8'));
  return [
    { kind: 'slackManifest', label: 'manifest/slack.json', body: read('slack.json') },
    { kind: 'slackManifest', label: 'manifest/slack-socket.json', body: read('slack-socket.json') },
    { kind: 'teamsManifest', label: 'manifest/teams.json', body: read('teams.json') },
  ];
}

const blocks = (label: string, body: unknown): CheckLine => ({ kind: 'slackBlocks', label: `Slack: ${label}`, body });
const view = (label: string, body: unknown): CheckLine => ({ kind: 'slackView', label: `Slack: ${label}`, body });
const card = (label: string, body: unknown): CheckLine => ({ kind: 'adaptiveCard', label: `Teams: ${label}`, body });
