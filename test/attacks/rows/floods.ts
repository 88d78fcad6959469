import { AZURE_ROLES, SHOP_SCOPE, SUBSCRIPTION_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { ABEL, ANNA, ENGINEERS, GINA } from '../../perimeter/support/perimeter-config.ts';
import { alone, asked, CHAT, codeOn, ended, entitlementsOf, given, signedAndGiven } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { codeOf, refusalOf } from '../seen.ts';

const ANYWHERE = entitlementsOf({
  id: 'anywhere',
  azureRole: { roleDefinitionId: AZURE_ROLES.contributor.id, scopePattern: `${SUBSCRIPTION_SCOPE}/resourceGroups/*` },
  mayReceive: { groups: [ENGINEERS] },
  assurance: 'chat',
  atMostLive: 1_000,
  atMostPerPrincipalPerDay: 1_000,
});

/** Too much of everything. */
export const floods: readonly Attack[] = [
  {
    class: 'flood',
    name: 'registers so often that nothing else could get through',
    code: 'caller.limited',
    journal: 'none',
    refusedAt: 'register',
    wishes: { ...CHAT, callerLimits: { registerPerMinute: 3 } },
    prepare: (world) => given(world, 'flood0000001'),
    async attack(world) {
      for (let at = 0; at < 8; at += 1)
        await world.call('POST', '/grants', { requestId: `flood100000${at}`, ...asked, ...alone(GINA) });
      return codeOf(await world.call('POST', '/grants', { requestId: 'flood2000001', ...asked }));
    },
    // Ending has a budget of its own.
    twin: (world) => ended(world, 'flood0000001'),
  },
  {
    class: 'flood',
    name: 'sends a body larger than any honest one',
    code: 'request.too-large',
    journal: 'none',
    refusedAt: 'register',
    wishes: CHAT,
    attack: async (world) =>
      codeOf(await world.call('POST', '/grants', { requestId: 'flood3000001', ...asked, justification: 'x'.repeat(100_000) })),
    twin: (world) => given(world, 'flood3000001', { justification: 'x'.repeat(500) }),
  },
  {
    class: 'flood',
    name: 'strangers call so often that the bot could not get through',
    code: 'caller.limited',
    journal: 'none',
    refusedAt: 'feed',
    wishes: { ...CHAT, callerLimits: { strangersPerMinute: 5 } },
    // The bot was there before: its token is known.
    prepare: (world) => given(world, 'flood4000001', alone(ANNA)),
    async attack(world) {
      const call = () => world.call('GET', '/events?after=0', undefined, { authorization: 'Bearer a.b.c' });
      await Promise.all(Array.from({ length: 20 }, call));
      return codeOf(await call());
    },
    twin: (world) => given(world, 'flood4000002'),
  },
  {
    class: 'flood',
    name: "strangers call so often, from the bot's own address, that the bot could not come with its first token",
    code: 'caller.limited',
    journal: 'none',
    refusedAt: 'end',
    wishes: { ...CHAT, callerLimits: { strangersPerMinute: 5 } },
    async attack(world) {
      const call = () => world.call('DELETE', '/grants/flood9000001?reason=revoke', undefined, { authorization: 'Bearer a.b.c' });
      await Promise.all(Array.from({ length: 20 }, call));
      return codeOf(await call());
    },
    twin: (world) => given(world, 'flood9000001'),
  },
  {
    class: 'flood',
    name: 'holds so many long polls open that nothing else could get through',
    code: 'caller.limited',
    journal: 'none',
    refusedAt: 'feed',
    wishes: { ...CHAT, callerLimits: { waitingPolls: 3 } },
    prepare: (world) => given(world, 'flood5000001', alone(ANNA)),
    async attack(world) {
      const { seq } = (await world.register('flood5000002')).ledger;
      const polls = Array.from({ length: 8 }, () => world.call('GET', `/events?after=${seq}&waitSeconds=5`));
      const first = await Promise.race(polls);
      // Something to tell, so that the others come home.
      await world.end('flood5000002', 'withdraw');
      await Promise.all(polls);
      return codeOf(first);
    },
    twin: (world) => ended(world, 'flood5000001'),
  },
  {
    class: 'flood',
    name: 'strangers open the page so often that the perimeter could do nothing else',
    code: 'page.limited',
    journal: 'none',
    refusedAt: 'page',
    wishes: { ...CHAT, limits: { addressPerMinute: 40, atOnce: 4 } },
    async attack(world) {
      const open = () => fetch(`${world.origin}/approve/flood6000001`);
      await Promise.all(Array.from({ length: 80 }, open));
      return /Code: ([\w.-]+)/.exec(await (await open()).text())?.[1];
    },
    // While it goes on.
    async twin(world) {
      const open = () => fetch(`${world.origin}/approve/flood6000002`).then((answer) => answer.text());
      const flood = Promise.all(Array.from({ length: 200 }, open));
      await given(world, 'flood6000001');
      await ended(world, 'flood6000001');
      await flood;
    },
  },
  attackOn({
    class: 'flood',
    name: 'an approver whose browser is owned opens the request so often that the directory would throttle us',
    code: 'page.limited',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'flood7000001',
    wishes: { limits: { personPerMinute: 6 } },
    async prepare(world) {
      await world.register('flood7000001');
      return world.look(world.browserOf(ABEL), 'flood7000001');
    },
    async attack(_world, shown) {
      let page = shown;
      for (let count = 0; count < 8; count++) page = await shown.reload();
      return codeOn(page);
    },
    twin: (world) => signedAndGiven(world, 'flood7000001', [ANNA]),
  }),
  {
    class: 'flood',
    name: 'brings so many requests which wait that ends would come late',
    code: 'guardrail.too-many-waiting',
    journal: 'began → refused',
    about: 'flood8000050',
    wishes: { file: { entitlements: ANYWHERE } },
    async attack(world) {
      const ids = Array.from({ length: 51 }, (_, at) => `flood80000${String(at).padStart(2, '0')}`);
      for (const [at, id] of ids.entries())
        await world.register(id, { entitlementId: 'anywhere', azureScope: `${SUBSCRIPTION_SCOPE}/resourceGroups/g${at}` });
      return refusalOf(world, 'flood8000050');
    },
    async twin(world) {
      await world.end('flood8000000', 'withdraw');
      await given(world, 'flood8000051', { entitlementId: 'anywhere', azureScope: SHOP_SCOPE });
    },
  },
];
