import { ANNA } from '../../perimeter/support/perimeter-config.ts';
import { alone, CHAT, ended, given, givenAndEnded, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';

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
];
