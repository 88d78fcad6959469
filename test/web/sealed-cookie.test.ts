import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { newCookieKey, sealedCookie } from '../../src/web/sealed-cookie.ts';

const schema = z.strictObject({ who: z.string() });
let now = Date.parse('2026-03-01T12:00:00Z');
const clock = { now: () => now, onMoved: () => () => undefined };
const key = newCookieKey();
const cookie = sealedCookie('session', 900, schema, key, clock);
const other = sealedCookie('attempt', 900, schema, key, clock);
const sentBack = (line: string) => line.split(';')[0] ?? '';

describe('a sealed cookie', () => {
  it('comes back as it was, among others', async () => {
    const line = await cookie.seal({ who: 'Abel' });
    expect(line).toMatch(/^__Host-session=[\w.-]+; Max-Age=900; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    expect(line).not.toContain('Abel');
    expect(await cookie.open(`a=b; ${sentBack(line)}; c=d`)).toEqual({ who: 'Abel' });
  });

  it('is gone when it is taken away', async () => {
    expect(cookie.gone).toMatch(/^__Host-session=; Max-Age=0; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    expect([await cookie.open(sentBack(cookie.gone)), await cookie.open(undefined), await cookie.open('a=b')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is as good as absent when it is too old', async () => {
    const sent = sentBack(await cookie.seal({ who: 'Abel' }));
    now += 900_000 - 1;
    expect(await cookie.open(sent)).toEqual({ who: 'Abel' });
    now += 1;
    expect(await cookie.open(sent)).toBeUndefined();
  });

  it('is as good as absent under another name, another key, another content', async () => {
    const sent = sentBack(await cookie.seal({ who: 'Abel' }));
    const renamed = sent.replace('__Host-session', '__Host-attempt');
    const elsewhere = sealedCookie('session', 900, schema, newCookieKey(), clock);
    const newer = sealedCookie('session', 900, z.strictObject({ whom: z.string() }), key, clock);
    expect([await other.open(renamed), await elsewhere.open(sent), await newer.open(sent)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is as good as absent when one character of it was changed, or it is no such thing', async () => {
    const sent = sentBack(await cookie.seal({ who: 'Abel' }));
    for (let at = '__Host-session='.length; at < sent.length - 1; at += 7) {
      const changed = `${sent.slice(0, at)}${sent[at] === 'A' ? 'B' : 'A'}${sent.slice(at + 1)}`;
      expect(await cookie.open(changed)).toBeUndefined();
    }
    expect(await cookie.open('__Host-session=eyJhbGciOiJub25lIn0..x.y.z')).toBeUndefined();
    expect(await cookie.open('__Host-session=%%%')).toBeUndefined();
  });
});
