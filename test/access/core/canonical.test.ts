import { describe, expect, it } from '@jest/globals';
import { assert, jsonValue, property } from 'fast-check';
import { codeOf } from '../../../src/access/core/app-error.ts';
import { canonicalOf, digestOf, parseCanonical } from '../../../src/access/core/canonical.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const codeFrom = (work: () => unknown) => {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    return codeOf(error);
  }
};
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

describe('the canonical form', () => {
  it('is that of RFC 8785: its example in section 3.2.4, byte for byte', () => {
    const example: unknown = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(bytes(canonicalOf(example)).toString('hex')).toBe(
      bytes(
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
      ).toString('hex'),
    );
  });

  it('sorts keys by UTF-16 code unit, as section 3.2.3 shows', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const text = canonicalOf(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(text).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
  });

  it('carries minus zero as zero', () => {
    expect(canonicalOf(-0)).toBe('0');
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a key without a value', { a: undefined }],
    ['a hole in a list', Array.from({ length: 1 })],
    ['no number', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['half a character', 'a\ud800'],
    ['half a character in a key', { '\udc00': 1 }],
    ['a date, which would turn into a text', new Date(0)],
    ['a big integer', 1n],
    ['a function', { toJSON: () => 1 }],
    ['a symbol', Symbol('x')],
    ['a map, which would turn into nothing', new Map([['a', 1]])],
    ['a boxed number', Object(1)],
    ['too many levels', deep(65)],
  ])('refuses %s', (_, value) => {
    expect(codeFrom(() => canonicalOf(value))).toBe('canonical.not-json');
  });

  it('takes as many levels as it says', () => {
    expect(canonicalOf(deep(64))).toHaveLength(129);
  });

  it('knows the digests of the empty object', () => {
    expect(digestOf({})).toBe('RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o');
    expect(digestOf({}, 'hex')).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

describe('reading a file that must be canonical', () => {
  it('reads back whatever was written, and writes it again the same', () => {
    assert(
      property(jsonValue({ maxDepth: 5 }), (value) => {
        const written = bytes(canonicalOf(value));
        expect(canonicalOf(parseCanonical(written))).toBe(written.toString('utf8'));
      }),
    );
  });

  it.each<[string, string | Uint8Array]>([
    ['a byte order mark', '\ufeff{}'],
    ['double keys', '{"a":1,"a":1}'],
    ['double keys, spelt differently', '{"a":1,"\\u0061":1}'],
    ['white space inside', '{"a": 1}'],
    ['white space in front', ' {}'],
    ['a newline at the end', '{}\n'],
    ['another order of keys', '{"b":1,"a":1}'],
    ['another spelling of a number', '{"a":1.0}'],
    ['an exponent where none is needed', '1e2'],
    ['minus zero', '-0'],
    ['a number that doubles cannot carry', '9007199254740993'],
    ['a number beyond all doubles', '1e400'],
    ['an escape that is not needed', '"\\u0041"'],
    ['an escaped slash', '"\\/"'],
    ['upper case in an escape', '"\\u000F"'],
    ['half a character, escaped', '"\\ud800"'],
    ['something behind the end', '{}{}'],
    ['a zero byte behind the end', '{}\u0000'],
    ['nothing', ''],
    ['half a file', '{"a":'],
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['an overlong spelling in UTF-8', Uint8Array.of(0x22, 0xc1, 0x81, 0x22)],
    ['half a character in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['UTF-16', new Uint8Array(Buffer.from('{}', 'utf16le'))],
    ['too many levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('refuses %s', (_, input) => {
    expect(codeFrom(() => parseCanonical(typeof input === 'string' ? bytes(input) : input))).toBe('evidence.not-canonical');
  });

  it('keeps a key called __proto__ a mere key', () => {
    const value = parseCanonical(bytes('{"__proto__":{"admin":true}}'));
    expect(Reflect.get(Object(value), 'admin')).toBeUndefined();
    expect(canonicalOf(value)).toBe('{"__proto__":{"admin":true}}');
  });
});
