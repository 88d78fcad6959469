import { API_VERSION, API_VERSION_HEADER } from '../../../src/access/core/perimeter-api.ts';
import { BOT_APP, PERIMETER_APP } from '../../../src/playground/cast.ts';
import { ABEL, ANNA, GINA } from '../../perimeter/support/perimeter-config.ts';
import { CHAT, codeOn, isGiven, looks, saying, signedAndGiven } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { codeOf } from '../seen.ts';
import { botToken } from './tokens.ts';

const CLASS = 'feed and page reading by strangers';

/** Who looks, and has no business here. */
export const strangers: readonly Attack[] = [
  {
    class: CLASS,
    name: 'a stranger without a token reads the feed',
    code: 'caller.unauthenticated',
    journal: 'none',
    refusedAt: 'feed',
    wishes: CHAT,
    attack: async (world) => codeOf(await world.call('GET', '/events?after=0', undefined, { authorization: '' })),
    async twin(world) {
      if ((await world.call('GET', '/events?after=0')).status !== 200) throw new Error('the bot may not read');
    },
  },
  {
    class: CLASS,
    name: 'a stranger says in the headers of the platform that they are the bot',
    code: 'caller.unauthenticated',
    journal: 'none',
    refusedAt: 'read',
    wishes: CHAT,
    attack: async (world) =>
      codeOf(
        await world.call('GET', '/grants/anything0001', undefined, {
          authorization: '',
          'x-ms-client-principal-id': BOT_APP.principalId,
          'x-ms-client-principal': Buffer.from(JSON.stringify({ claims: [{ typ: 'roles', val: 'Access.Give' }] })).toString(
            'base64',
          ),
          'x-ms-client-principal-idp': 'aad',
        }),
      ),
    async twin(world) {
      const { status } = await world.call('GET', '/guardrails', undefined, { [API_VERSION_HEADER]: API_VERSION });
      if (status !== 200) throw new Error(`answered ${status}`);
    },
  },
  {
    class: CLASS,
    name: 'another application of the tenant reads the feed',
    code: 'caller.forbidden',
    journal: 'none',
    refusedAt: 'feed',
    wishes: CHAT,
    async attack(world) {
      const authorization = `Bearer ${await botToken(world, PERIMETER_APP.clientId)}`;
      return codeOf(await world.call('GET', '/events?after=0', undefined, { authorization }));
    },
    async twin(world) {
      const authorization = `Bearer ${await botToken(world)}`;
      const { status } = await world.call('GET', '/events?after=0', undefined, { authorization });
      if (status !== 200) throw new Error(`answered ${status}`);
    },
  },
  {
    class: CLASS,
    name: 'a stranger reads the metrics and the state, which are for operators, where the bot calls',
    code: 'route.unknown',
    journal: 'none',
    refusedAt: 'read',
    wishes: CHAT,
    async attack(world) {
      const codes = await Promise.all(
        ['/metrics', '/readyz'].map((path) => world.call('GET', path, undefined, { authorization: '' })),
      );
      return codes.map(codeOf).every((code) => code === 'route.unknown') ? 'route.unknown' : undefined;
    },
    async twin(world) {
      const { status } = await world.ops('/metrics');
      if (status !== 200) throw new Error(`answered ${status}`);
    },
  },
  {
    class: CLASS,
    name: 'a scanner of links opens the request before anybody, and one that there is not: both look alike, and name nobody',
    code: 'Sign in to see a request',
    journal: 'began → registered',
    noEntry: 'nothing is refused: before a sign-in all see the same',
    about: 'stranger0001',
    async attack(world) {
      await world.register('stranger0001');
      const pages = await Promise.all(
        ['stranger0001', 'stranger0002'].map((id) => world.browserOf(ABEL).open(`${world.origin}/approve/${id}`)),
      );
      const [one, other] = pages.map(({ html }) => html.replace(/name="csrf" value="[^"]*"/, ''));
      return one === other ? /<h1>(?:<bdi>)?([^<]*)/.exec(one ?? '')?.[1] : undefined;
    },
    twin: (world) => signedAndGiven(world, 'stranger0001', [ABEL]),
  },
  {
    class: CLASS,
    name: 'somebody of the tenant whom it does not concern signs in to look, and sees what they would see if there were none',
    code: 'page.nothing-for-you',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'stranger0003',
    async attack(world) {
      await world.register('stranger0003');
      const pages = [await looks(world, GINA, 'stranger0003'), await looks(world, GINA, 'stranger0004')];
      const [one, other] = pages.map(({ html }) => html.replace(/name="csrf" value="[^"]*"/, ''));
      return one === other && pages[0] !== undefined ? codeOn(pages[0]) : undefined;
    },
    async twin(world) {
      const page = await looks(world, ABEL, 'stranger0003');
      if (!page.text.includes('ticket 42')) throw new Error(page.title);
      await page.click('Approve');
      await isGiven(world, 'stranger0003');
    },
  },
  {
    class: CLASS,
    name: 'somebody of the tenant whom it does not concern presses Approve by a form that they made',
    code: 'page.nothing-for-you',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'stranger0005',
    async attack(world) {
      await world.register('stranger0005');
      const abels = await looks(world, ABEL, 'stranger0005');
      const shown = abels.forms[0]?.fields.find(({ name }) => name === 'shown')?.value ?? '';
      const browser = world.browserOf(GINA);
      const own = await world.look(browser, 'stranger0005');
      const csrf = own.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
      return codeOn(
        await browser.postFrom(world.origin, `${world.origin}/approve/stranger0005`, { csrf, shown, act: 'approve' }),
      );
    },
    twin: (world) => signedAndGiven(world, 'stranger0005', [ABEL]),
  },
  attackOn({
    class: CLASS,
    name: 'somebody of another tenant signs in to look, with the object id of an approver',
    code: 'id-token.tenant',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'stranger0006',
    prepare: async (world) => void (await world.register('stranger0006')),
    attack: async (world) =>
      codeOn(await saying(world, { tid: '0ddba110-1111-4222-8333-444455556666' }, () => looks(world, ANNA, 'stranger0006'))),
    twin: (world) => signedAndGiven(world, 'stranger0006', [ANNA]),
  }),
];
