import { ABEL, RITA, SLACK } from '../../../src/playground/cast.ts';
import type { SlackUser } from '../../../src/playground/slack/slack-objects.ts';
import { codeOn } from '../../console/support/console-world.ts';
import { CONFIRM, type LinkWorld, personOf, SIGN_IN_SLACK } from '../../console/support/link-world.ts';
import type { LinkAttack } from '../link-attack.ts';

const CLASS = 'account linking';
const EVIL = 'https://evil.test';
const LINK = '__Host-hallpass-link';
const logged = (code: string) => `log: console page refused, ${code}`;
const linkPage = (world: LinkWorld) => world.console.at('/console/link');

/** The row of somebody who comes as far as both sign-ins; Slack's account is changed by the lie, and put right for the twin. */
const account = (name: string, code: string, lie: Partial<SlackUser>): LinkAttack => ({
  class: CLASS,
  name,
  code,
  entry: `refused ${code}`,
  async run(world) {
    const honest = world.slack.model.users.get(RITA.slackUserId);
    if (honest === undefined) throw new Error('no Rita');
    const { browser, page } = await world.enter(personOf(RITA));
    world.slack.model.putUser({ ...honest, ...lie });
    return {
      attack: async () => codeOn(await world.toConfirm(page, RITA.name)),
      async twin() {
        world.slack.model.putUser(honest);
        await confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name));
      },
    };
  },
});

async function confirms(page: { click(name: string): Promise<Parameters<typeof codeOn>[0]> }): Promise<void> {
  const code = codeOn(await page.click(CONFIRM));
  if (code !== undefined) throw new Error(code);
}

/** Rita has both accounts before her, and one click is missing. */
async function ritaBeforeConfirming(world: LinkWorld) {
  const { browser, page } = await world.enter(personOf(RITA));
  const shown = await world.toConfirm(page, RITA.name);
  const fieldOf = (field: string) => shown.forms.flatMap(({ fields }) => fields).find(({ name }) => name === field)?.value ?? '';
  return { browser, shown, csrf: fieldOf('csrf'), attempt: fieldOf('attempt') };
}

/** What her confirmation would send is sent by somebody else. */
const posted = (name: string, code: string, from: (world: LinkWorld) => string, knows: (csrf: string) => string): LinkAttack => ({
  class: CLASS,
  name,
  code,
  entry: code === 'page.forged' ? logged(code) : 'none',
  async run(world) {
    const { browser, shown, csrf, attempt } = await ritaBeforeConfirming(world);
    const form = { csrf: knows(csrf), attempt, act: 'confirm' };
    return {
      attack: async () => codeOn(await browser.postFrom(from(world), linkPage(world), form)),
      twin: () => confirms(shown),
    };
  },
});

const forwarded: readonly LinkAttack[] = [
  {
    class: CLASS,
    name: 'the address of the page is sent to a colleague, who opens it and signs in',
    code: 'nothing of the sender is there',
    entry: 'none',
    async run(world) {
      const sender = await world.enter(personOf(ABEL));
      await world.toConfirm(sender.page, ABEL.name);
      const { browser } = await world.enter(personOf(RITA));
      return {
        async attack() {
          const page = await browser.openFrom(EVIL, linkPage(world));
          return page.text.includes(ABEL.slackUserId) || page.has(CONFIRM) ? undefined : 'nothing of the sender is there';
        },
        twin: async () => confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name)),
      };
    },
  },
  {
    class: CLASS,
    name: 'the address of a sign-in with Slack that was begun elsewhere is sent to a victim, who signs in there',
    code: 'link.begin-again',
    entry: logged('link.begin-again'),
    async run(world) {
      const sender = await world.enter(personOf(ABEL));
      const atSlack = await sender.page.click(SIGN_IN_SLACK);
      const { browser } = await world.enter(personOf(RITA));
      return {
        attack: async () => codeOn(await (await browser.openFrom(EVIL, atSlack.url)).click(RITA.name)),
        twin: async () => confirms(await atSlack.click(ABEL.name)),
      };
    },
  },
  {
    class: CLASS,
    name: 'the victim, on the way to Slack, is given the address with which the attacker would have come back',
    code: 'link.crossed',
    entry: logged('link.crossed'),
    async run(world) {
      const attacker = await world.enter(personOf(ABEL));
      const callback = await world.callbackFor(attacker.browser, ABEL.name);
      const victim = await world.enter(personOf(RITA));
      const own = await victim.page.click(SIGN_IN_SLACK);
      return {
        attack: async () => codeOn(await victim.browser.openFrom(EVIL, callback)),
        twin: async () => confirms(await own.click(RITA.name)),
      };
    },
  },
  {
    class: CLASS,
    name: 'the attacker opens the address with which the victim would have come back, in a session of their own',
    code: 'link.crossed',
    entry: logged('link.crossed'),
    async run(world) {
      const victim = await world.enter(personOf(RITA));
      const callback = await world.callbackFor(victim.browser, RITA.name);
      const attacker = await world.enter(personOf(ABEL));
      await attacker.page.click(SIGN_IN_SLACK);
      return {
        attack: async () => codeOn(await attacker.browser.open(callback)),
        twin: async () => confirms(await victim.browser.open(callback)),
      };
    },
  },
];

const replayed: readonly LinkAttack[] = [
  {
    class: CLASS,
    name: 'the address with which somebody would have come back is opened by whoever stole it, and the cookie that knows it',
    code: 'link.crossed',
    entry: logged('link.crossed'),
    async run(world) {
      const { browser } = await world.enter(personOf(RITA));
      const callback = await world.callbackFor(browser, RITA.name);
      const stolen = browser.cookies.all.find(({ name }) => name === LINK)?.value ?? '';
      const thief = await world.enter(personOf(ABEL));
      return {
        async attack() {
          thief.browser.cookies.take(new URL(linkPage(world)), [`${LINK}=${stolen}; Path=/; Secure; HttpOnly; SameSite=Lax`]);
          return codeOn(await thief.browser.open(callback));
        },
        twin: async () => confirms(await browser.open(callback)),
      };
    },
  },
  {
    class: CLASS,
    name: 'the address with which somebody came back is opened again, with the cookie of before',
    code: 'link.used',
    entry: logged('link.used'),
    async run(world) {
      const { browser } = await world.enter(personOf(RITA));
      const callback = await world.callbackFor(browser, RITA.name);
      const before = browser.cookies.all;
      const shown = await browser.open(callback);
      const header = before.map(({ name, value }) => `${name}=${value}`).join('; ');
      return {
        async attack() {
          const answer = await fetch(callback, { headers: { cookie: header }, redirect: 'manual' });
          return /Code: ([\w.-]+)/.exec(await answer.text())?.[1];
        },
        twin: () => confirms(shown),
      };
    },
  },
  {
    class: CLASS,
    name: 'what came back for one is given the state of another sign-in of the same browser',
    code: 'link.crossed',
    entry: logged('link.crossed'),
    async run(world) {
      const { browser } = await world.enter(personOf(RITA));
      const first = new URL(await world.callbackFor(browser, ABEL.name));
      const second = await world.callbackFor(browser, RITA.name);
      return {
        attack: async () => codeOn(await browser.open(first.href)),
        twin: async () => confirms(await browser.open(second)),
      };
    },
  },
  {
    class: CLASS,
    name: 'the cookie of somebody who is about to confirm is put into the browser of another',
    code: 'link.begin-again',
    entry: logged('link.begin-again'),
    async run(world) {
      const { browser, shown } = await ritaBeforeConfirming(world);
      const stolen = browser.cookies.all.find(({ name }) => name === LINK)?.value ?? '';
      const thief = await world.enter(personOf(ABEL));
      const mine = await world.toConfirm(thief.page, ABEL.name);
      return {
        async attack() {
          thief.browser.cookies.take(new URL(linkPage(world)), [`${LINK}=${stolen}; Path=/; Secure; HttpOnly; SameSite=Lax`]);
          return codeOn(await mine.click(CONFIRM));
        },
        twin: () => confirms(shown),
      };
    },
  },
  {
    class: CLASS,
    name: 'a confirmation is sent again after its link was ended, with the cookie of before',
    code: 'link.used',
    entry: logged('link.used'),
    async run(world) {
      const { browser, shown, csrf, attempt } = await ritaBeforeConfirming(world);
      const kept = browser.cookies.all.find(({ name }) => name === LINK)?.value ?? '';
      const mine = await shown.click(CONFIRM);
      await (await mine.click(`Unlink ${RITA.slackUserId}`)).click('Unlink');
      return {
        async attack() {
          browser.cookies.take(new URL(linkPage(world)), [`${LINK}=${kept}; Path=/; Secure; HttpOnly; SameSite=Lax`]);
          return codeOn(await browser.postFrom(world.console.origin, linkPage(world), { csrf, attempt, act: 'confirm' }));
        },
        twin: async () => confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name)),
      };
    },
  },
];

const forged: readonly LinkAttack[] = [
  posted(
    'a form on somebody else’s page confirms',
    'console.not-signed-in',
    () => EVIL,
    () => 'A'.repeat(22),
  ),
  posted(
    'a form on somebody else’s page that knows all that stands in ours confirms',
    'console.not-signed-in',
    () => EVIL,
    (csrf) => csrf,
  ),
  posted(
    'a form of another origin of the same site, which knows all that stands in ours',
    'page.forged',
    () => 'http://localhost:9',
    (csrf) => csrf,
  ),
  posted(
    'a form on our own origin with the token of somebody else’s session',
    'page.forged',
    ({ console: { origin } }) => origin,
    () => 'A'.repeat(22),
  ),
];

const others: readonly LinkAttack[] = [
  account('an account of another workspace that Slack lets sign in', 'link.other-workspace', { foreignTeamId: 'T0ELSEWHERE' }),
  {
    class: CLASS,
    name: 'somebody met in a shared channel (Slack Connect), whose token names our workspace',
    code: 'link.other-workspace',
    entry: 'refused link.other-workspace',
    async run(world) {
      const { browser, page } = await world.enter(personOf(RITA));
      const honest = world.slack.model.users.get(RITA.slackUserId);
      if (honest === undefined || world.slack.openId === undefined) throw new Error('no Rita');
      const { openId } = world.slack;
      openId.lie = (claims) => ({ ...claims, 'https://slack.com/team_id': SLACK.workspaceId });
      world.slack.model.putUser({ ...honest, foreignTeamId: 'T0ELSEWHERE' });
      return {
        attack: async () => codeOn(await world.toConfirm(page, RITA.name)),
        async twin() {
          world.slack.model.putUser(honest);
          await confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name));
        },
      };
    },
  },
  account('a guest of several channels of the workspace', 'link.slack-guest', { guest: 'multi' }),
  account('a guest of one channel of the workspace', 'link.slack-guest', { guest: 'single' }),
  {
    class: CLASS,
    name: 'an account that is deactivated after both sign-ins',
    code: 'link.slack-deactivated',
    entry: 'refused link.slack-deactivated',
    async run(world) {
      const { browser, shown } = await ritaBeforeConfirming(world);
      const honest = world.slack.model.users.get(RITA.slackUserId);
      if (honest === undefined) throw new Error('no Rita');
      return {
        async attack() {
          world.slack.model.putUser({ ...honest, deactivated: true });
          return codeOn(await shown.click(CONFIRM));
        },
        async twin() {
          world.slack.model.putUser(honest);
          await confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name));
        },
      };
    },
  },
];

/** A change in the directory between the page and the click, undone for the twin. */
const changed = (name: string, code: string, change: Readonly<Record<string, unknown>>): LinkAttack => ({
  class: CLASS,
  name,
  code,
  entry: logged(code),
  async run(world) {
    const { shown } = await ritaBeforeConfirming(world);
    const honest = world.directory.people.get(RITA.objectId);
    if (honest === undefined) throw new Error('no Rita');
    return {
      async attack() {
        world.directory.people.set(RITA.objectId, { ...honest, ...change });
        return codeOn(await shown.click(CONFIRM));
      },
      async twin() {
        world.directory.people.set(RITA.objectId, honest);
        const { page } = await world.enter(personOf(RITA));
        await confirms(await world.toConfirm(page, RITA.name));
      },
    };
  },
});

const entra: readonly LinkAttack[] = [
  changed('a person whose account is disabled between the page and the click', 'console.disabled', { enabled: false }),
  changed('a guest of the tenant', 'console.guest', { guest: true }),
  {
    class: CLASS,
    name: 'a person of another tenant with the same e-mail address',
    code: 'id-token.tenant',
    entry: logged('id-token.tenant'),
    async run(world) {
      return {
        async attack() {
          world.idp.lie = (claims) => ({
            ...claims,
            tid: '0ddba110-1111-4222-8333-444455556666',
            email: 'rita@playground.example',
          });
          const { page } = await world.enter(personOf(RITA));
          world.idp.lie = (claims) => claims;
          return codeOn(page);
        },
        async twin() {
          await world.linked(personOf(RITA), RITA.name);
        },
      };
    },
  },
];

const taken: readonly LinkAttack[] = [
  {
    class: CLASS,
    name: 'a linked Slack account is linked to a second person by whoever holds it',
    code: 'link.account-taken',
    entry: 'refused link.account-taken',
    async run(world) {
      const rita = await world.linked(personOf(RITA), RITA.name);
      const { browser, page } = await world.enter(personOf(ABEL));
      return {
        attack: async () => codeOn(await world.toConfirm(page, RITA.name)),
        async twin() {
          await (await rita.page.click(`Unlink ${RITA.slackUserId}`)).click('Unlink');
          await confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name));
        },
      };
    },
  },
  {
    class: CLASS,
    name: 'a second Slack account is linked to a linked person by whoever holds their session',
    code: 'link.person-taken',
    entry: 'refused link.person-taken',
    async run(world) {
      const { browser, page } = await world.linked(personOf(RITA), RITA.name);
      return {
        attack: async () => codeOn(await world.toConfirm(await browser.open(linkPage(world)), ABEL.name)),
        async twin() {
          await (await page.click(`Unlink ${RITA.slackUserId}`)).click('Unlink');
          await confirms(await world.toConfirm(await browser.open(linkPage(world)), ABEL.name));
        },
      };
    },
  },
  {
    class: CLASS,
    name: 'an account that the configuration names as somebody’s is linked to somebody else',
    code: 'link.configured',
    entry: 'refused link.configured',
    wishes: { people: [{ person: personOf(ABEL), userId: ABEL.slackUserId }] },
    async run(world) {
      const { browser, page } = await world.enter(personOf(RITA));
      return {
        attack: async () => codeOn(await world.toConfirm(page, ABEL.name)),
        twin: async () => confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name)),
      };
    },
  },
  {
    class: CLASS,
    name: 'a colleague takes the name and the address of somebody who is linked',
    code: 'people.unlinked',
    entry: 'none',
    async run(world) {
      await world.linked(personOf(RITA), RITA.name);
      const abel = world.slack.model.users.get(ABEL.slackUserId);
      if (abel === undefined) throw new Error('no Abel');
      const as = (userId: string) => world.people.personsOf({ platform: 'slack', workspaceId: SLACK.workspaceId, userId });
      return {
        async attack() {
          world.slack.model.putUser({ ...abel, name: 'rita', realName: RITA.name });
          const who = as(ABEL.slackUserId);
          return 'refusal' in who ? who.refusal.code : undefined;
        },
        async twin() {
          const rita = world.slack.model.users.get(RITA.slackUserId);
          if (rita !== undefined) world.slack.model.putUser({ ...rita, name: 'renamed', realName: 'Rita Renamed' });
          const who = as(RITA.slackUserId);
          if ('refusal' in who || who.persons[0]?.objectId !== RITA.objectId) throw new Error('Rita is not herself any more');
        },
      };
    },
  },
];

/** What a token says is changed before Slack signs it. */
const token = (name: string, code: string, lie: Readonly<Record<string, unknown>>): LinkAttack => ({
  class: CLASS,
  name,
  code,
  entry: logged(code),
  async run(world) {
    const { browser, page } = await world.enter(personOf(RITA));
    const { openId } = world.slack;
    if (openId === undefined) throw new Error('no sign-in');
    return {
      async attack() {
        openId.lie = (claims) => ({ ...claims, ...lie });
        return codeOn(await world.toConfirm(page, RITA.name));
      },
      async twin() {
        openId.lie = (claims) => claims;
        await confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name));
      },
    };
  },
});

const told: readonly LinkAttack[] = [
  token('a token of Slack for another app', 'slack-token.audience', { aud: '1.2' }),
  token('a token of Slack for another sign-in', 'slack-token.nonce', { nonce: 'of-another' }),
  token('a token of another issuer', 'slack-token.issuer', { iss: 'https://slack.com.evil.test' }),
  token('a token of yesterday', 'slack-token.expired', { exp: 1_700_000_000, iat: 1_699_999_700 }),
  {
    class: CLASS,
    name: 'somebody who comes when Slack does not say who they are',
    code: 'link.slack-unknown',
    entry: logged('link.slack-unknown'),
    async run(world) {
      const { browser, shown } = await ritaBeforeConfirming(world);
      return {
        async attack() {
          world.slack.fail('users.info', 'internal_error', 1);
          return codeOn(await shown.click(CONFIRM));
        },
        twin: async () => confirms(await world.toConfirm(await browser.open(linkPage(world)), RITA.name)),
      };
    },
  },
];

export const linking: readonly LinkAttack[] = [...forwarded, ...replayed, ...forged, ...others, ...entra, ...taken, ...told];
