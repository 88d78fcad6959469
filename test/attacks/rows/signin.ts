import type { JWTPayload } from 'jose';
import type { Person } from '../../../src/access/core/person.ts';
import { FOREIGN_TENANT_ID, GUS, TENANT_ID } from '../../../src/playground/cast.ts';
import { codeOn, CONSOLE_CLIENT_ID, type ConsoleWorld } from '../../console/support/console-world.ts';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { APPROVE_CLIENT_ID } from '../../perimeter/approve/support/local-idp.ts';
import { ABEL, ANNA, APPROVERS, RITA } from '../../perimeter/support/perimeter-config.ts';
import { ADMIN, saying } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { comesIn, consoleOver, cookieOf, EVERYBODY, refusedAt, refusedWith, seesEverybody } from '../console.ts';

const CLASS = 'signing in to the console';
const EVIL = 'https://evil.test';
const ANNAS = { email: 'anna@playground.example', preferred_username: 'anna@playground.example', name: 'Anna Approver' };
/** As Entra writes it past 200 groups; the address is one that whoever forges tokens would like to be asked. */
const OVERAGE = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: `${EVIL}/groups` } } };

interface Row {
  readonly name: string;
  readonly code: string;
  readonly attack: (site: ConsoleWorld, world: ApproveWorld) => Promise<string | undefined>;
  readonly twin: (site: ConsoleWorld, world: ApproveWorld) => Promise<void>;
}

const row = ({ name, code, attack, twin }: Row): Attack =>
  attackOn<ConsoleWorld>({
    class: CLASS,
    name,
    code,
    journal: 'none',
    logged: (site) => (site.refusals().includes(code) ? `bot's log: refused ${code}` : undefined),
    prepare: (world) => consoleOver(world),
    attack: (world, site) => attack(site, world),
    twin: (world, site) => twin(site, world),
  });

/** Somebody comes back from the sign-in with a token that says this; an approver whose token says nothing of it comes in. */
const lie = (name: string, code: string, said: JWTPayload, who: Person = ANNA): Attack =>
  row({
    name,
    code,
    attack: (site, world) => saying(world, said, async () => codeOn(await site.signIn(site.browserOf(who), EVERYBODY))),
    twin: (site) => comesIn(site, ANNA),
  });

const leads = (name: string, to: string): Attack =>
  row({
    name,
    code: 'sign-in.foreign-target',
    attack: async (site) => codeOn(await site.browserOf(ANNA).openFrom(EVIL, site.at(`/signin?to=${encodeURIComponent(to)}`))),
    async twin(site) {
      seesEverybody(await site.browserOf(ANNA).openFrom(EVIL, site.at(`/signin?to=${encodeURIComponent(EVERYBODY)}`)));
    },
  });

const codeIn = (callback: string): string => new URL(callback).searchParams.get('code') ?? '';
const withCode = (callback: string, code: string): string => {
  const url = new URL(callback);
  url.searchParams.set('code', code);
  return url.href;
};

/** An approver is signed in; whoever attacks has their cookie, or some of it. */
const cookie = (
  name: string,
  of: (site: ConsoleWorld, own: string, world: ApproveWorld) => Promise<string | undefined>,
): Attack =>
  row({
    name,
    code: 'console.not-signed-in',
    async attack(site, world) {
      const browser = site.browserOf(ANNA);
      await site.signIn(browser);
      return refusedWith(site, await of(site, cookieOf(browser) ?? '', world));
    },
    async twin(_, world) {
      // Of its own: an attack may have moved the clock of the other.
      const site = await consoleOver(world);
      const browser = site.browserOf(ANNA);
      await site.signIn(browser);
      const code = await refusedWith(site, cookieOf(browser));
      if (code !== undefined) throw new Error(code);
    },
  });

export const signin: readonly Attack[] = [
  row({
    name: "an attacker's answer from Entra is opened in the browser of somebody who began nothing",
    code: 'sign-in.begin-again',
    async attack(site) {
      const callback = await site.callbackFor(site.browserOf(RITA));
      return codeOn(await site.browserOf(ANNA).openFrom(EVIL, callback));
    },
    async twin(site) {
      const browser = site.browserOf(ANNA);
      seesEverybody(await browser.open(await site.callbackFor(browser, EVERYBODY)));
    },
  }),
  row({
    name: "an attacker's answer from Entra is opened in the browser of somebody who is signing in",
    code: 'sign-in.crossed',
    async attack(site) {
      const theirs = await site.callbackFor(site.browserOf(RITA));
      const browser = site.browserOf(ANNA);
      await site.callbackFor(browser);
      return codeOn(await browser.openFrom(EVIL, theirs));
    },
    async twin(site) {
      const browser = site.browserOf(ANNA);
      const own = await site.callbackFor(browser, EVERYBODY);
      seesEverybody(await browser.openFrom('https://login.entra.test', own));
    },
  }),
  row({
    name: 'an answer from Entra is sent a second time, with its state, to the browser that it was for',
    code: 'sign-in.begin-again',
    async attack(site) {
      const browser = site.browserOf(ANNA);
      const callback = await site.callbackFor(browser);
      await browser.open(callback);
      return codeOn(await browser.open(callback));
    },
    twin: (site) => comesIn(site, ANNA),
  }),
  row({
    name: "an attacker's code is put in place of the right one, beside the right state",
    code: 'sign-in.code-refused',
    async attack(site) {
      const stolen = codeIn(await site.callbackFor(site.browserOf(ANNA)));
      const mine = site.browserOf(RITA);
      return codeOn(await mine.open(withCode(await site.callbackFor(mine), stolen)));
    },
    async twin(site) {
      const mine = site.browserOf(ANNA);
      const callback = await site.callbackFor(mine, EVERYBODY);
      seesEverybody(await mine.open(withCode(callback, codeIn(callback))));
    },
  }),
  row({
    name: "a code that was made for the perimeter's page is put in place of one for the console",
    code: 'sign-in.code-refused',
    async attack(site, world) {
      const approving = world.browserOf(ANNA);
      world.idp.stops = true;
      await world.look(approving, 'nothing000001');
      const shown = await (await approving.open(`${world.origin}/approve/nothing000001`)).click('Sign in');
      world.idp.stops = false;
      const other = codeIn(/href="([^"]*)"/.exec(shown.html)?.[1]?.replaceAll('&amp;', '&') ?? '');
      const mine = site.browserOf(ANNA);
      return codeOn(await mine.open(withCode(await site.callbackFor(mine), other)));
    },
    twin: (site) => comesIn(site, ANNA),
  }),
  lie("a token for the perimeter's page", 'id-token.audience', { aud: APPROVE_CLIENT_ID }),
  lie('a token for two clients, the console one of them', 'id-token.audience', {
    aud: [APPROVE_CLIENT_ID, CONSOLE_CLIENT_ID],
  }),
  lie('a token of another tenant, whose people are called the same', 'id-token.tenant', { tid: FOREIGN_TENANT_ID, ...ANNAS }),
  lie("a token of another tenant's issuer, with an approver's object id and address", 'id-token.issuer', {
    iss: `https://login.microsoftonline.com/${FOREIGN_TENANT_ID}/v2.0`,
    ...ANNAS,
  }),
  lie("a token of another sign-in, with another one's nonce", 'id-token.nonce', { nonce: 'A'.repeat(43) }),
  lie("a guest with an approver's name and address", 'id-token.guest', { acct: 1, ...ANNAS }, guest()),
  lie('a guest who was made a member, and is at home elsewhere', 'id-token.guest', {
    acct: 0,
    idp: `https://sts.windows.net/${FOREIGN_TENANT_ID}/`,
  }),
  lie("a colleague without a role, with an approver's address in the token", 'console.forbidden', ANNAS, RITA),
  row({
    name: 'a guest whose token says that it is of a member',
    code: 'console.guest',
    attack: (site, world) => saying(world, ANNAS, async () => codeOn(await site.signIn(site.browserOf(guest()), EVERYBODY))),
    twin: (site) => comesIn(site, ANNA),
  }),
  row({
    name: 'too many groups for the token, while the directory does not answer',
    code: 'console.unknown',
    attack: (site, world) =>
      saying(world, OVERAGE, async () => {
        const mend = world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['reset'] });
        const code = codeOn(await site.signIn(site.browserOf(ANNA), EVERYBODY));
        mend();
        return code;
      }),
    twin: (site, world) => saying(world, OVERAGE, () => comesIn(site, ANNA)),
  }),
  row({
    name: 'no groups in the token, while the directory does not answer',
    code: 'console.unknown',
    async attack(site, world) {
      const mend = world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['reset'] });
      const code = codeOn(await site.signIn(site.browserOf(ANNA), EVERYBODY));
      mend();
      return code;
    },
    twin: (site) => comesIn(site, ANNA),
  }),
  row({
    name: 'groups by name in the token, one called as the group that may',
    code: 'console.forbidden',
    attack: (site, world) =>
      saying(world, { groups: ['Access approvers', APPROVERS] }, async () =>
        codeOn(await site.signIn(site.browserOf(RITA), EVERYBODY)),
      ),
    twin: (site, world) => saying(world, { groups: [APPROVERS] }, () => comesIn(site, ABEL)),
  }),
  leads('a link to the sign-in that goes on to another site', `${EVIL}/console`),
  leads('the same without a scheme', '//evil.test/console'),
  leads('the same by backslashes', '/\\evil.test/console'),
  leads('the same by dots behind the right path', '/console/..//evil.test/'),
  cookie('a cookie that somebody made up', () =>
    Promise.resolve('eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..QUFBQUFBQUFBQUFB.QUFBQQ.QUFBQUFBQUFBQUFBQUFBQQ'),
  ),
  cookie('a copy of the cookie, used after a quarter of an hour', (site, own) => {
    site.transport.advance(15.1);
    return Promise.resolve(own);
  }),
  cookie('a cookie that was sealed by another process', async (_site, _own, world) => {
    const other = await consoleOver(world);
    const browser = other.browserOf(ANNA);
    await other.signIn(browser);
    return cookieOf(browser);
  }),
  cookie('the sealed cookie of a sign-in that was only begun, by the name of a session', async (site) => {
    const begun = site.browserOf(ANNA);
    await site.callbackFor(begun);
    return cookieOf(begun, '__Host-hallpass-signin');
  }),
  row({
    name: 'a copy of the cookie, used after its owner signed out',
    code: 'console.not-signed-in',
    async attack(site) {
      const browser = site.browserOf(ANNA);
      const page = await site.signIn(browser);
      const copy = cookieOf(browser);
      await page.click('Sign out');
      return refusedWith(site, copy);
    },
    twin: (site) => comesIn(site, ANNA),
  }),
  row({
    name: "a page of another origin of the same site signs somebody out, with their form's own token",
    code: 'page.forged',
    async attack(site) {
      const browser = site.browserOf(ANNA);
      const page = await site.signIn(browser);
      const csrf = page.forms[0]?.fields[0]?.value ?? '';
      return codeOn(await browser.postFrom('http://localhost:9', site.at('/signout'), { csrf }));
    },
    async twin(site) {
      const page = await (await site.signIn(site.browserOf(ANNA))).click('Sign out');
      if (!page.title.startsWith('Signed out')) throw new Error(page.title);
    },
  }),
  row({
    name: "somebody else's page signs somebody in by a form, as the attacker",
    code: 'page.unknown',
    async attack(site) {
      const theirs = new URL(await site.callbackFor(site.browserOf(RITA)));
      const fields = Object.fromEntries(theirs.searchParams);
      return codeOn(await site.browserOf(ANNA).postFrom(EVIL, site.at('/signin/callback'), fields));
    },
    twin: (site) => comesIn(site, ANNA),
  }),
  row({
    name: 'an account that was disabled after its sign-in goes on to look',
    code: 'console.disabled',
    async attack(site, { microsoft: { tenant } }) {
      const browser = site.browserOf(ANNA);
      await site.signIn(browser);
      tenant.directory.setEnabled(ANNA.objectId, false, ADMIN);
      const code = await refusedAt(site, browser);
      tenant.directory.setEnabled(ANNA.objectId, true, ADMIN);
      return code;
    },
    twin: (site) => comesIn(site, ANNA),
  }),
];

function guest(): Person {
  return { tenantId: TENANT_ID, objectId: GUS.objectId };
}
