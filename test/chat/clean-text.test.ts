import { describe, expect, it } from '@jest/globals';
import { cleanText } from '../../src/chat/clean-text.ts';

describe('what somebody typed', () => {
  it.each([
    [
      'keeps mentions, links and Markdown as they were typed',
      '<!channel> *now* [x](https://e.example) <@U1>',
      '<!channel> *now* [x](https://e.example) <@U1>',
    ],
    ['keeps lines and tabs, and unifies line ends', 'one\r\ntwo\rthree\n\tfour', 'one\ntwo\nthree\n\tfour'],
    ['drops what drives a terminal', 'a\u001b[31mred\u0000\u0007\u009b2J', 'a[31mred2J'],
    ['drops what turns the direction of its neighbours', 'pay \u202eevil\u202c and \u2066x\u2069', 'pay evil and x'],
    ['keeps the marks and letters of scripts that run the other way', 'שלום \u200fעולם', 'שלום \u200fעולם'],
    ['mends half a character', 'a\ud83d!', 'a\ufffd!'],
    ['is empty when nothing can be read', ' \u0000 \n ', ''],
  ])('%s', (_, typed, kept) => {
    expect(cleanText(typed)).toBe(kept);
  });
});
