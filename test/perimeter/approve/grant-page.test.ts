import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RegisterGrant } from '../../../src/access/core/perimeter-api.ts';
import type { Page } from '../../support/browserless.ts';
import { ABEL, ANNA, APPROVERS, GINA, RITA } from '../support/perimeter-config.ts';
import { type ApproveWorld, startApproveWorld } from './support/approve-world.ts';

jest.setTimeout(180_000);
const SAM = { ...RITA, objectId: '0b7ec700-0000-4000-8000-000000000005' };

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld({
    more: { atMostPerPrincipalPerDay: 1_000, approvers: { groups: [APPROVERS], people: [SAM] } },
    // Rita has a second account.
    file: { samePerson: { pairs: [[RITA.objectId, SAM.objectId]] } },
  });
});
afterAll(() => world.close());

let count = 0;
let open: string[] = [];
async function asked(different: Partial<RegisterGrant> = {}): Promise<string> {
  const id = `grantpage${String(count++).padStart(3, '0')}`;
  await world.register(id, different);
  open.push(id);
  return id;
}
afterEach(async () => {
  for (const id of open) await world.end(id, 'withdraw');
  open = [];
});
const seenBy = (person: typeof ABEL, id: string) => world.look(world.browserOf(person), id);
const codeOn = ({ text }: Page) => /Code: (\S+)/.exec(text)?.[1];
const buttonsOf = (page: Page) => page.forms.flatMap(({ buttons }) => buttons.map(({ text }) => text));

describe('an approver', () => {
  it('is asked one question, and sees what the perimeter knows and looked up itself', async () => {
    const page = await seenBy(ABEL, await asked());
    expect(page.title).toBe('Give Global Reader to Rita Requester? · Hallpass');
    expect(buttonsOf(page)).toEqual(['Approve', 'Deny']);
    for (const words of [
      'It waits for 1 approval.',
      'First time: this person never had this from here.',
      'ticket 42 Justification, as the bot says it; the requester did not sign it',
      'Rita Requester , Site Reliability Engineer , Platform',
      RITA.objectId,
      'Global Reader : Can read everything that a Global Administrator can, but not update anything.',
      'f2ef992c-3afb-46b9-b7cf-a126ee74c451 at /',
      'the whole tenant',
      '30 minutes, beginning when the last approval is in. If it were given now: until ',
      'Approved by nobody yet',
      'signed 0 in the last hour',
      `you are signed in as ${ABEL.objectId}`,
    ])
      expect(page.text).toContain(words);
    expect(page.text).toMatch(
      /Lapses (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} \w+ \d{4}, \d\d:\d\d UTC, in (1 hour|59 minutes), if nobody decides/,
    );
  });

  it('finds both buttons alike', async () => {
    const page = await seenBy(ABEL, await asked());
    const buttons = [...page.html.matchAll(/<button([^>]*)>(Approve|Deny)</g)].map(([, attributes = '']) =>
      attributes.replace(/value="\w+"/, ''),
    );
    expect(buttons).toHaveLength(2);
    expect(buttons[0]).toBe(buttons[1]);
  });

  it('is not deceived by how the justification looks', async () => {
    const justification = '"><script>alert(1)</script> \u202Efdp.exe\u202C ad\u200Bmin \u0430dmin <!here> *bold*';
    const page = await seenBy(ABEL, await asked({ justification }));
    expect(page.html).not.toMatch(/<script|[\u202a-\u202e\u200b]/);
    expect(page.text).toContain('"><script>alert(1)</script> [U+202E] fdp.exe [U+202C] ad [U+200B] min');
    expect(page.text).toContain('\u0430dmin [mixed alphabets] <!here> *bold*');
    expect(page.html).toContain('<bdi>');
  });

  it('sees what differs from how it was before, and how much they signed', async () => {
    for (const minutes of [20, 20]) {
      const id = await asked({ durationMinutes: minutes });
      await (await seenBy(ABEL, id)).click('Approve');
      await world.factsUntil(id, 'given');
      world.advance(minutes + 1);
      await world.factsUntil(id, 'ended');
    }
    const usual = await seenBy(ABEL, await asked({ durationMinutes: 20 }));
    expect(usual.text).not.toContain('First time');
    expect(usual.text).not.toContain('Longer');
    expect(usual.text).toContain('signed 2 in the last hour');
    expect(usual.text).toMatch(/Had it before \d+ minutes ago; 2 times in 90 days/);
    await world.end(open.at(-1) ?? '', 'withdraw');
    const longer = await seenBy(ABEL, await asked({ durationMinutes: 21 }));
    expect(longer.text).toContain('Longer than usual: half of the earlier times it was 20 minutes or less.');
    await world.end(open.at(-1) ?? '', 'withdraw');
    const other = await seenBy(ABEL, await asked({ entitlementId: 'security-reader' }));
    expect(other.text).toContain('First time');
    world.advance(60);
    await world.end(open.at(-1) ?? '', 'withdraw');
    expect((await seenBy(ANNA, await asked())).text).toContain('signed 0 in the last hour');
  });

  it('who comes too late sees who decided, and when; and who decided is thanked', async () => {
    const id = await asked();
    await (await seenBy(ABEL, id)).click('Deny');
    const late = await seenBy(ANNA, id);
    expect(late.title).toBe('Global Reader for Rita Requester · Hallpass');
    expect(late.text).toMatch(/Abel Approver denied this \d+ seconds? ago\. Nothing was given\. Nothing to do\./);
    expect(buttonsOf(late)).toEqual([]);
    expect((await seenBy(ABEL, id)).text).toMatch(/You denied this \d+ seconds? ago\. Thank you\./);
  });
});

describe('somebody whom it does not concern', () => {
  it('learns nothing, and not even that there is such a request', async () => {
    const id = await asked();
    const [known, unknown] = await Promise.all([seenBy(GINA, id), world.look(world.browserOf(GINA), 'neverasked01')]);
    const bare = ({ html }: Page) => html.replace(/name="csrf" value="[^"]*"/, '');
    expect(bare(known)).toBe(bare(unknown));
    expect(known.text).not.toMatch(/Rita|Global Reader|ticket|30 minutes/);
    expect(buttonsOf(known)).toEqual(['Sign in with another account']);
  });

  it('may sign in with another account, and Microsoft lets them choose', async () => {
    const id = await asked();
    const page = await seenBy(GINA, id);
    world.idp.signedIn = ABEL;
    expect((await page.click('Sign in with another account')).title).toContain('Give Global Reader');
    expect(world.idp.begun.at(-1)).toMatchObject({ prompt: 'select_account' });
  });

  it('cannot press what they do not see', async () => {
    const id = await asked();
    const browser = world.browserOf(GINA);
    const page = await world.look(browser, id);
    const csrf = page.forms[0]?.fields[0]?.value ?? '';
    const begun = world.idp.begun.length;
    const answer = await browser.postFrom(world.origin, `${world.origin}/approve/${id}`, { csrf, act: 'approve', shown: 'x' });
    expect([answer.title, world.idp.begun.length]).toEqual([expect.stringContaining('nothing here for you'), begun]);
  });

  it('is not told of a request that was refused at the door', async () => {
    const id = await asked({ durationMinutes: 500 });
    expect((await seenBy(ABEL, id)).title).toContain('nothing here for you');
  });
});

describe('the requester', () => {
  it('sees how it stands, and has no button', async () => {
    const id = await asked();
    const own = await seenBy(RITA, id);
    expect([own.text.includes('It waits for 1 approval.'), buttonsOf(own)]).toEqual([true, []]);
    expect(own.text).not.toMatch(/First time|signed \d in the last hour/);
  });
});

describe('one human behind two accounts', () => {
  it('may not decide under the second one either, and is told why', async () => {
    const page = await seenBy(SAM, await asked());
    expect([page.title, buttonsOf(page)]).toEqual(['You may not decide this · Hallpass', []]);
    expect(page.text).toContain('Two accounts of one human do not count as two people. Somebody else has to approve.');
    expect(page.text).not.toMatch(/Rita|Global Reader/);
  });
});

describe('the directory', () => {
  it('that does not answer makes nobody an approver and nobody a stranger: later', async () => {
    const id = await asked();
    const browser = world.browserOf(ABEL);
    await world.look(browser, id);
    world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['throttled'], retryAfterSeconds: 7 });
    const page = await browser.open(`${world.origin}/approve/${id}`);
    world.microsoft.faults.clear();
    expect([page.status, codeOn(page), page.headers['retry-after']]).toEqual([503, 'directory.unavailable', '7']);
    expect(page.text).not.toMatch(/Rita|Global Reader/);
    expect((await browser.open(`${world.origin}/approve/${id}`)).title).toContain('Give Global Reader');
  });
});

describe('two rounds of approvals', () => {
  it('are named, each waits for its own people, and nobody counts in both', async () => {
    await world.stop();
    const anna = { approvers: { groups: [], people: [ANNA] }, approvalsNeeded: 1 };
    const both = { approvers: { groups: [APPROVERS], people: [] }, approvalsNeeded: 1 };
    await world.start({ more: { assurance: 'signed', stages: [anna, both], atMostPerPrincipalPerDay: 1_000 } });
    const id = await asked();
    const early = await seenBy(ABEL, id);
    expect(early.text).toContain('It waits for 1 approval in round 1 of 2.');
    expect(early.text).toContain('You may deny this, but not approve it now:');
    expect(buttonsOf(early)).toEqual(['Deny']);

    const first = await (await seenBy(ANNA, id)).click('Approve');
    expect(first.text).toMatch(/You approved this .* ago\. Thank you\. It waits for 1 approval in round 2 of 2\./);
    expect(buttonsOf(first)).toEqual([]);
    await (await seenBy(ABEL, id)).click('Approve');
    const facts = await world.factsUntil(id, 'given');
    expect(facts.filter(({ type }) => type === 'decided')).toMatchObject([{ approver: ANNA }, { approver: ABEL }]);
    world.advance(31);
    await world.factsUntil(id, 'ended');
  });
});
