import { ANNA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { alone, asked, CHAT, ended, given, givenAndEnded, isGiven, signs, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { refusalOf, settled } from '../seen.ts';

/** What may be given, and is given too often. */
export const budgets: readonly Attack[] = [
  {
    class: 'back-to-back renewal',
    name: 'asks again the moment the end came, so that the access never ends',
    code: 'guardrail.cool-down',
    journal: 'began → refused',
    about: 'renewal00002',
    wishes: { more: { ...CHAT.more, coolDownMinutes: 60 } },
    prepare: (world) => givenAndEnded(world, 'renewal00001'),
    attack: (world) => tried(world, 'renewal00002'),
    async twin(world) {
      world.advance(61);
      await given(world, 'renewal00003');
      await ended(world, 'renewal00003');
    },
  },
  {
    class: 'back-to-back renewal',
    name: 'renews under another name of the guardrails for the same role',
    code: 'guardrail.cool-down',
    journal: 'began → refused',
    about: 'renewal00005',
    wishes: { more: { ...CHAT.more, coolDownMinutes: 60 } },
    prepare: (world) => givenAndEnded(world, 'renewal00004'),
    attack: (world) => tried(world, 'renewal00005', { entitlementId: 'global-reader-again' }),
    async twin(world) {
      await given(world, 'renewal00006', { entitlementId: 'security-reader' });
    },
  },
  {
    class: 'budget',
    name: 'gives one person more often in a day than the guardrails allow',
    code: 'guardrail.daily-budget',
    journal: 'began → refused',
    about: 'budget000003',
    wishes: { more: { ...CHAT.more, atMostPerPrincipalPerDay: 2 } },
    async prepare(world) {
      await givenAndEnded(world, 'budget000001');
      await givenAndEnded(world, 'budget000002');
    },
    attack: (world) => tried(world, 'budget000003'),
    twin: (world) => given(world, 'budget000004', alone(ANNA)),
  },
  {
    class: 'budget',
    name: 'hands out one entitlement to more people at a time than the guardrails allow',
    code: 'guardrail.live-budget',
    journal: 'began → refused',
    about: 'budget000006',
    wishes: { more: { ...CHAT.more, atMostLive: 1 } },
    prepare: (world) => given(world, 'budget000005', alone(ANNA)),
    attack: (world) => tried(world, 'budget000006'),
    async twin(world) {
      await ended(world, 'budget000005');
      await given(world, 'budget000007');
    },
  },
  {
    class: 'back-to-back renewal',
    name: 'asks for the next while the one is still held, under another name of the guardrails for the same role',
    code: 'grant.already-live',
    journal: 'began → refused',
    about: 'renewal00008',
    wishes: CHAT,
    prepare: (world) => given(world, 'renewal00007'),
    attack: (world) => tried(world, 'renewal00008', { entitlementId: 'global-reader-again' }),
    async twin(world) {
      await ended(world, 'renewal00007');
      await given(world, 'renewal00009', { entitlementId: 'global-reader-again' });
    },
  },
  {
    class: 'budget',
    name: 'lets two people ask for what one may hold at a time, and says at once that both are agreed to',
    code: 'guardrail.live-budget',
    journal: 'transition directory.giveRefused → refused',
    about: /^budget00000[89]$/,
    wishes: { more: { ...CHAT.more, atMostLive: 1 } },
    async prepare(world) {
      await Promise.all([world.register('budget000008'), world.register('budget000009', alone(ANNA))]);
      await Promise.all([world.approve('budget000008'), world.approve('budget000009')]);
      await Promise.all([settled(world, 'budget000008'), settled(world, 'budget000009')]);
    },
    // One of them has it.
    async attack(world) {
      const codes = await Promise.all(['budget000008', 'budget000009'].map((id) => refusalOf(world, id)));
      return codes.includes(undefined) ? codes.find((code) => code !== undefined) : codes.join();
    },
    async twin(world) {
      const [code] = await Promise.all(['budget000008', 'budget000009'].map((id) => refusalOf(world, id)));
      await ended(world, code === undefined ? 'budget000008' : 'budget000009');
      await given(world, 'budget000013', code === undefined ? alone(ANNA) : {});
    },
  },
  {
    class: 'budget',
    name: 'breaks the glass in the name of one person after another, more often in a day than the file allows',
    code: 'guardrail.break-glass-budget',
    journal: 'began → refused',
    about: 'budget000011',
    wishes: { more: { breakGlass: { who: { groups: [], people: [RITA, ANNA] }, longestMinutes: 20, perDay: 1 } } },
    async prepare(world) {
      await world.register('budget000010', { ...alone(RITA), durationMinutes: 20, breakGlass: true });
      await signs(world, RITA, 'budget000010', 'Sign this request');
      await isGiven(world, 'budget000010');
    },
    async attack(world) {
      const body = { requestId: 'budget000011', ...asked, ...alone(ANNA), durationMinutes: 20, breakGlass: true };
      await world.call('POST', '/grants', body);
      return refusalOf(world, 'budget000011');
    },
    async twin(world) {
      world.advance(24 * 60 + 1);
      await world.register('budget000012', { ...alone(ANNA), durationMinutes: 20, breakGlass: true });
      await signs(world, ANNA, 'budget000012', 'Sign this request');
      await isGiven(world, 'budget000012');
    },
  },
];
