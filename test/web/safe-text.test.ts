import { describe, expect, it } from '@jest/globals';
import { plainText, safeText } from '../../src/web/safe-text.ts';
import { instantWords, lengthWords } from '../../src/web/time-words.ts';
import { textOf } from '../support/browserless/html.ts';

const shown = async (text: string) => textOf(String(await safeText(text)));

describe("somebody else's text", () => {
  it.each([
    ['an override of the direction', 'a\u202Eb', 'a [U+202E] b'],
    ['an isolate', '\u2066x\u2069', '[U+2066] x [U+2069]'],
    ['a mark of direction', 'a\u200Fb', 'a [U+200F] b'],
    ['zero width', 'ad\u200Bmin', 'ad [U+200B] min'],
    ['a joiner', 'a\u200Db', 'a [U+200D] b'],
    ['a byte order mark', '\uFEFFa', '[U+FEFF] a'],
    ['a soft hyphen', 'ad\u00ADmin', 'ad [U+00AD] min'],
    ['a filler that is a letter', 'a\u3164b', 'a [U+3164] b'],
    ['a variation selector', 'a\uFE0Fb', 'a [U+FE0F] b'],
    ['a tag beyond the first plane', 'a\u{E0041}b', 'a [U+E0041] b'],
    ['a control', 'a\u0007\u001B[31mb', 'a [U+0007] [U+001B] [31mb'],
    ['a line of another alphabet', 'a\u2028b', 'a [U+2028] b'],
    ['private use', 'a\uE000b', 'a [U+E000] b'],
    ['half a character', 'a\uD800b', 'a [U+D800] b'],
    ['Cyrillic in a Latin word', 'p\u0430yroll', 'p\u0430yroll [mixed alphabets]'],
    ['Greek in a Latin word', '\u0391dmin', '\u0391dmin [mixed alphabets]'],
    ['markup', '<b onclick="x">&amp;</b>', '<b onclick="x">&amp;</b>'],
  ])('%s is seen for what it is', async (_name, text, expected) => {
    expect(await shown(text)).toBe(expected);
    expect(String(await safeText(text))).not.toContain('<b onclick');
  });

  it.each([
    ['Ümläuts and Åccents, naïve', 'Ümläuts and Åccents, naïve'],
    ['Привет мир', 'Привет мир'],
    ['日本語と English together', '日本語と English together'],
    ['two\nlines\tand a tab', 'two lines and a tab'],
    ['INC-4211: 100 % (really!)', 'INC-4211: 100 % (really!)'],
  ])('is left alone when it is only somebody’s language: %s', async (text, expected) => {
    expect(await shown(text)).toBe(expected);
    expect(String(await safeText(text))).not.toContain('<mark>');
  });

  it('is shown in titles too, where there is no markup', () => {
    expect(plainText('a\u202Eb')).toBe('a[U+202E]b');
  });
});

describe('times', () => {
  it('name their day, their month in letters, and their zone', () => {
    expect(instantWords('2026-03-01T16:31:59.999Z')).toBe('Sunday 1 March 2026, 16:31 UTC');
    expect(instantWords(Date.parse('2026-12-31T00:00:00Z'))).toBe('Thursday 31 December 2026, 00:00 UTC');
  });

  it.each([
    [-5, '1 second'],
    [1, '1 second'],
    [59.9, '59 seconds'],
    [60, '1 minute'],
    [3_599, '59 minutes'],
    [3_600, '1 hour'],
    [5_400, '1 hour 30 minutes'],
    [86_400 + 3_600 + 60, '1 day 1 hour'],
    [2 * 86_400, '2 days'],
  ])('last %d seconds: %s', (seconds, words) => {
    expect(lengthWords(seconds)).toBe(words);
  });
});
