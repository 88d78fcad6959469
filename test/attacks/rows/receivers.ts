import { GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import type { Attack } from '../attack.ts';
import { refusalOf } from '../seen.ts';

const CHAT = { more: { assurance: 'chat', approvers: undefined } } as const;

export const receivers: readonly Attack[] = [
  {
    class: 'foreign receiver',
    name: 'asks in the name of somebody whom the guardrails do not list, and says that an approver agreed',
    code: 'guardrail.receiver',
    journal: 'began → refused',
    about: 'foreign000001',
    wishes: CHAT,
    async attack(world) {
      await world.register('foreign000001', { requester: GINA, principal: GINA });
      await world.approve('foreign000001');
      return refusalOf(world, 'foreign000001');
    },
    async twin(world) {
      await world.register('foreign000002', { requester: RITA, principal: RITA });
      await world.approve('foreign000002');
      await world.factsUntil('foreign000002', 'given');
    },
  },
];
