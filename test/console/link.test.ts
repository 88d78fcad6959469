import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ABEL, ANNA, RITA, SLACK } from '../../src/playground/cast.ts';
import { codeOn } from './support/console-world.ts';
import { CONFIRM, type LinkWorld, personOf, SIGN_IN_SLACK, startLinkWorld } from './support/link-world.ts';

let world: LinkWorld;
beforeEach(async () => {
  world = await startLinkWorld();
});
afterEach(() => world.close());

const actor = { platform: 'slack' as const, workspaceId: SLACK.workspaceId, userId: RITA.slackUserId };

describe('somebody whose Slack account is nobody’s', () => {
  it('is told where to link it, in words and by an address that say nothing of them', () => {
    const who = world.people.personsOf(actor);
    expect(who).toMatchObject({
      refusal: { code: 'people.unlinked', linkUrl: world.console.at('/console/link') },
    });
    expect(JSON.stringify(who)).not.toContain(RITA.slackUserId);
  });

  it('signs in to both, sees both by name and id, confirms, and is the person from then on', async () => {
    const { page } = await world.enter(personOf(RITA));
    expect(page.title).toBe('Link your Slack account · Hallpass');
    const confirm = await world.toConfirm(page, RITA.name);
    expect(confirm.title).toBe('Are both of these yours? · Hallpass');
    for (const shown of [RITA.name, RITA.slackUserId, `${SLACK.workspaceName} (${SLACK.workspaceId})`, RITA.objectId])
      expect(confirm.text).toContain(shown);
    expect(world.standing()).toEqual([]);
    const done = await confirm.click(CONFIRM);
    expect([codeOn(done), done.title]).toEqual([undefined, 'My links · Hallpass']);
    expect(done.text).toContain(RITA.slackUserId);
    expect(world.people.personsOf(actor)).toEqual({ persons: [personOf(RITA)] });
    expect(world.people.addressesOf(personOf(RITA))[0]).toEqual(actor);
    expect(world.newest()).toBe('linked');
  });

  it('confirms what the page names, and not what another window of the same browser came back with since', async () => {
    const { browser, page } = await world.enter(personOf(RITA));
    const other = await browser.open(world.console.at('/console/link'));
    const confirm = await world.toConfirm(page, RITA.name);
    await world.toConfirm(other, ABEL.name);
    const refused = await confirm.click(CONFIRM);
    expect([refused.status, codeOn(refused), world.standing()]).toEqual([409, 'link.crossed', []]);
  });

  it('turns back, and nothing is linked', async () => {
    const { browser, page } = await world.enter(personOf(RITA));
    await (await world.toConfirm(page, RITA.name)).click('They are not both mine');
    expect((await browser.open(world.console.at('/console/link'))).title).toBe('Link your Slack account · Hallpass');
    expect(world.newest()).toBe('none');
  });

  it('turns back at Slack, and nothing is linked', async () => {
    const { page } = await world.enter(personOf(RITA));
    const back = await (await page.click(SIGN_IN_SLACK)).click('Cancel');
    expect([back.status, codeOn(back)]).toEqual([409, 'link.declined']);
    expect(world.newest()).toBe('none');
  });
});

describe('somebody who is linked', () => {
  it('unlinks after a question, and is nobody again; linking again works', async () => {
    const { browser, page } = await world.linked(personOf(RITA), RITA.name);
    const asked = await page.click(`Unlink ${RITA.slackUserId}`);
    expect(asked.title).toBe('Unlink your Slack account? · Hallpass');
    expect(world.standing()).toHaveLength(1);
    const done = await asked.click('Unlink');
    expect(done.text).toContain('No Slack account is linked to yours');
    expect([world.standing(), world.newest()]).toEqual([[], 'unlinked']);
    expect(world.people.personsOf(actor)).toMatchObject({ refusal: { code: 'people.unlinked' } });
    const again = await world.toConfirm(await browser.open(world.console.at('/console/link')), RITA.name);
    expect(codeOn(await again.click(CONFIRM))).toBeUndefined();
    expect(world.standing()).toEqual([`${RITA.slackUserId} → ${RITA.objectId}`]);
  });

  it('cannot be unlinked by somebody else, who is not even told that the link is there', async () => {
    await world.linked(personOf(RITA), RITA.name);
    const [link] = world.links.all();
    const { browser } = await world.enter(personOf(ABEL));
    const address = world.console.at(`/console/links/${link?.caseId ?? ''}/unlink`);
    const looked = await browser.open(address);
    const unknown = await browser.open(address.replace(/links\/\w+/, `links/${'0'.repeat(32)}`));
    expect([looked.status, codeOn(looked), looked.text]).toEqual([409, 'link.gone', unknown.text]);
    expect((await browser.open(world.console.at('/console/links/all'))).status).toBe(403);
    expect(world.standing()).toHaveLength(1);
  });
});

describe('an operator', () => {
  it('sees the links of everybody and ends one', async () => {
    await world.close();
    world = await startLinkWorld({ roles: { operator: { people: [personOf(ANNA)] } } });
    await world.linked(personOf(RITA), RITA.name);
    const { browser } = await world.enter(personOf(ANNA));
    const all = await browser.open(world.console.at('/console/links/all'));
    expect(all.text).toContain(RITA.name);
    const asked = await all.click(`Unlink ${RITA.slackUserId}`);
    expect(asked.title).toBe(`Unlink the Slack account of ${RITA.name}? · Hallpass`);
    await asked.click('Unlink');
    expect(world.standing()).toEqual([]);
    const [closed] = world.console.runtime.closed('link', undefined, 1);
    expect(closed?.context).toMatchObject({ why: 'operator', person: personOf(RITA) });
  });
});
