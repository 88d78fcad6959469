import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalIdp, startLocalIdp } from '../perimeter/approve/support/local-idp.ts';
import { ABEL, ANNA, RITA, TENANT_ID } from '../perimeter/support/perimeter-config.ts';
import { type FakeDirectory, fakeDirectory } from '../bot/bot-world.ts';
import { codeOn, type ConsoleWorld, startConsole, VIEWERS } from './support/console-world.ts';

let idp: LocalIdp;
let directory: FakeDirectory;
let world: ConsoleWorld;
const named = (objectId: string, displayName: string) => ({ objectId, displayName, enabled: true, guest: false });
beforeAll(async () => {
  idp = await startLocalIdp(TENANT_ID, ANNA);
  directory = fakeDirectory();
  directory.groups.set(VIEWERS, [ANNA.objectId]);
  directory.people.set(RITA.objectId, { ...named(RITA.objectId, '=HYPERLINK("x")<b>Rita</b>'), jobTitle: 'Engineer' });
  world = await startConsole({ idp, directory, setting: { contact: '#identity <in> Slack' } });
  await world.give('heldbyrita01', RITA, ANNA, { endsInMinutes: 90 });
  await world.give('heldbyabel01', ABEL, ANNA, { endsInMinutes: 30 });
});
afterAll(async () => {
  await world.close();
  await idp.close();
});

const pageFor = (who: typeof ANNA, path = '/console') => world.signIn(world.browserOf(who), path);
const order = (text: string, ...words: readonly string[]) => words.map((word) => text.indexOf(word));

describe('who holds what now', () => {
  it('shows a viewer everybody, the first to end first, each with an end, what is left, and by whom', async () => {
    const { text, html } = await pageFor(ANNA);
    const [abel = -1, rita = -1] = order(text, 'Abel Approver', 'Rita');
    expect(abel).toBeGreaterThan(-1);
    expect(rita).toBeGreaterThan(abel);
    expect(text).toMatch(/Until \w+day \d+ \w+ \d{4}, \d\d:\d\d UTC · (29|30) minutes left/);
    expect(text).toContain('Approved by Anna Approver (in chat)');
    expect(html).toMatch(/<meter min="0" max="1800" value="[\d.]+" aria-label="Time left: (29|30) minutes of 30 minutes">/);
  });

  it('takes names for words, whatever is in them', async () => {
    const { html } = await pageFor(ANNA);
    expect(html).not.toContain('<b>');
    expect(html).toContain('&lt;b&gt;Rita');
  });

  it('shows somebody without a role what they hold themselves, and nobody else', async () => {
    const { text } = await pageFor(ABEL);
    expect(text).toContain('You see what you hold yourself.');
    expect(text).toContain('Global Reader');
    expect(text).not.toContain('Rita');
  });

  it.each(['everybody', RITA.objectId])(
    'tells somebody without a role who asks for %s which groups have one, and whom to ask',
    async (of) => {
      const page = await pageFor(ABEL, `/console?of=${of}`);
      expect([page.status, codeOn(page)]).toEqual([403, 'console.forbidden']);
      expect(page.text).toContain(`members of Console viewers ${VIEWERS}`);
      expect(page.text).toContain('ask #identity <in> Slack to add you to a group');
      expect(page.text).not.toContain('Rita');
    },
  );

  it.each(['/console/now.json', '/console/now.csv'])(
    'keeps %s of everybody from somebody without a role as well',
    async (path) => {
      const page = await pageFor(ABEL, `${path}?of=everybody`);
      expect([page.status, page.html.includes('heldbyrita01')]).toEqual([403, false]);
      const own = await pageFor(ABEL, path);
      expect([own.status, own.html.includes('heldbyabel01'), own.html.includes('heldbyrita01')]).toEqual([200, true, false]);
    },
  );

  it('lets everybody name themselves by their id', async () => {
    expect((await pageFor(ABEL, `/console?of=${ABEL.objectId.toUpperCase()}`)).status).toBe(200);
  });

  it('shows a viewer one person alone', async () => {
    const { text } = await pageFor(ANNA, `/console?of=${RITA.objectId}`);
    expect([text.includes('Rita'), text.includes('Abel Approver')]).toEqual([true, false]);
  });

  it('knows nobody by another word', async () => {
    const page = await pageFor(ANNA, '/console?of=Rita');
    expect([page.status, codeOn(page)]).toEqual([404, 'page.unknown']);
  });

  it('tells somebody who holds nothing how to ask', async () => {
    expect((await pageFor(ANNA, '/console?of=me')).text).toContain(
      'You hold nothing through Hallpass now. Ask for access with /access',
    );
  });

  it('gives the same as JSON, and as CSV that no spreadsheet takes for a formula', async () => {
    const json: unknown = JSON.parse((await pageFor(ANNA, '/console/now.json')).html);
    expect(json).toMatchObject({
      now: [
        { objectId: ABEL.objectId, entitlement: 'Global Reader', approvedBy: 'Anna Approver (chat)', requestId: 'heldbyabel01' },
        { person: '=HYPERLINK("x")<b>Rita</b>', tenantId: TENANT_ID, isEnding: false, isOverdue: false },
      ],
    });
    const csv = await pageFor(ANNA, '/console/now.csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['content-disposition']).toBe('attachment; filename="who-holds-what-now.csv"');
    const lines = csv.html.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^"'=HYPERLINK\(""x""\)<b>Rita<\/b>",/);
  });

  it('says of what should be gone that it should be, and of what is being taken away that it is', async () => {
    const late = await startConsole({ idp, directory });
    try {
      await late.give('overduetoday', RITA, ANNA, { endsInMinutes: 30 });
      await late.runtime.send('overduetoday', { type: 'released' }, { kind: 'person', person: RITA });
      const ending = await late.signIn(late.browserOf(ANNA));
      expect(ending.text).toMatch(/minutes left · being taken away/);
      late.clock.advance(31);
      const { text, html } = await ending.reload();
      expect(text).toContain('should be gone already · being taken away');
      expect(html).toContain('aria-label="Time left: none of 30 minutes"');
    } finally {
      await late.close();
    }
  });

  it('says nothing of what is only asked for', async () => {
    const asked = await startConsole({ idp, directory });
    try {
      const by = { kind: 'person', person: RITA } as const;
      const request = {
        id: 'askedtoday01',
        requester: RITA,
        principal: RITA,
        entitlementId: 'global-reader',
        durationMinutes: 30,
      };
      const rest = { justification: { digest: 'x', salt: 'y' }, approvalWindowMinutes: 60, remindAfterMinutes: 15 };
      await asked.runtime.begin('accessRequest', 'askedtoday01', { request: { ...request, ...rest } }, by);
      const page = await asked.signIn(asked.browserOf(ANNA));
      expect([page.status, page.text.includes('Nobody holds anything through Hallpass now.')]).toEqual([200, true]);
    } finally {
      await asked.close();
    }
  });

  it('forgets what has ended', async () => {
    const over = await startConsole({ idp, directory });
    try {
      await over.give('endedtoday01', RITA, ANNA);
      await over.runtime.send('endedtoday01', { type: 'perimeter.ended', how: 'expired' }, { kind: 'system', name: 'perimeter' });
      expect((await over.signIn(over.browserOf(ANNA))).text).toContain('Nobody holds anything through Hallpass now.');
    } finally {
      await over.close();
    }
  });

  it('shows the first 200 of many, and says how many more the downloads have', async () => {
    const many = await startConsole({ idp, directory });
    try {
      for (let at = 0; at < 202; at++) await many.give(`manygrants${String(at).padStart(3, '0')}`, RITA, ANNA);
      const page = await many.signIn(many.browserOf(ANNA));
      expect(page.html.match(/<meter/g)).toHaveLength(200);
      expect(page.text).toContain('2 more are in the downloads.');
    } finally {
      await many.close();
    }
  });
});
