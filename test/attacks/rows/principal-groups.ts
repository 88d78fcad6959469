import { ABEL, ANNA, APPROVERS, ENGINEERS, GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { ADMIN, alone, CHAT, entitlementsOf, given, person, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { refusalOf } from '../seen.ts';

const CLASS = 'member of the principal group';
const GROUP = person(ENGINEERS);
const ON_CALL = '96000000-0000-4000-8000-0000000000c1';
const ON_CALL_BY_OWNERS = entitlementsOf({
  id: 'on-call',
  group: { groupId: ON_CALL },
  mayReceive: { groups: [ENGINEERS] },
  approvers: { ownersOf: 'entitlement' },
  assurance: 'chat',
});

/** Nobody approves for themselves by way of a group. */
export const principalGroups: readonly Attack[] = [
  {
    class: CLASS,
    name: 'registers for a group, which the file even names by its id, so that a member may approve what the member receives',
    code: 'guardrail.principal-absent',
    journal: 'began → refused',
    about: 'groups000001',
    wishes: { more: { ...CHAT.more, mayReceive: { groups: [ENGINEERS], people: [GROUP] } } },
    attack: (world) => tried(world, 'groups000001', alone(GROUP)),
    twin: (world) => given(world, 'groups000002'),
  },
  {
    class: CLASS,
    name: 'lets a member ask, and the whole group receive',
    code: 'guardrail.requester',
    journal: 'began → refused',
    about: 'groups000003',
    wishes: CHAT,
    attack: (world) => tried(world, 'groups000003', { requester: RITA, principal: GROUP }),
    twin: (world) => given(world, 'groups000004', { requester: RITA, principal: RITA }),
  },
  {
    class: CLASS,
    name: 'lets a member of the group that both receives and approves approve for themselves',
    code: 'guardrail.self-approval',
    journal: 'transition decisionRefused → refused',
    about: 'groups000005',
    wishes: {
      more: { ...CHAT.more, approvers: { groups: [APPROVERS], people: [] }, mayReceive: { groups: [APPROVERS], people: [] } },
    },
    async attack(world) {
      await world.register('groups000005', alone(ANNA));
      await world.call('POST', '/grants/groups000005/decisions', { ...approval('groups000005-1'), approver: ANNA });
      return refusalOf(world, 'groups000005');
    },
    twin: (world) => given(world, 'groups000006', alone(ANNA), ABEL),
  },
  {
    class: CLASS,
    name: 'lets an owner of a group, who approves who joins it, approve that they join it themselves',
    code: 'guardrail.self-approval',
    journal: 'transition decisionRefused → refused',
    about: 'groups000007',
    wishes: { file: { entitlements: ON_CALL_BY_OWNERS } },
    async prepare({ microsoft }) {
      const onCall = { id: ON_CALL, displayName: 'On call', memberIds: [], ownerIds: [RITA.objectId, GINA.objectId] };
      microsoft.tenant.directory.addGroup(onCall, ADMIN);
    },
    async attack(world) {
      await world.register('groups000007', { entitlementId: 'on-call' });
      await world.call('POST', '/grants/groups000007/decisions', { ...approval('groups000007-1'), approver: RITA });
      return refusalOf(world, 'groups000007');
    },
    twin: (world) => given(world, 'groups000008', { entitlementId: 'on-call' }, GINA),
  },
];
