import { createPublicKey } from 'node:crypto';
import { decodeJwt, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import { newKey } from '../../perimeter/approve/support/local-idp.ts';
import { ABEL, TENANT_ID } from '../../perimeter/support/perimeter-config.ts';
import { CHAT, codeOn, given, saying, signedAndGiven } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { codeOf } from '../seen.ts';
import { botToken } from './tokens.ts';

const CLASS = 'expired, unsigned, alg and key confusion';
type PublishedKey = Readonly<Record<'kid' | 'n' | 'e', string>>;
type Sign = (claims: JWTPayload, published: PublishedKey) => Promise<string>;

/** Everything in the token is right, but for who signed it and how. */
const forged = (name: string, code: string, about: string, sign: Sign): Attack =>
  attackOn({
    class: CLASS,
    name: `brings a signature ${name}`,
    code,
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about,
    async prepare(world) {
      await world.register(about);
      return world.look(world.browserOf(ABEL), about);
    },
    async attack(world, shown) {
      const published = await keyAt(world.idp.keysUrl);
      world.idp.sign = (claims) => sign({ ...claims }, published);
      const page = await shown.click('Approve');
      world.idp.sign = undefined;
      return codeOn(page);
    },
    twin: (world) => signedAndGiven(world, about, [ABEL]),
  });

/** Rightly signed, at another time or in another way of signing in. */
const stale = (
  name: string,
  code: string,
  about: string,
  lie: () => Readonly<Record<string, unknown>>,
  wishes?: Attack['wishes'],
): Attack =>
  attackOn({
    class: CLASS,
    name: `brings a signature ${name}`,
    code,
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about,
    ...(wishes === undefined ? {} : { wishes }),
    async prepare(world) {
      await world.register(about);
      return world.look(world.browserOf(ABEL), about);
    },
    attack: async (world, shown) => codeOn(await saying(world, lie(), () => shown.click('Approve'))),
    twin: (world) => signedAndGiven(world, about, [ABEL]),
  });

const caller = (name: string, about: string, sign: Sign): Attack => ({
  class: CLASS,
  name: `calls with a token ${name}`,
  code: 'caller.unauthenticated',
  journal: 'none',
  refusedAt: 'end',
  wishes: CHAT,
  async attack(world) {
    const published = await keyAt(`${world.microsoft.loginUrl}/${TENANT_ID}/discovery/v2.0/keys`);
    const token = await sign(decodeJwt(await botToken(world)), published);
    const headers = { authorization: `Bearer ${token}` };
    return codeOf(await world.call('DELETE', `/grants/${about}?reason=withdraw`, undefined, headers));
  },
  twin: (world) => given(world, about),
});

const publishedSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.literal('RSA'), kid: z.string(), n: z.string(), e: z.string() })).min(1),
});

/** What anybody can fetch. */
async function keyAt(url: string): Promise<PublishedKey> {
  const [key] = publishedSchema.parse(await (await fetch(url)).json()).keys;
  if (key === undefined) throw new Error('no keys');
  return key;
}

const seconds = () => Math.floor(Date.now() / 1_000);
const rs256 = (kid: string) => ({ alg: 'RS256', typ: 'JWT', kid }) as const;

const unsigned: Sign = (claims) => Promise.resolve(new UnsecuredJWT(claims).encode());

/** No signature, in other words, with something where it would stand. */
const nOnE: Sign = (claims, { kid }) => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return Promise.resolve(`${part({ alg: 'nOnE', typ: 'JWT', kid })}.${part(claims)}.AA`);
};

/** What everybody knows, taken for a shared secret. */
const publicKeyAsSecret: Sign = (claims, { kid, n, e }) => {
  const pem = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid }).sign(Buffer.from(pem));
};

const keyOfItsOwn: Sign = async (claims) => {
  const { privateKey, jwk } = await newKey();
  return new SignJWT(claims).setProtectedHeader(rs256(jwk.kid)).sign(privateKey);
};

const nameOfEntras: Sign = async (claims, { kid }) => {
  const { privateKey } = await newKey();
  return new SignJWT(claims).setProtectedHeader(rs256(kid)).sign(privateKey);
};

const keyInHeader: Sign = async (claims, { kid }) => {
  const { privateKey, jwk } = await newKey();
  const { kty, n, e } = jwk;
  const shown = { ...(kty === undefined ? {} : { kty }), ...(n === undefined ? {} : { n }), ...(e === undefined ? {} : { e }) };
  return new SignJWT(claims)
    .setProtectedHeader({ ...rs256(kid), jwk: shown, jku: 'https://evil.test/keys', x5u: 'https://evil.test/cert' })
    .sign(privateKey);
};

/** Tokens that nobody should have issued, or not now. */
export const forgedTokens: readonly Attack[] = [
  forged('that is none', 'id-token.signature', 'forged000001', unsigned),
  forged('that says that it is none, in odd letters', 'id-token.signature', 'forged000002', nOnE),
  forged("made with Entra's public key as a shared secret", 'id-token.signature', 'forged000003', publicKeyAsSecret),
  forged('made with a key of its own', 'id-token.signature', 'forged000004', keyOfItsOwn),
  forged("made with a key of its own, by the name of Entra's", 'id-token.signature', 'forged000005', nameOfEntras),
  forged('made with a key of its own, which stands beside it', 'id-token.signature', 'forged000006', keyInHeader),
  stale('that has run out', 'id-token.expired', 'stale0000001', () => ({ exp: seconds() - 60 })),
  stale('that is not valid yet', 'id-token.expired', 'stale0000002', () => ({ nbf: seconds() + 120 })),
  stale('that was made before the click', 'id-token.stale', 'stale0000003', () => ({ iat: seconds() - 660 })),
  stale('without the step-up that was asked for', 'id-token.step-up', 'stale0000004', () => ({ acrs: ['c2'] })),
  stale(
    'of a session that began before the click, where a new sign-in was asked for',
    'id-token.step-up',
    'stale0000005',
    () => ({ auth_time: seconds() - 600 }),
    { stepUp: { promptLogin: true } },
  ),
  caller('that is not signed', 'forgedcall01', unsigned),
  caller("signed with Entra's public key as a shared secret", 'forgedcall02', publicKeyAsSecret),
  caller("signed with a key of its own, by the name of Entra's", 'forgedcall03', nameOfEntras),
  caller('signed with a key of its own, which stands beside it', 'forgedcall04', keyInHeader),
  {
    class: CLASS,
    name: 'calls with a token that has run out',
    code: 'caller.unauthenticated',
    journal: 'none',
    refusedAt: 'feed',
    wishes: CHAT,
    async attack(world) {
      const token = await world.microsoft.tokens.sign({ ...decodeJwt(await botToken(world)), exp: seconds() - 60 });
      return codeOf(await world.call('GET', '/events?after=0', undefined, { authorization: `Bearer ${token}` }));
    },
    async twin(world) {
      const token = await world.microsoft.tokens.sign({ ...decodeJwt(await botToken(world)), exp: seconds() + 60 });
      const { status } = await world.call('GET', '/events?after=0', undefined, { authorization: `Bearer ${token}` });
      if (status !== 200) throw new Error(`answered ${status}`);
    },
  },
];
