import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { controlOver } from '../../../src/perimeter/freeze/control-client.ts';
import type { Page } from '../../support/browserless.ts';
import { ABEL, ANNA, GINA, RITA } from '../support/perimeter-config.ts';
import { type ApproveWorld, startApproveWorld } from './support/approve-world.ts';

jest.setTimeout(180_000);
const SAM = { ...RITA, objectId: '0b7ec700-0000-4000-8000-000000000005' };

let world: ApproveWorld;
beforeAll(async () => {
  // Gina has a second account, Sam's.
  world = await startApproveWorld({
    file: { unfreeze: { people: [GINA, ANNA, SAM] }, samePerson: { pairs: [[GINA.objectId, SAM.objectId]] } },
  });
});
afterAll(() => world.close());

const seenBy = (person: typeof ABEL, id: string) => world.look(world.browserOf(person), id);
const buttonsOf = (page: Page) => page.forms.flatMap(({ buttons }) => buttons.map(({ text }) => text));

describe('while the perimeter is frozen', () => {
  it('nobody can approve, and the page says why', async () => {
    await world.register('beforefrost1');
    const { freezeId } = await controlOver(world.ledger).freeze('a laptop was <b>stolen</b>');
    const page = await seenBy(ABEL, 'beforefrost1');
    expect(page.text).toContain('The perimeter is frozen: nothing is given until two people have signed');
    expect(buttonsOf(page)).toEqual([]);

    const approver = await seenBy(ABEL, freezeId);
    expect(approver.title).toContain('nothing here for you');
  });

  it('it takes the signatures of two different people who are listed for it', async () => {
    const { freezeId } = await controlOver(world.ledger).freeze(undefined);
    const first = await seenBy(GINA, freezeId);
    expect(first.title).toBe('May the perimeter give access again? · Hallpass');
    expect(first.text).toContain('It takes 2 signatures to go on. a laptop was <b>stolen</b>');
    const signed = await first.click('Sign that it may give again');
    expect([signed.text, buttonsOf(signed)]).toEqual([
      expect.stringContaining('It takes 1 signature to go on. a laptop was <b>stolen</b> You have signed. Thank you.'),
      [],
    ]);
    // The same human under another account.
    expect((await seenBy(SAM, freezeId)).title).toContain('nothing here for you');

    const second = await (await seenBy(ANNA, freezeId)).click('Sign that it may give again');
    expect(second.title).toContain('nothing here for you');
    expect((await world.evidence().list(freezeId)).map(({ record }) => record)).toMatchObject([
      { statement: { purpose: 'unfreeze', decision: 'sign', requestId: freezeId } },
      { statement: { purpose: 'unfreeze', decision: 'sign', requestId: freezeId } },
    ]);

    // Nor is a freeze a request that the bot could name.
    expect(await world.call('DELETE', `/grants/${freezeId}?reason=revoke`)).toMatchObject({ status: 409 });
    await (await seenBy(ABEL, 'beforefrost1')).click('Approve');
    await world.factsUntil('beforefrost1', 'given');
  });

  it('a signature for one freeze is none for the next', async () => {
    const { freezeId } = await controlOver(world.ledger).freeze(undefined);
    const [gina, anna] = [await seenBy(GINA, freezeId), await seenBy(ANNA, freezeId)];
    await gina.click('Sign');
    await anna.click('Sign');
    const next = await controlOver(world.ledger).freeze(undefined);
    expect(next.freezeId).not.toBe(freezeId);
    expect((await seenBy(ANNA, next.freezeId)).text).toContain('It takes 2 signatures to go on.');
  });
});
