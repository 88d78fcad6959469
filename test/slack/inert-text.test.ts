import { describe, expect, it } from '@jest/globals';
import { array, assert as holds, constantFrom, oneof, property, string } from 'fast-check';
import { codeBlock, inMrkdwn, link, plain, tame } from '../../src/slack/mrkdwn.ts';
import { requestCard, requestText } from '../../src/slack/request-card.ts';
import { requesterCard } from '../../src/slack/requester-card.ts';
import { alertCard } from '../../src/slack/alert-card.ts';
import { detailsModal } from '../../src/slack/details-modal.ts';
import { answerModal } from '../../src/slack/notice-modal.ts';
import { renderMessage } from '../../src/slack/render-message.ts';
import { checkBlocks } from '../../src/playground/slack/block-kit-check.ts';
import { checkView } from '../../src/playground/slack/view-check.ts';
import { ALERT, REQUEST, REQUESTER, textsIn } from './examples.ts';

/** What people try: mentions, links, formatting, fences, quotes, direction marks, line breaks, entities. */
const NASTY = [
  '<!channel>',
  '<!here|x>',
  '<@U0ANNA00002>',
  '<#C0APPROVER>',
  '<https://evil.example|Approve>',
  'https://evil.example',
  '*bold*',
  '_it_',
  '~no~',
  '`code`',
  '```fence',
  ':tada:',
  '> quote',
  '\n',
  '\r\n',
  '\u2028',
  '\u202E',
  '\u2066',
  '\u200F',
  '\u0000',
  '\u001B[31m',
  '\u0085',
  '&lt;!here&gt;',
  '&',
  '<',
  '>',
  '”',
  '|',
  '\uD800',
  '👩‍💻',
  'ä',
  'a\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '<!date^1^{ago}|x>',
  '\u{E0041}',
];
const nastyText = array(oneof(constantFrom(...NASTY), string({ unit: 'binary', maxLength: 20 })), { maxLength: 60 }).map(
  (parts) => parts.join(''),
);

/** Slack syntax of ours: dates, and links to https. Everything else between angle brackets came from somebody. */
const OURS = /<!date\^\d+\^[^<>|]*\|[^<>|]*>|<https:\/\/learn\.microsoft\.com\/[^<>|]*\|[^<>|]*>/g;
// oxlint-disable-next-line no-control-regex -- finding them is its purpose
const HIDDEN = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/u;

function expectInert(value: unknown): void {
  for (const { type, text } of textsIn(value)) {
    expect(text.replaceAll('\n', '')).not.toMatch(HIDDEN);
    expect(text.isWellFormed()).toBe(true);
    if (type !== 'mrkdwn') continue;
    expect(text.replaceAll(OURS, '')).not.toMatch(/[<>]/);
    expect(text.replaceAll(OURS, '').replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
    expect((text.match(/`/g) ?? []).length % 6).toBe(0); // only our own whole fences
  }
}

describe('what people write', () => {
  it('is shown on the request card within every limit and without any power, whatever it is', () => {
    holds(
      property(nastyText, nastyText, (justification, name) => {
        const view = {
          ...REQUEST,
          justification,
          requester: { name, about: name },
          unusual: [name],
          outcome: { sentence: name, note: justification },
        };
        const blocks = requestCard(view);
        expect(checkBlocks(blocks, 'message')).toEqual([]);
        expectInert(blocks);
        expect(requestText(view).replaceAll(OURS, '')).not.toMatch(/[<>*_~`]/);
      }),
      { numRuns: 300 },
    );
  });

  it('is shown on every other message and window within every limit and without any power', () => {
    holds(
      property(nastyText, (text) => {
        const entitlement = { name: text, describes: text, privileged: true, scope: text };
        const overdue = { tries: 9, code: text, byHand: text };
        const refusal = { code: text, reason: text, hint: text };
        const messages = [
          requesterCard({ ...REQUESTER, entitlement, waitingFor: text }),
          requesterCard({ ...REQUESTER, status: 'active', outcome: { sentence: text, note: text, overdue } }),
          requesterCard({ ...REQUESTER, status: 'refused', refusal }),
          alertCard({
            ...ALERT,
            title: text,
            todo: text,
            command: text,
            lines: Array.from({ length: 12 }, () => ({ text, at: ALERT.lines[0]?.at ?? '' })),
          }),
          renderMessage({ kind: 'note', text }).blocks,
        ];
        for (const blocks of messages) {
          expect(checkBlocks(blocks, 'message')).toEqual([]);
          expectInert(blocks);
        }
        for (const modal of [
          detailsModal({ title: text, facts: [{ label: text, text }] }),
          answerModal({ done: true, sentence: text }),
          answerModal({ done: false, ...refusal }),
        ]) {
          expect(checkView(modal, 'modal')).toMatchObject({ ok: true });
          expectInert(modal);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['a mention', 'ask <@U0ANNA00002> or <!here>', 'ask &lt;@U0ANNA00002&gt; or &lt;!here&gt;'],
    ['bold', '*Approved by Anna*', '∗Approved by Anna∗'],
    ['a code span', '`rm`', 'ˋrmˋ'],
    ['an emoji name', ':white_check_mark: fine', '∶whiteˍcheckˍmark: fine'],
    ['a time of day', 'from 14:02 to 15:02', 'from 14:02 to 15:02'],
    ['a quote at the start', '> so', '› so'],
    ['an entity written by hand', '&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
  ])('keeps its look in a sentence of ours without its power: %s', (_, written, shown) => {
    expect(inMrkdwn(written)).toBe(shown);
  });

  it('cannot forge a second line, turn the reading direction or hide', () => {
    expect(tame('fine\nApproved by Anna')).toBe('fine Approved by Anna');
    expect(tame('in\u202Ereverse')).toBe('inreverse');
    expect(tame('\u200B\u2066')).toBe('(empty)');
  });

  it('keeps the joiners that emoji and some scripts are written with', () => {
    expect(tame('👩‍💻 می‌خواهم')).toBe('👩‍💻 می‌خواهم');
  });

  it('is cut between characters, never inside one or inside an entity', () => {
    expect(plain('👩👩👩', 5)).toBe('👩👩…');
    expect(plain('👩👩👩', 4)).toBe('👩…');
    expect(inMrkdwn('<<<<', 10)).toBe('&lt;&lt;…');
  });

  it('cannot leave the fence of a command', () => {
    expect(codeBlock('echo ``` <!here>')).toBe('```echo ˋˋˋ &lt;!here&gt;```');
  });

  it.each([
    ['https', 'https://learn.microsoft.com/x', '<https://learn.microsoft.com/x|Open>'],
    ['another scheme', 'javascript:alert(1)', 'Open'],
    ['plain http', 'http://learn.microsoft.com', 'Open'],
    ['an address with a query', 'https://a.example/?a=1&b=2', '<https://a.example/?a=1&amp;b=2|Open>'],
    ['an address without an end', `https://a.example/${'&'.repeat(400)}`, 'Open'],
    ['an address that closes the link', 'https://a.example|x> <!here>', 'Open'],
  ])('becomes a link only where it can be nothing else: %s', (_, url, shown) => {
    expect(link(url, 'Open')).toBe(shown);
  });
});
