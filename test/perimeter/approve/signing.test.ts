import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type JWTPayload, UnsecuredJWT } from 'jose';
import { nonceOf, type Statement } from '../../../src/access/core/statement.ts';
import type { SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import type { Page } from '../../support/browserless.ts';
import { ABEL, ANNA, TENANT_ID } from '../support/perimeter-config.ts';
import { approval } from '../support/world.ts';
import { type ApproveWorld, startApproveWorld } from './support/approve-world.ts';

jest.setTimeout(180_000);
const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld({ more: { atMostPerPrincipalPerDay: 1_000, atMostLive: 1_000 } });
});
afterAll(() => world.close());

let count = 0;
const fresh = () => `signing${String(count++).padStart(6, '0')}`;
const codeOn = ({ text }: Page) => /Code: (\S+)/.exec(text)?.[1];
const actsOf = async (id: string) =>
  (await world.evidence().list(id)).flatMap(({ record }) => (record.kind === 'signed' ? [record] : []));
const honestly = () => {
  world.idp.lie = (claims) => claims;
  world.idp.sign = undefined;
};
/** Presses Approve as Abel; what the sign-in service answers, the test has said before. */
async function approved(id: string): Promise<Page> {
  return (await world.look(world.browserOf(ABEL), id)).click('Approve');
}

/** It was given; and is over, so that the next one can be asked for. */
async function given(id: string): Promise<void> {
  await world.factsUntil(id, 'given');
  world.advance(31);
  await world.factsUntil(id, 'ended');
}
afterEach(() => {
  honestly();
  world.idp.tokenAnswer = undefined;
});

describe('a signature', () => {
  it('is over exactly what was shown, and is kept as evidence with all that it takes to verify it', async () => {
    const id = fresh();
    await world.register(id);
    await approved(id);
    const [act, ...others] = await actsOf(id);
    expect(others).toEqual([]);
    expect(act).toMatchObject({
      statement: {
        v: 1,
        purpose: 'decide',
        decision: 'approve',
        perimeter: world.origin,
        tenantId: TENANT_ID,
        requestId: id,
        stage: 0,
        guardrailsDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      issuer: world.idp.issuer,
      keysUrl: world.idp.keysUrl,
      signer: ABEL,
      stepUp: { authenticationContext: 'c1' },
      names: {
        signer: 'Abel Approver',
        requester: 'Rita Requester',
        principal: 'Rita Requester',
        target: 'Global Reader, the whole tenant',
      },
    } satisfies Partial<Record<keyof SignedAct, unknown>>);
    const claims: unknown = JSON.parse(Buffer.from(act?.idToken.split('.')[1] ?? '', 'base64url').toString());
    expect(Reflect.get(Object(claims), 'nonce')).toBe(nonceOf(statementOf(act)));
    await given(id);
  });

  it('is asked for with the context of the file, PKCE, and the account that looked', async () => {
    const id = fresh();
    await world.register(id);
    await approved(id);
    expect(world.idp.begun.at(-2)).not.toHaveProperty('claims');
    expect(world.idp.begun.at(-1)).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      scope: 'openid profile',
      code_challenge_method: 'S256',
      claims: '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}',
      login_hint: `${ABEL.objectId}@playground.example`,
      redirect_uri: `${world.origin}/approve/callback`,
    });
    await given(id);
  });

  it('denies as well, and then nothing is given', async () => {
    const id = fresh();
    await world.register(id);
    const page = await (await world.look(world.browserOf(ABEL), id)).click('Deny');
    expect(page.text).toMatch(/You denied this \d+ seconds? ago. Thank you. Nothing was given/);
    expect((await world.factsUntil(id, 'ended')).at(-1)).toMatchObject({ how: 'denied' });
    expect(await actsOf(id)).toMatchObject([{ statement: { decision: 'deny' } }]);
  });

  it('by chat does not count as an approval, and says where to sign; by chat one can still deny', async () => {
    const id = fresh();
    await world.register(id);
    const reply = await world.call('POST', `/grants/${id}/decisions`, approval('chat-1'));
    expect([reply.status, reply.body]).toMatchObject([
      409,
      { code: 'approval.must-be-signed', hint: expect.stringContaining(`${world.origin}/approve/${id}`) },
    ]);
    await world.call('POST', `/grants/${id}/decisions`, { ...approval('chat-2'), decision: 'deny' });
    expect((await world.factsUntil(id, 'ended')).at(-1)).toMatchObject({ how: 'denied' });
  });
});

describe('a token that lies', () => {
  it.each<[string, (claims: JWTPayload) => Readonly<Record<string, unknown>>, string]>([
    ['about the audience', (claims) => ({ ...claims, aud: '00000003-0000-0000-c000-000000000000' }), 'id-token.audience'],
    [
      'about the issuer',
      (claims) => ({ ...claims, iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }),
      'id-token.issuer',
    ],
    ['about the tenant', (claims) => ({ ...claims, tid: OTHER_TENANT }), 'id-token.tenant'],
    ['about the statement', (claims) => ({ ...claims, nonce: 'A'.repeat(43) }), 'id-token.nonce'],
    ['about its life', (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 }), 'id-token.expired'],
    ['about when it was issued', (claims) => ({ ...claims, iat: (claims.iat ?? 0) - 600 }), 'id-token.stale'],
    ['about the person', (claims) => ({ ...claims, oid: ANNA.objectId }), 'id-token.person'],
    ['about the kind of account', (claims) => ({ ...claims, acct: 1 }), 'id-token.guest'],
    ['about being a person', (claims) => ({ ...claims, idtyp: 'app' }), 'id-token.app'],
    ['about the step-up', (claims) => ({ ...claims, acrs: ['c2'] }), 'id-token.step-up'],
  ])('%s decides nothing and leaves nothing; its honest twin is given', async (_name, lie, code) => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    world.idp.lie = lie;
    const page = await shown.click('Approve');
    honestly();
    expect([page.status, codeOn(page)]).toEqual([403, code]);
    expect(page.html).toContain(`href="/approve/${id}"`);
    expect([await actsOf(id), (await world.call('GET', `/grants/${id}`)).body]).toMatchObject([[], { state: 'registered' }]);

    await (await page.click('Back to the request')).click('Approve');
    await given(id);
  });

  it('by not being signed at all decides nothing', async () => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    world.idp.sign = (claims) => Promise.resolve(new UnsecuredJWT({ ...claims }).encode());
    const page = await shown.click('Approve');
    honestly();
    expect(page.status).toBe(403);
    expect(codeOn(page)).toMatch(/^id-token\.(signature|claims)$/);
    expect(await actsOf(id)).toEqual([]);
    await world.end(id, 'withdraw');
  });
});

describe('what changes between the look and the signature', () => {
  it('the approver is no approver any more: refused, and nothing is kept', async () => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    // Between the click and the answer of the sign-in service.
    world.idp.lie = (claims) => {
      world.microsoft.tenant.disableUser(ABEL.objectId);
      return claims;
    };
    const page = await shown.click('Approve');
    world.microsoft.tenant.enableUser(ABEL.objectId);
    honestly();
    expect([page.status, codeOn(page)]).toEqual([409, 'guardrail.approver-disabled']);
    expect(await actsOf(id)).toEqual([]);
    await approved(id);
    await given(id);
  });

  it('the request is withdrawn: said so', async () => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    const withdraw = world.end(id, 'withdraw');
    await withdraw;
    const page = await shown.click('Approve');
    expect(page.text).toContain('It was taken back before it was given. Nothing to do.');
    expect(await actsOf(id)).toEqual([]);
  });

  it('somebody else decides: who, and how long ago', async () => {
    const id = fresh();
    await world.register(id);
    const abel = await world.look(world.browserOf(ABEL), id);
    const anna = await (await world.look(world.browserOf(ANNA), id)).click('Approve');
    expect(anna.text).toMatch(/You approved this \d+ seconds? ago/);
    const page = await abel.click('Deny');
    expect(page.text).toMatch(
      /Anna Approver approved this \d+ seconds? ago\. It is (being )?given until .* UTC\. Nothing to do\./,
    );
    expect(page.has('Deny')).toBe(false);
    expect(await actsOf(id)).toHaveLength(1);
    await given(id);
  });

  it('both sign at the same moment: one counts, the other is told', async () => {
    const id = fresh();
    await world.register(id);
    const abel = await world.look(world.browserOf(ABEL), id);
    const anna = await world.look(world.browserOf(ANNA), id);
    const pages = await Promise.all([abel.click('Approve'), anna.click('Deny')]);
    expect(pages.filter(({ text }) => text.includes('Thank you.'))).toHaveLength(1);
    expect(pages.filter(({ text }) => /(Abel|Anna) Approver (approved|denied) this|no longer waits/.test(text))).toHaveLength(1);
    expect(await actsOf(id)).toHaveLength(1);
    world.advance(31);
    await world.factsUntil(id, 'ended');
  });

  it('the guardrails, by a restart: begin again', async () => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    await world.stop();
    await world.start();
    const page = await shown.click('Approve');
    expect(codeOn(page)).toBe('sign-in.begin-again');
    await approved(id);
    await given(id);
  });

  it('the window for decisions is over: it lapsed', async () => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    world.advance(61);
    await world.factsUntil(id, 'ended');
    expect((await shown.click('Approve')).text).toContain('Nobody decided in time.');
  });
});

describe('a form that was changed by hand', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['names another state of the request', { shown: 'A'.repeat(43) }, 'page.changed'],
    ['names nothing that was shown', { shown: '' }, 'page.changed'],
    ['has the token of another visit', { csrf: 'A'.repeat(22) }, 'page.forged'],
  ])('%s: nothing is begun', async (_name, fields, code) => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    const before = world.idp.begun.length;
    const page = await shown.click('Approve', fields);
    expect([codeOn(page), world.idp.begun.length]).toEqual([code, before]);
    await shown.click('Deny');
    await world.factsUntil(id, 'ended');
  });

  it('of another request is about that one, and is refused here', async () => {
    const [one, other] = [fresh(), fresh()];
    await world.register(one);
    await world.register(other, { entitlementId: 'security-reader' });
    const browser = world.browserOf(ABEL);
    const shownOther = await world.look(browser, other);
    const foreign = shownOther.forms[0]?.fields.find(({ name }) => name === 'shown')?.value ?? '';
    const page = await (await browser.open(`${world.origin}/approve/${one}`)).click('Approve', { shown: foreign });
    expect(codeOn(page)).toBe('page.changed');
    for (const id of [one, other]) await world.end(id, 'withdraw');
  });

  it('presses a button that the person does not have', async () => {
    const id = fresh();
    await world.register(id);
    const browser = world.browserOf(ABEL);
    const shown = await world.look(browser, id);
    const { csrf = '', shown: digest = '' } = Object.fromEntries(
      (shown.forms[0]?.fields ?? []).map(({ name, value }) => [name, value]),
    );
    const page = await browser.postFrom(world.origin, `${world.origin}/approve/${id}`, { csrf, shown: digest, act: 'sign' });
    expect(codeOn(page)).toBe('page.malformed');
    const unsigned = await browser.postFrom(world.origin, `${world.origin}/approve/${id}`, {
      csrf,
      shown: digest,
      act: 'unsigned',
    });
    expect([codeOn(unsigned), (await world.call('GET', `/grants/${id}`)).body]).toMatchObject([
      'page.malformed',
      { state: 'registered' },
    ]);
    await world.end(id, 'withdraw');
  });
});

describe('the sign-in service', () => {
  it('refuses the code: begin again', async () => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    world.idp.tokenAnswer = { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS54005: used' } };
    const page = await shown.click('Approve');
    expect([page.status, codeOn(page)]).toEqual([400, 'sign-in.code-refused']);
    world.idp.tokenAnswer = undefined;
    await world.end(id, 'withdraw');
  });

  it.each<[string, NonNullable<ApproveWorld['idp']['tokenAnswer']>, number, string]>([
    [
      'does not accept the page',
      { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS700211: x' } },
      503,
      'sign-in.client-refused',
    ],
    ['is down', { status: 503, body: { error: 'temporarily_unavailable' } }, 503, 'identity.unavailable'],
    ['answers with a page', { status: 200, body: '<html>proxy</html>' }, 503, 'identity.unavailable'],
    ['hangs up', 'reset', 503, 'identity.unavailable'],
    ['sends no ID token', { status: 200, body: { token_type: 'Bearer', access_token: 'x' } }, 403, 'id-token.claims'],
    [
      'sends something else as ID token',
      { status: 200, body: { token_type: 'Bearer', access_token: 'x', id_token: 'a.b.c' } },
      503,
      'identity.unavailable',
    ],
  ])('%s: nothing is decided', async (_name, answer, status, code) => {
    const id = fresh();
    await world.register(id);
    const shown = await world.look(world.browserOf(ABEL), id);
    world.idp.tokenAnswer = answer;
    const page = await shown.click('Approve');
    world.idp.tokenAnswer = undefined;
    expect([page.status, codeOn(page), await actsOf(id)]).toEqual([status, code, []]);
    await world.end(id, 'withdraw');
  });
});

function statementOf(act: SignedAct | undefined): Statement {
  if (act === undefined) throw new Error('nothing was signed');
  return act.statement;
}
