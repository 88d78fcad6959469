import { describe, expect, it } from '@jest/globals';
import { alertCard } from '../../src/teams/alert-card.ts';
import { bytesOf, type Card } from '../../src/teams/card-parts.ts';
import { detailsCard } from '../../src/teams/details-card.ts';
import { mineCard } from '../../src/teams/mine-card.ts';
import { helpCard, noticeCard } from '../../src/teams/notice-card.ts';
import { decisionButtons, requestCard } from '../../src/teams/request-card.ts';
import { requesterCard } from '../../src/teams/requester-card.ts';
import { requestFormCard } from '../../src/teams/request-form-card.ts';
import { complaintsAbout, partsOf, textOf, verbsOf } from './support/validate-card.ts';
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
} from './support/views.ts';

const LONG = 'Ünicode 🧑‍🚀 '.repeat(400);
const EVERY_CARD: readonly (readonly [string, Card])[] = [
  ...STATUSES.flatMap((status) => [
    [`request, ${status}`, requestCard(requestView({ status, outcome: OUTCOME }))] as const,
    [`requester, ${status}`, requesterCard(requesterView({ status, outcome: OUTCOME, canRelease: true }))] as const,
    [
      `requester, ${status}, in a zone with a long name`,
      requesterCard(requesterView({ status, outcome: OUTCOME, zone: 'America/Argentina/ComodRivadavia' })),
    ] as const,
  ]),
  ['request without history', requestCard(requestView({ unusual: [], history: { timesIn90Days: 0 } }))],
  [
    'requester refused',
    requesterCard(
      requesterView({
        status: 'refused',
        canWithdraw: false,
        refusal: { code: 'rule.not-eligible', reason: 'You may not.', hint: 'Ask in #identity.' },
      }),
    ),
  ],
  ...(['open', 'acknowledged', 'snoozed', 'resolved'] as const).map(
    (status) =>
      [
        `alert, ${status}`,
        alertCard(alertView({ status, handledBy: { name: 'Sam' }, handledAt: OUTCOME.at, resolvedAt: OUTCOME.at })),
      ] as const,
  ),
  ['mine', mineCard(HOME, { answer: { done: true, sentence: 'Done.' } })],
  ['mine, in a zone', mineCard(HOME, { zone: 'America/Argentina/ComodRivadavia' })],
  ['mine, empty', mineCard({ held: [], waiting: [], recent: [] })],
  ['form', requestFormCard('abcdefgh', OPTIONS)],
  [
    'form, again',
    requestFormCard(
      'abcdefgh',
      OPTIONS,
      { entitlementId: 'security-reader', durationMinutes: 60, justification: 'x' },
      { text: 'Too long.' },
    ),
  ],
  ['details', detailsCard(DETAILS, decisionButtons(CASE_ID, 'without-why'))],
  ['notice', noticeCard('A sentence.', 'a.code')],
  ['help', helpCard()],
  ['everything too long', requestCard(requestView({ justification: LONG, unusual: [LONG] }))],
  [
    'alert, everything too long',
    alertCard(alertView({ title: LONG, lines: Array.from({ length: 40 }, () => ({ text: LONG })), todo: LONG, command: LONG })),
  ],
  [
    'details, everything too long',
    detailsCard({ title: LONG, facts: Array.from({ length: 99 }, () => ({ label: 'x', text: LONG })) }),
  ],
  [
    'mine, everything too long',
    mineCard(
      { ...HOME, recent: Array.from({ length: 500 }, () => ({ entitlement: ENTITLEMENT, outcome: OUTCOME })) },
      { zone: 'America/Argentina/ComodRivadavia' },
    ),
  ],
  [
    'form, 900 roles',
    requestFormCard(
      'abcdefgh',
      Array.from({ length: 900 }, (_, index) => ({
        ...(OPTIONS[0] as (typeof OPTIONS)[number]),
        entitlementId: `role-${index}`,
      })),
    ),
  ],
];

describe.each(EVERY_CARD)('the card: %s', (_, card) => {
  it('is accepted by Microsoft’s renderer', () => {
    expect(complaintsAbout(card)).toEqual([]);
  });

  it('fits into a message of Teams', () => {
    expect(bytesOf(card)).toBeLessThanOrEqual(25_000);
  });

  it('is of the newest version that Teams documents, and says in words what it shows', () => {
    expect(card.version).toBe('1.5');
    expect(card.fallbackText).not.toBe('');
    expect(card.speak).not.toMatch(/[<>]/);
  });

  it('has at most three buttons, each with the same fallback', () => {
    expect(card.actions?.length ?? 0).toBeLessThanOrEqual(3);
    for (const action of partsOf(card, 'Action.Execute')) {
      expect(action['fallback']).toMatchObject({
        type: 'Action.Submit',
        title: action['title'],
        data: { ...Object(action['data']), verb: action['verb'] },
      });
    }
  });

  it('carries ids in its buttons and nothing else', () => {
    for (const action of partsOf(card, 'Action.Execute')) {
      expect(Object.keys(Object(action['data'])).filter((key) => !['v', 'caseId', 'formId'].includes(key))).toEqual([]);
    }
  });

  it('has a label at every input and depends on no colour', () => {
    for (const type of ['Input.Text', 'Input.ChoiceSet']) {
      for (const input of partsOf(card, type)) expect(input['label']).toEqual(expect.stringMatching(/\S/));
    }
    expect(JSON.stringify(card)).not.toMatch(/#[0-9a-f]{6}"|backgroundImage/i);
  });
});

describe('the request card', () => {
  it('says who, what and how long first, then why, then what is unusual', () => {
    const text = textOf(requestCard(requestView()));
    const order = ['Global Reader for 1 h', 'Rita Requester', 'INC', 'Unusual', 'privileged: no', 'Last had it', 'Asked'];
    expect(order.map((part) => text.indexOf(part))).toEqual(order.map((part) => text.indexOf(part)).toSorted((a, b) => a - b));
    expect(order.filter((part) => !text.includes(part))).toEqual([]);
  });

  it.each(STATUSES)('has buttons only while a decision counts: %s', (status) => {
    expect(verbsOf(requestCard(requestView({ status })))).toEqual(status === 'pending' ? ['approve', 'deny', 'why'] : []);
  });

  it('has none while the message is not yet remembered', () => {
    expect(requestCard(requestView({ inert: true })).actions).toBeUndefined();
  });

  it('asks for a note before it denies', () => {
    const [note] = partsOf(requestCard(requestView()), 'Input.Text');
    expect(note).toMatchObject({ id: 'note', isRequired: true });
  });

  it('does not dress up the answer that has consequences', () => {
    expect(JSON.stringify(requestCard(requestView()))).not.toMatch(/"style":"(positive|destructive)"/);
  });
});

describe('the requester’s card', () => {
  it.each([
    [{ canWithdraw: true, canRelease: false }, ['withdraw']],
    [{ canWithdraw: false, canRelease: true }, ['release']],
    [{ canWithdraw: false, canRelease: false }, []],
    [{ canWithdraw: true, canRelease: true, inert: true as const }, []],
  ])('offers what can be done now: %j', (can, verbs) => {
    expect(verbsOf(requesterCard(requesterView(can)))).toEqual(verbs);
  });

  it('says that what was opened may go on, once it is confirmed gone', () => {
    expect(textOf(requesterCard(requesterView({ status: 'ended', outcome: OUTCOME })))).toContain('may keep working');
    const { confirmedAt: _, ...never } = OUTCOME;
    expect(textOf(requesterCard(requesterView({ status: 'ended', outcome: never })))).not.toContain('may keep working');
  });

  it('says that an end is not confirmed, as approvers’ card does', () => {
    const view = {
      status: 'ending',
      outcome: { sentence: 'Given back by Rita', unconfirmed: 'It may still be there.' },
    } as const;
    for (const one of [requesterCard(requesterView(view)), requestCard(requestView(view))])
      expect(textOf(one)).toMatch(/Not confirmed: \s*It may still be there\./);
  });
});

describe('the alert card', () => {
  it.each([
    ['open', ['acknowledge', 'snooze', 'details']],
    ['acknowledged', ['snooze', 'detailsHandled']],
    ['snoozed', ['acknowledge', 'snooze', 'details']],
    ['resolved', []],
  ] as const)('offers, when %s, %j', (status, verbs) => {
    expect(verbsOf(alertCard(alertView({ status })))).toEqual(verbs);
  });

  it('links only to https', () => {
    const links = (url: string) => partsOf(alertCard(alertView({ link: { label: 'here', url } })), 'Action.OpenUrl').length;
    expect([
      links('https://portal.azure.com/'),
      links('javascript:alert(1)'),
      links('http://portal.azure.com/'),
      links('nonsense'),
    ]).toEqual([1, 0, 0, 0]);
  });
});

describe('times', () => {
  it('stand in the reader’s own zone with UTC beside them, in the only form that clients fill in', () => {
    const text = textOf(requestCard(requestView()));
    expect(text).toContain('{{DATE(2026-11-21T13:02:00Z,SHORT)}} {{TIME(2026-11-21T13:02:00Z)}} (2026-11-21 13:02 UTC)');
    expect(text).not.toMatch(/\{\{[A-Z]+\([^)]*\.\d+Z/);
  });

  it.each([
    ...STATUSES.map(
      (status) =>
        [
          `the requester’s own message, ${status}`,
          (zone?: string) =>
            textOf(requesterCard(requesterView({ status, outcome: OUTCOME, ...(zone === undefined ? {} : { zone }) }))),
        ] as const,
    ),
    ['“mine”', (zone?: string) => textOf(mineCard(HOME, { zone }))] as const,
  ])('name the reader’s zone beside every instant where it is known: %s', (_, drawn) => {
    const named = drawn('America/New_York');
    const instants = named.match(/\{\{TIME/g)?.length ?? 0;
    expect(named.match(/\(\d\d:\d\d America\/New York, \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/g)?.length ?? 0).toBe(instants);
    expect(drawn()).not.toContain('New York');
  });
});

describe('the form', () => {
  it('keeps what was filled in when it was refused', () => {
    const card = requestFormCard(
      'abcdefgh',
      OPTIONS,
      { entitlementId: 'security-reader', durationMinutes: 240, justification: 'because' },
      { text: 'Too long.' },
    );
    expect([...partsOf(card, 'Input.ChoiceSet'), ...partsOf(card, 'Input.Text')].map(({ value }) => value)).toEqual([
      'security-reader',
      '240',
      'because',
    ]);
    expect(textOf(card)).toContain('Too long.');
  });

  it('forgets a choice that is not offered any more', () => {
    expect(
      partsOf(requestFormCard('abcdefgh', OPTIONS, { entitlementId: 'gone' }), 'Input.ChoiceSet')[0]?.['value'],
    ).toBeUndefined();
  });

  it('says so when not everything fits', () => {
    expect(textOf(EVERY_CARD.find(([name]) => name === 'form, 900 roles')?.[1])).toMatch(/\d+ more do not fit here/);
  });
});
