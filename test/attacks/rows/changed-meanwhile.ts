import { DORA, GUS } from '../../../src/playground/cast.ts';
import { ENGINEERS } from '../../perimeter/support/perimeter-config.ts';
import { ADMIN, alone, CHAT, given, person, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';

/** Accounts that may not, or may not any more. */
export const changedMeanwhile: readonly Attack[] = [
  {
    class: 'guest, disabled, removed after the page opened',
    name: 'registers for a guest who is in the right group',
    code: 'guardrail.principal-guest',
    journal: 'began → refused',
    about: 'guest0000001',
    wishes: CHAT,
    prepare: async ({ microsoft }) => microsoft.tenant.directory.addMember(ENGINEERS, GUS.objectId, ADMIN),
    attack: (world) => tried(world, 'guest0000001', alone(person(GUS.objectId))),
    twin: (world) => given(world, 'guest0000002'),
  },
  {
    class: 'guest, disabled, removed after the page opened',
    name: 'registers for somebody whose account is disabled',
    code: 'guardrail.principal-disabled',
    journal: 'began → refused',
    about: 'guest0000003',
    wishes: CHAT,
    prepare: async ({ microsoft }) => microsoft.tenant.directory.addMember(ENGINEERS, DORA.objectId, ADMIN),
    attack: (world) => tried(world, 'guest0000003', alone(person(DORA.objectId))),
    twin: (world) => given(world, 'guest0000004'),
  },
];
