import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ABEL, RITA } from '../support/perimeter-config.ts';
import { type ApproveWorld, startApproveWorld } from './support/approve-world.ts';

jest.setTimeout(180_000);

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld();
});
afterAll(() => world.close());

describe('an approver who opens the page', () => {
  it('sees the request after a sign-in, signs by a second one, and the access is given', async () => {
    await world.register('walkapprove1');
    const browser = world.browserOf(ABEL);
    const page = await world.look(browser, 'walkapprove1');
    expect(page.title).toContain('Give Global Reader to Rita Requester?');
    const signed = await page.click('Approve');
    expect(signed.text).toContain('You approved this');
    const facts = await world.factsUntil('walkapprove1', 'given');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given']);
    expect(world.holders()).toContain(RITA.objectId);
    await world.end('walkapprove1');
  });
});
