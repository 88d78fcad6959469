import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from '../../support/browserless.ts';
import { ABEL, APPROVERS, RITA } from '../support/perimeter-config.ts';
import { type ApproveWorld, startApproveWorld } from './support/approve-world.ts';

jest.setTimeout(180_000);

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld({
    stepUp: { promptLogin: true },
    more: { protected: true, atMostPerPrincipalPerDay: 1_000 },
  });
});
afterAll(() => world.close());

const seenBy = (person: typeof ABEL, id: string) => world.look(world.browserOf(person), id);
const buttonsOf = (page: Page) => page.forms.flatMap(({ buttons }) => buttons.map(({ text }) => text));
async function given(id: string): Promise<void> {
  await world.factsUntil(id, 'given');
  world.advance(31);
  await world.factsUntil(id, 'ended');
}

describe('a request that its requester has to sign', () => {
  it('is given when both have signed, in whatever order, and the page says whose words the justification is', async () => {
    await world.register('bothsign0001');
    const before = await seenBy(ABEL, 'bothsign0001');
    expect(before.text).toContain("It waits for 1 approval and the requester's own signature.");
    expect(before.text).toContain('the requester did not sign it');

    const own = await seenBy(RITA, 'bothsign0001');
    expect([own.title, buttonsOf(own)]).toEqual([
      'Did you ask for Global Reader? · Hallpass',
      ['Sign this request', 'Withdraw it'],
    ]);
    const signed = await own.click('Sign this request');
    expect(signed.text).toContain('It waits for 1 approval.');
    expect(buttonsOf(signed)).toEqual([]);

    const after = await seenBy(ABEL, 'bothsign0001');
    expect(after.text).toMatch(/Justification, signed by the requester on \w+day \d+ \w+ \d{4}, \d\d:\d\d UTC/);
    await after.click('Approve');
    const facts = await world.factsUntil('bothsign0001', 'given');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'requestSigned', 'decided', 'giving', 'given']);
    const acts = (await world.evidence().list('bothsign0001')).map(({ record }) => record);
    expect(acts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ statement: expect.objectContaining({ purpose: 'request', decision: 'sign' }), signer: RITA }),
        expect.objectContaining({ statement: expect.objectContaining({ purpose: 'decide' }), signer: ABEL }),
      ]),
    );
    world.advance(31);
    await world.factsUntil('bothsign0001', 'ended');
  });

  it('is not given by the approval alone', async () => {
    await world.register('bothsign0002');
    const page = await (await seenBy(ABEL, 'bothsign0002')).click('Approve');
    expect(page.text).toMatch(/You approved this .* It waits for the requester's own signature\./);
    expect((await world.call('GET', '/grants/bothsign0002')).body).toMatchObject({ state: 'registered' });
    await (await seenBy(RITA, 'bothsign0002')).click('Sign this request');
    await given('bothsign0002');
  });

  it('can be withdrawn by its requester, without a signature, and by nobody else', async () => {
    await world.register('bothsign0003');
    const browser = world.browserOf(ABEL);
    const approver = await world.look(browser, 'bothsign0003');
    const fields = Object.fromEntries((approver.forms[0]?.fields ?? []).map(({ name, value }) => [name, value]));
    const answer = await browser.postFrom(world.origin, `${world.origin}/approve/bothsign0003`, { ...fields, act: 'unsigned' });
    expect([answer.status, (await world.call('GET', '/grants/bothsign0003')).body]).toMatchObject([400, { state: 'registered' }]);

    const begun = world.idp.begun.length;
    const own = await seenBy(RITA, 'bothsign0003');
    const withdrawn = await own.click('Withdraw it');
    expect(withdrawn.text).toContain('It was taken back before it was given.');
    expect(world.idp.begun.length).toBe(begun + 1);
    expect((await world.factsUntil('bothsign0003', 'ended')).at(-1)).toMatchObject({ how: 'withdrawn' });
  });
});

describe('a sign-in that has to be fresh, in a tenant without authentication contexts', () => {
  it('asks for the password again, and says when that was', async () => {
    await world.register('freshlogin01');
    await (await seenBy(ABEL, 'freshlogin01')).click('Deny');
    expect(world.idp.begun.at(-1)).toMatchObject({ prompt: 'login' });
    expect(world.idp.begun.at(-1)).not.toHaveProperty('claims');
    expect((await world.evidence().list('freshlogin01'))[0]?.record).toMatchObject({
      stepUp: { promptLogin: true, clickedAt: expect.stringMatching(/Z$/) },
    });
  });

  it('is not enough when it was before the click, and its twin is', async () => {
    await world.register('freshlogin02');
    const shown = await seenBy(ABEL, 'freshlogin02');
    world.idp.lie = (claims) => ({ ...claims, auth_time: Math.floor(Date.now() / 1000) - 60 });
    const stale = await shown.click('Deny');
    world.idp.lie = (claims) => claims;
    expect([stale.status, stale.text]).toEqual([403, expect.stringContaining('id-token.step-up')]);
    await (await stale.click('Back to the request')).click('Deny');
    await world.factsUntil('freshlogin02', 'ended');
  });

  it("takes the entitlement's own context first", async () => {
    await world.stop();
    const approvers = { groups: [APPROVERS], people: [] };
    await world.start({ more: { assurance: 'signed', approvers, authenticationContext: 'c7' } });
    await world.register('owncontext01');
    await (await seenBy(ABEL, 'owncontext01')).click('Deny');
    expect(world.idp.begun.at(-1)).toMatchObject({ claims: expect.stringContaining('"c7"') });
    await world.factsUntil('owncontext01', 'ended');
  });
});
