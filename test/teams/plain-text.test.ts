// oxlint-disable no-control-regex -- finding them is the purpose
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { clipped, inert, lengthInWords, visible } from '../../src/teams/plain-text.ts';
import { requestCard } from '../../src/teams/request-card.ts';
import { partsOf } from './support/validate-card.ts';
import { requestView } from './support/views.ts';

const ANYTHING = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '<at>Anna</at>',
        '[x](https://evil.example)',
        '**',
        '`',
        '{{DATE(2026-11-21T14:02:00Z,SHORT)}}',
        '\u202E',
        '\u0000',
        '\u200B',
        'https://a.b',
        'a@b.c',
        '<b>',
        '\r\n',
        '\uD800',
        ' ',
        'x',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
);
/** What nobody sees, or what turns the text around it. */
const HIDDEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]|\p{Surrogate}|[\u{E0000}-\u{E007F}]/u;

describe('what somebody wrote', () => {
  it('shows every sign that would hide or turn text', () => {
    fc.assert(fc.property(ANYTHING, (text) => !HIDDEN.test(visible(text))));
  });

  it('reads as it was written, where nothing in it hides', () => {
    const unbroken = (text: string) => text.replaceAll('\u2060', '');
    fc.assert(fc.property(ANYTHING, (text) => unbroken(inert(text)) === unbroken(visible(text))));
    expect(visible('کاربر می‌خواهد · עברית · 🧑‍🚀 · ❤️')).toBe('کاربر می‌خواهد · עברית · 🧑‍🚀 · ❤️');
  });

  it.each([
    ['a mention', '<at>Anna Approver</at>', /<at>/],
    ['a date of the card’s own', '{{DATE(2026-11-21T14:02:00Z,SHORT)}}', /\{\{/],
    ['a link', '[approve here](https://evil.example/x)', /\]\(|:\/\//],
    ['a bare address', 'see https://evil.example', /https:\/\/|evil\.example/],
    ['a mail address', 'anna@evil.example', /@e/],
  ])('has no power as %s', (_, text, recognized) => {
    expect(text).toMatch(recognized);
    expect(inert(text)).not.toMatch(recognized);
  });

  it('stands in a card only where nothing reads Markdown', () => {
    fc.assert(
      fc.property(ANYTHING, fc.uuid(), (text, mark) => {
        const card = requestCard(
          requestView({ justification: `${mark}${text}`, requester: { name: `${mark}${text}` }, unusual: [`${mark}${text}`] }),
        );
        const blocks = partsOf(card, 'TextBlock').map((block) => String(block['text']));
        return blocks.every((block) => !block.replaceAll('\u2060', '').includes(mark));
      }),
    );
  });
});

describe('clipping', () => {
  it('never splits a pair of surrogates and never lengthens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.integer({ min: 1, max: 60 }), (text, max) => {
        const cut = clipped(text, max);
        return cut.length <= Math.max(max, 1) && !/\p{Surrogate}/u.test(cut);
      }),
    );
  });
});

it.each([
  [30, '30 min'],
  [59, '59 min'],
  [60, '1 h'],
  [90, '1 h 30 min'],
  [1440, '1 day'],
  [2880, '2 days'],
  [1500, '25 h'],
])('%s minutes read as %s', (minutes, words) => {
  expect(lengthInWords(minutes)).toBe(words);
});
