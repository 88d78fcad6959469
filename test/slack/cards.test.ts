import { describe, expect, it } from '@jest/globals';
import type { RequestStatus } from '../../src/chat/views.ts';
import { checkBlocks } from '../../src/playground/slack/block-kit-check.ts';
import { alertCard, alertText } from '../../src/slack/alert-card.ts';
import { context, section } from '../../src/slack/blocks.ts';
import { durationWords, localTime } from '../../src/slack/instants.ts';
import { requestCard, requestText } from '../../src/slack/request-card.ts';
import { requesterCard, requesterText } from '../../src/slack/requester-card.ts';
import { actionIdsIn, ALERT, AT, LATER, REQUEST, REQUESTER, wordsOf } from './examples.ts';

const STATUSES: readonly RequestStatus[] = [
  'registering',
  'pending',
  'giving',
  'denying',
  'active',
  'ending',
  'refused',
  'ended',
];
const SAID = { sentence: 'Approved by Anna Approver', at: AT };

describe('the card for approvers', () => {
  it('says who, what and how long first, then why', () => {
    const [first, second] = requestCard(REQUEST);
    expect(wordsOf(first)).toBe('*Global Reader for 1 h* — asked by *Rita Requester* (Site Reliability Engineer, Platform)');
    expect(second).toMatchObject({ text: { type: 'plain_text', text: '“INC-4211: check conditional access after the outage”' } });
  });

  it('puts what is unusual before the other facts, and nothing there when nothing is', () => {
    const words = wordsOf(requestCard({ ...REQUEST, unusual: ['first time for this person', 'privileged role'] }));
    expect(words.indexOf('Unusual:* first time for this person · privileged role')).toBeLessThan(words.indexOf('privileged: no'));
    expect(wordsOf(requestCard(REQUEST))).not.toContain('Unusual');
  });

  it('says when the person last had it, or that they never had', () => {
    expect(wordsOf(requestCard(REQUEST))).toContain('2 times in 90 days');
    expect(wordsOf(requestCard({ ...REQUEST, history: { timesIn90Days: 0 } }))).toContain('Never had it before');
  });

  it.each(STATUSES)('has its three buttons only while a decision could count: %s', (status) => {
    const buttons = status === 'pending' ? ['approve', 'deny', 'why'] : [];
    expect(actionIdsIn(requestCard({ ...REQUEST, status }))).toEqual(buttons);
  });

  it('has no buttons before the message is remembered', () => {
    expect(actionIdsIn(requestCard({ ...REQUEST, inert: true }))).toEqual([]);
  });

  it('never dresses the safe answer as the dangerous one', () => {
    expect(JSON.stringify(requestCard(REQUEST))).not.toContain('"danger"');
  });

  it('carries the id of the case on its buttons and no fact', () => {
    const values = [...JSON.stringify(requestCard(REQUEST)).matchAll(/"value":"([^"]*)"/g)].map(([, value]) => value);
    expect(new Set(values)).toEqual(new Set(['case0001']));
  });

  it('says who decided and when once it is over, with the note', () => {
    const words = wordsOf(
      requestCard({
        ...REQUEST,
        status: 'ended',
        outcome: { sentence: 'Denied by Abel Approver', at: AT, note: 'Use the reader group.' },
      }),
    );
    expect(words).toContain('*Denied by Abel Approver*');
    expect(words).toContain('13:02 UTC');
    expect(words).toContain('“Use the reader group.”');
  });

  it('names the requester and the role in the notification', () => {
    expect(requestText(REQUEST)).toBe('Rita Requester asks for Global Reader for 1 h');
  });
});

describe('the message to the requester', () => {
  it.each([
    ['registering', {}, 'being registered'],
    ['pending', {}, 'Waiting for one of 4 approvers in #access-approvals'],
    ['giving', { outcome: SAID }, 'Giving access … Entra usually takes a few seconds.'],
    ['denying', { outcome: { sentence: 'Denied by Abel Approver' } }, 'Denied by Abel Approver'],
    ['active', { outcome: { ...SAID, endsAt: LATER } }, 'You have Global Reader until'],
    ['ending', {}, 'Ending …'],
    ['refused', { refusal: { code: 'rule.not-eligible', reason: 'You may not.', hint: 'Ask #identity.' } }, 'You may not.'],
    ['ended', { outcome: { sentence: 'Ended on time', at: LATER, confirmedAt: LATER } }, 'Confirmed gone'],
  ] as const)('tells where the request stands: %s', (status, more, words) => {
    const card = requesterCard({ ...REQUESTER, status, ...more });
    expect(wordsOf(card)).toContain(words);
    expect(checkBlocks(card, 'message')).toEqual([]);
  });

  it('offers what can be done and nothing else', () => {
    expect(actionIdsIn(requesterCard(REQUESTER))).toEqual(['withdraw']);
    expect(actionIdsIn(requesterCard({ ...REQUESTER, status: 'active', canWithdraw: false, canRelease: true }))).toEqual([
      'release',
    ]);
    expect(actionIdsIn(requesterCard({ ...REQUESTER, status: 'ended', canWithdraw: false }))).toEqual([]);
  });

  it('warns about what was already open only when there was access to end', () => {
    const ended = { ...REQUESTER, status: 'ended' as const, canWithdraw: false };
    expect(wordsOf(requesterCard({ ...ended, outcome: { sentence: 'Ended on time', confirmedAt: LATER } }))).toContain(
      'up to an hour',
    );
    expect(wordsOf(requesterCard({ ...ended, outcome: { sentence: 'Lapsed: nobody decided in time' } }))).not.toContain(
      'up to an hour',
    );
  });

  it('shows a refusal as what, why and what now, with the code in small print', () => {
    const refusal = { code: 'rule.not-eligible', reason: 'You may not ask for that.', hint: 'Ask in #identity.' };
    const card = requesterCard({ ...REQUESTER, status: 'refused', canWithdraw: false, refusal });
    expect(card.map(({ type }) => type)).toEqual(['section', 'section', 'section', 'context']);
    expect(wordsOf(card.at(-1))).toBe('Code: rule.not-eligible');
  });

  it('gives the exact command when the access is overdue', () => {
    const overdue = { tries: 9, code: 'directory.unavailable', byHand: 'az rest --method delete --url x' };
    const words = wordsOf(requesterCard({ ...REQUESTER, status: 'active', outcome: { ...SAID, endsAt: LATER, overdue } }));
    expect(words).toContain('tried 9 times');
    expect(words).toContain('```az rest --method delete --url x```');
  });

  it.each(['requester', 'approvers'])('says to the %s that an end is not confirmed', (whom) => {
    const view = { status: 'ending' as const, outcome: { ...SAID, unconfirmed: 'The perimeter <is> silent.' } };
    const card = whom === 'requester' ? requesterCard({ ...REQUESTER, ...view }) : requestCard({ ...REQUEST, ...view });
    expect(wordsOf(card)).toContain('*Not confirmed.* The perimeter &lt;is&gt; silent.');
  });

  it('says until when in the notification', () => {
    expect(requesterText({ ...REQUESTER, status: 'active', outcome: { ...SAID, endsAt: LATER } })).toBe(
      'You have Global Reader until 2026-11-21 14:02 UTC',
    );
  });
});

describe('the card for the security channel', () => {
  it('leads with what happened, then the facts, then what to do with the exact command', () => {
    const card = alertCard(ALERT);
    expect(card[0]).toMatchObject({ type: 'header', text: { text: 'Someone can now control every Azure subscription' } });
    const words = wordsOf(card);
    expect(words).toContain('🚨 High* · open');
    expect(words.indexOf('It never ends by itself')).toBeLessThan(words.indexOf('What to do'));
    expect(words).toContain('```az role assignment delete');
    expect(checkBlocks(card, 'message')).toEqual([]);
  });

  it.each([
    ['open', ['acknowledge', 'snooze', 'details']],
    ['acknowledged', ['snooze', 'details']],
    ['snoozed', ['acknowledge', 'details']],
    ['resolved', []],
  ] as const)('offers what still makes sense: %s', (status, ids) => {
    expect(actionIdsIn(alertCard({ ...ALERT, status }))).toEqual(ids);
  });

  it('keeps every line whole when there are many long ones', () => {
    const lines = Array.from({ length: 12 }, (_, index) => ({ text: `${index} ${'<'.repeat(200)}`, at: AT }));
    const card = alertCard({ ...ALERT, lines });
    expect(checkBlocks(card, 'message')).toEqual([]);
    expect(wordsOf(card).match(/\(13:02 UTC\)/g)).toHaveLength(12);
  });

  it('says who has it in hand, until when it is quiet, and when it was over', () => {
    const handled = { handledBy: { name: 'Sam Security' }, handledAt: AT };
    expect(wordsOf(alertCard({ ...ALERT, ...handled, status: 'acknowledged' }))).toContain('acknowledged by Sam Security');
    expect(wordsOf(alertCard({ ...ALERT, ...handled, status: 'snoozed', snoozedUntilAt: LATER }))).toContain(
      'snoozed by Sam Security until',
    );
    const over = alertCard({ ...ALERT, ...handled, status: 'resolved', resolvedAt: LATER });
    expect(wordsOf(over)).toContain('✅ *resolved*');
    expect(wordsOf(over)).not.toContain('What to do');
    expect(alertText({ ...ALERT, status: 'resolved' })).toMatch(/^Resolved: /);
  });
});

describe('a sentence of ours', () => {
  it('is cut rather than refused by Slack, should it ever be too long', () => {
    expect(checkBlocks([section('x'.repeat(4_000)), context('y'.repeat(4_000))], 'message')).toEqual([]);
  });
});

describe('times and lengths', () => {
  it('are given in the reader’s time with UTC beside, and in full where Slack cannot', () => {
    expect(localTime(AT)).toBe('<!date^1795266120^{date_short_pretty}, {time}|2026-11-21 13:02 UTC> (13:02 UTC)');
    expect(localTime(AT, undefined, 'second')).toContain('(13:02:00 UTC)');
    expect(localTime('not a time')).toBe('an unknown time');
    expect(localTime('not a time', 'Europe/Berlin')).toBe('an unknown time');
  });

  it('name the reader’s zone where it is known, with its own time: the token may be drawn in another', () => {
    expect(localTime(AT, 'Europe/Berlin')).toBe(
      '<!date^1795266120^{date_short_pretty}, {time}|2026-11-21 13:02 UTC> (14:02 Europe/Berlin, 13:02 UTC)',
    );
    expect(localTime(AT, 'America/New_York', 'second')).toContain('(08:02:00 America/New York, 13:02:00 UTC)');
  });

  it.each(STATUSES)('name it beside every instant of the requester’s own message: %s', (status) => {
    const overdue = { ...SAID, endsAt: LATER, overdue: { tries: 9, code: 'x', byHand: 'az' } };
    for (const outcome of [overdue, { ...overdue, confirmedAt: LATER }]) {
      const named = wordsOf(requesterCard({ ...REQUESTER, status, outcome, zone: 'Europe/Berlin' }));
      expect(named.match(/<!date/g)?.length).toBeGreaterThan(0);
      expect(named.match(/ Europe\/Berlin, [\d:]+ UTC\)/g)?.length).toBe(named.match(/<!date/g)?.length);
      expect(wordsOf(requesterCard({ ...REQUESTER, status, outcome }))).not.toContain('Berlin');
    }
  });

  it('name it in the notification of what is given', () => {
    const view = { ...REQUESTER, status: 'active' as const, outcome: { ...SAID, endsAt: LATER } };
    expect(requesterText({ ...view, zone: 'Europe/Berlin' })).toBe(
      'You have Global Reader until 2026-11-21 14:02 UTC (15:02 Europe/Berlin)',
    );
    expect(requesterText(view)).toBe('You have Global Reader until 2026-11-21 14:02 UTC');
  });

  it.each([
    [5, '5 min'],
    [30, '30 min'],
    [60, '1 h'],
    [90, '1 h 30 min'],
    [1_440, '1 day'],
    [2_880, '2 days'],
    [2_940, '49 h'],
  ])('of %d minutes read as people say them', (minutes, words) => {
    expect(durationWords(minutes)).toBe(words);
  });
});
