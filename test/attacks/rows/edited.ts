import { ANNA } from '../../perimeter/support/perimeter-config.ts';
import { alone, asked, CHAT, given, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf } from '../seen.ts';

/** What was asked for, made into something else. */
export const edited: readonly Attack[] = [
  {
    class: 'edited duration, scope, principal',
    name: 'sends a request that was registered already again, for longer',
    code: 'grant.conflict',
    journal: 'began → registered',
    about: 'edited000001',
    wishes: CHAT,
    async attack(world) {
      await world.register('edited000001');
      return codeOf(await world.call('POST', '/grants', { requestId: 'edited000001', ...asked, durationMinutes: 60 }));
    },
    async twin(world) {
      await world.register('edited000001');
      await given(world, 'edited000001');
    },
  },
  {
    class: 'edited duration, scope, principal',
    name: 'sends it again for another person',
    code: 'grant.conflict',
    journal: 'began → registered',
    about: 'edited000002',
    wishes: CHAT,
    async attack(world) {
      await world.register('edited000002');
      return codeOf(await world.call('POST', '/grants', { requestId: 'edited000002', ...asked, ...alone(ANNA) }));
    },
    twin: (world) => given(world, 'edited000002'),
  },
  {
    class: 'edited duration, scope, principal',
    name: 'names an Azure scope for what is no Azure role',
    code: 'guardrail.scope',
    journal: 'began → refused',
    about: 'edited000003',
    wishes: CHAT,
    attack: (world) => tried(world, 'edited000003', { azureScope: '/subscriptions/00000000-0000-4000-8000-000000000001' }),
    twin: (world) => given(world, 'edited000004'),
  },
  {
    class: 'edited duration, scope, principal',
    name: 'asks for a minute more than the guardrails allow',
    code: 'guardrail.duration',
    journal: 'began → refused',
    about: 'edited000005',
    wishes: CHAT,
    attack: (world) => tried(world, 'edited000005', { durationMinutes: 61 }),
    twin: (world) => given(world, 'edited000006', { durationMinutes: 60 }),
  },
];
