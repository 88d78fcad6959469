import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL, ANNA } from '../../perimeter/support/perimeter-config.ts';
import { begins, beginsIn, codeOn, isGiven, looks, signedAndGiven } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';

const CLASS = 'sign-in begun elsewhere, framed, without click';
const CROSSED = 'crossed callbacks';
const EVIL = 'https://evil.test';
const addressOf = ({ origin }: ApproveWorld, id: string) => `${origin}/approve/${id}`;

/** An approver has the request before them; what a button of it would send, somebody else sends or has sent. */
const posted = (
  row: Pick<Attack, 'name' | 'code'>,
  about: string,
  from: (world: ApproveWorld) => string,
  knows: (fields: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Attack =>
  attackOn({
    class: CLASS,
    ...row,
    journal: 'began → registered',
    refusedAt: 'page',
    about,
    async prepare(world) {
      await world.register(about);
      const browser = world.browserOf(ABEL);
      const shown = await world.look(browser, about);
      const fields = Object.fromEntries((shown.forms[0]?.fields ?? []).map(({ name, value }) => [name, value]));
      return { browser, shown, fields };
    },
    attack: async (world, { browser, fields }) =>
      codeOn(await browser.postFrom(from(world), addressOf(world, about), { ...knows(fields), act: 'approve' })),
    async twin(world, { shown }) {
      await shown.click('Approve');
      await isGiven(world, about);
    },
  });

/** Somebody lets an approver sign what somebody else began; whatever comes back, the approver did not click for it. */
async function lured(world: ApproveWorld, id: string) {
  const mine = await begins(world, ANNA, id);
  const address = new URL(mine.browser.visits.at(-1)?.url ?? '');
  address.searchParams.delete('login_hint');
  world.idp.signedIn = ABEL;
  return { mine, address: address.href };
}

export const begunElsewhere: readonly Attack[] = [
  posted(
    { name: "a form on somebody else's page presses Approve", code: 'sign-in.begin-again' },
    'elsewhere001',
    () => EVIL,
    ({ shown = '' }) => ({ csrf: 'A'.repeat(22), shown }),
  ),
  posted(
    { name: "a form on somebody else's page that knows all that stands in ours presses Approve", code: 'sign-in.begin-again' },
    'elsewhere002',
    () => EVIL,
    (fields) => fields,
  ),
  posted(
    { name: 'a form on a page of another origin of the same site, which knows all that stands in ours', code: 'page.forged' },
    'elsewhere003',
    () => 'http://localhost:9',
    (fields) => fields,
  ),
  posted(
    { name: "a form on our own origin with the token of somebody else's visit", code: 'page.forged' },
    'elsewhere004',
    ({ origin }) => origin,
    ({ shown = '' }) => ({ csrf: 'A'.repeat(22), shown }),
  ),
  attackOn({
    class: CLASS,
    name: 'a link that says everything that the button would say is followed by an approver who is signed in',
    code: 'nothing is begun',
    journal: 'began → registered',
    noEntry: 'nothing is refused: whatever a link says, it only shows',
    about: 'elsewhere005',
    async prepare(world) {
      await world.register('elsewhere005');
      const browser = world.browserOf(ABEL);
      return { browser, shown: await world.look(browser, 'elsewhere005') };
    },
    async attack(world, { browser, shown }) {
      const fields = (shown.forms[0]?.fields ?? []).map(({ name, value }): [string, string] => [name, value]);
      const said = new URLSearchParams([...fields, ['act', 'approve']]);
      const before = world.idp.begun.length;
      await browser.openFrom(EVIL, `${addressOf(world, 'elsewhere005')}?${said.toString()}`);
      return world.idp.begun.length === before ? 'nothing is begun' : undefined;
    },
    async twin(world, { shown }) {
      await shown.click('Approve');
      await isGiven(world, 'elsewhere005');
    },
  }),
  {
    class: CLASS,
    name: 'the request is shown in a frame, under a button that an approver means to press',
    code: "frame-ancestors 'none', DENY",
    journal: 'began → registered',
    noEntry: 'nothing is refused: the browser does not show it',
    about: 'elsewhere006',
    async attack(world) {
      await world.register('elsewhere006');
      const { headers } = await looks(world, ABEL, 'elsewhere006');
      const policy = /frame-ancestors [^;]*/.exec(String(headers['content-security-policy']))?.[0];
      return policy === undefined ? undefined : `${policy}, ${String(headers['x-frame-options'])}`;
    },
    twin: (world) => signedAndGiven(world, 'elsewhere006', [ABEL]),
  },
  attackOn({
    class: CLASS,
    name: 'a scanner of links looks at the address with which an approver comes back, before the approver does',
    code: 'nothing is redeemed',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    refusedAs: 'page.unknown',
    about: 'elsewhere007',
    async prepare(world) {
      await world.register('elsewhere007');
      return begins(world, ABEL, 'elsewhere007');
    },
    async attack(world, { browser, callback }) {
      const cookie = browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
      await fetch(callback, { method: 'HEAD', headers: { cookie } });
      return world.idp.redeemed() === 1 ? 'nothing is redeemed' : undefined;
    },
    async twin(world, begun) {
      await begun.goOn();
      await isGiven(world, 'elsewhere007');
    },
  }),
  attackOn({
    class: CLASS,
    name: 'an approver who is lured into a sign-in that somebody else began comes back from it',
    code: 'sign-in.begin-again',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'elsewhere008',
    async prepare(world) {
      await world.register('elsewhere008');
      return lured(world, 'elsewhere008');
    },
    attack: async (world, { address }) => codeOn(await world.browserOf(ABEL).openFrom(EVIL, address)),
    async twin(world, { mine }) {
      await mine.goOn();
      await isGiven(world, 'elsewhere008');
    },
  }),
  attackOn({
    class: CLASS,
    name: 'whoever began it catches the address with which the lured approver comes back, and opens it where it was begun',
    code: 'id-token.person',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'elsewhere009',
    async prepare(world) {
      await world.register('elsewhere009');
      return lured(world, 'elsewhere009');
    },
    async attack(world, { mine, address }) {
      world.idp.stops = true;
      const waiting = await world.browserOf(ABEL).openFrom(EVIL, address);
      world.idp.stops = false;
      const callback = /href="([^"]*)"/.exec(waiting.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
      return codeOn(await mine.browser.open(callback));
    },
    twin: (world) => signedAndGiven(world, 'elsewhere009', [ANNA]),
  }),
];

/** Two tabs of one browser, each on its way through the sign-in. */
async function twoTabs(world: ApproveWorld, one: string, other: string) {
  await world.register(one);
  await world.register(other, { entitlementId: 'security-reader' });
  const browser = world.browserOf(ABEL);
  const shownOne = await world.look(browser, one);
  const shownOther = await browser.open(addressOf(world, other));
  const first = await beginsIn(world, browser, shownOne);
  const second = await beginsIn(world, browser, shownOther);
  return { browser, first, second };
}

export const crossedCallbacks: readonly Attack[] = [
  attackOn({
    class: CROSSED,
    name: 'an approver has two requests in two tabs, and the first comes back when the second was begun',
    code: 'sign-in.crossed',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'crossed00001',
    prepare: (world) => twoTabs(world, 'crossed00001', 'crossed00002'),
    attack: async (_world, { first }) => codeOn(await first.goOn()),
    async twin(world, { second }) {
      await second.goOn();
      await isGiven(world, 'crossed00002');
    },
  }),
  attackOn({
    class: CROSSED,
    name: 'what came back for one request is given the state of the other',
    code: 'sign-in.code-refused',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'crossed00004',
    prepare: (world) => twoTabs(world, 'crossed00003', 'crossed00004'),
    async attack(_world, { browser, first, second }) {
      const mixed = new URL(first.callback);
      mixed.searchParams.set('state', new URL(second.callback).searchParams.get('state') ?? '');
      return codeOn(await browser.open(mixed.href));
    },
    twin: (world) => signedAndGiven(world, 'crossed00004', [ABEL]),
  }),
  attackOn({
    class: CROSSED,
    name: 'an approver comes back in a browser that holds the sign-in which another approver began',
    code: 'sign-in.crossed',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'crossed00005',
    async prepare(world) {
      await world.register('crossed00005');
      return { abel: await begins(world, ABEL, 'crossed00005'), anna: await begins(world, ANNA, 'crossed00005') };
    },
    attack: async (_world, { abel, anna }) => codeOn(await anna.browser.open(abel.callback)),
    async twin(world, { anna }) {
      await anna.goOn();
      await isGiven(world, 'crossed00005');
    },
  }),
  attackOn({
    class: CROSSED,
    name: 'the cookie of the visit is put where that of a sign-in should be',
    code: 'sign-in.begin-again',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'crossed00006',
    async prepare(world) {
      await world.register('crossed00006');
      return begins(world, ABEL, 'crossed00006');
    },
    async attack(_world, { browser, callback }) {
      const visit = browser.cookies.all.find(({ name }) => name === '__Host-hallpass-approve')?.value ?? '';
      const answer = await fetch(callback, { headers: { cookie: `__Host-hallpass-attempt=${visit}` }, redirect: 'manual' });
      return /Code: ([\w.-]+)/.exec(await answer.text())?.[1];
    },
    async twin(world, begun) {
      await begun.goOn();
      await isGiven(world, 'crossed00006');
    },
  }),
];
