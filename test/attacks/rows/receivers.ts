import { BUILD_PIPELINE_PRINCIPAL_ID, RELEASE_GROUP_ID } from '../../../src/playground/cast.ts';
import { ABEL, ANNA, GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { alone, CHAT, given, person, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { refusalOf } from '../seen.ts';

/** Who gets it, as the bot says. */
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
  {
    class: 'foreign receiver',
    name: 'registers for an object of the directory that is no person: the principal of an application',
    code: 'guardrail.principal-absent',
    journal: 'began → refused',
    about: 'foreign000003',
    wishes: { more: { ...CHAT.more, mayReceive: { groups: [RELEASE_GROUP_ID], people: [] } } },
    attack: (world) => tried(world, 'foreign000003', alone(person(BUILD_PIPELINE_PRINCIPAL_ID))),
    twin: (world) => given(world, 'foreign000004', alone(ABEL), ANNA),
  },
  {
    class: 'named requester is not the principal',
    name: 'lets one person ask, and another one receive',
    code: 'guardrail.requester',
    journal: 'began → refused',
    about: 'another00001',
    wishes: CHAT,
    attack: (world) => tried(world, 'another00001', { requester: ANNA, principal: RITA }),
    twin: (world) => given(world, 'another00002', { requester: RITA, principal: RITA }),
  },
  {
    class: 'named requester is not the principal',
    name: 'lets the receiver approve what somebody else seems to have asked for',
    code: 'guardrail.self-approval',
    journal: 'transition decisionRefused → refused',
    about: 'another00003',
    wishes: CHAT,
    async attack(world) {
      await world.register('another00003');
      await world.call('POST', '/grants/another00003/decisions', { ...approval('another00003-1'), approver: RITA });
      return refusalOf(world, 'another00003');
    },
    twin: (world) => given(world, 'another00004'),
  },
];
