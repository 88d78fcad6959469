import { ABEL, ANNA, APPROVERS, ENGINEERS, GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import {
  ADMIN,
  alone,
  asked,
  CHAT,
  codeOn,
  entitlementsOf,
  given,
  givenBySignature,
  isGiven,
  looks,
  signedAndGiven,
  signs,
  tried,
} from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf, refusalOf } from '../seen.ts';

const CLASS = 'protected set and ways around it';
const ROLE_GROUP = '96000000-0000-4000-8000-0000000000d1';
const MEMBERS_RECEIVE = { mayReceive: { groups: [ENGINEERS] }, approvers: { groups: [APPROVERS] } };
const BREAK_GLASS = { who: { people: [RITA], groups: [] }, longestMinutes: 20, perDay: 1 };

/** What can reach Hallpass or the tenant, and whoever guards it. */
export const protectedSet: readonly Attack[] = [
  {
    class: CLASS,
    name: 'says that an approver agreed in chat to what has to be signed',
    code: 'approval.must-be-signed',
    journal: 'began → registered',
    refusedAt: 'decide',
    about: 'protected001',
    async attack(world) {
      await world.register('protected001');
      return codeOf(await world.call('POST', '/grants/protected001/decisions', approval('protected001-1')));
    },
    twin: (world) => signedAndGiven(world, 'protected001', [ABEL]),
  },
  {
    class: CLASS,
    name: 'asks in the name of somebody for what is protected: an approver signs, and the one who is said to ask never does',
    code: 'lapsed',
    journal: 'transition xstate.after.approvalWindow.grant.registered → ended',
    about: 'protected002',
    wishes: { more: { protected: true } },
    async attack(world) {
      await world.register('protected002');
      await signs(world, ABEL, 'protected002');
      await world.call('POST', '/grants/protected002/decisions', { ...approval('protected002-1'), approver: RITA });
      world.advance(61);
      const facts = await world.factsUntil('protected002', 'ended');
      return facts.flatMap((fact) => (fact.type === 'ended' ? [fact.how] : [])).at(-1);
    },
    async twin(world) {
      await world.register('protected003');
      await signs(world, ABEL, 'protected003');
      await signs(world, RITA, 'protected003', 'Sign this request');
      await isGiven(world, 'protected003');
    },
  },
  {
    class: CLASS,
    name: 'asks for it as break-glass, which the file grants nobody',
    code: 'guardrail.break-glass',
    journal: 'began → refused',
    about: 'protected004',
    attack: (world) => refusedWith(world, 'protected004', { breakGlass: true }),
    twin: (world) => givenBySignature(world, 'protected005', [ABEL], { breakGlass: false }),
  },
  {
    class: CLASS,
    name: 'breaks the glass in the name of somebody whom the file does not name for it',
    code: 'guardrail.break-glass',
    journal: 'began → refused',
    about: 'protected006',
    wishes: { more: { breakGlass: BREAK_GLASS } },
    attack: (world) => refusedWith(world, 'protected006', { ...alone(ANNA), durationMinutes: 20, breakGlass: true }),
    async twin(world) {
      await world.register('protected007', { ...alone(RITA), durationMinutes: 20, breakGlass: true });
      await signs(world, RITA, 'protected007', 'Sign this request');
      await isGiven(world, 'protected007');
    },
  },
  {
    class: CLASS,
    name: 'waits until the group of approvers has an owner from outside, who may let anybody join it',
    code: 'guardrail.unsafe-group',
    journal: 'began → refused',
    about: 'protected008',
    prepare: (world) => changedGroup(world, { ownerIds: [GINA.objectId] }),
    attack: (world) => refusedWith(world, 'protected008'),
    async twin(world) {
      await changedGroup(world, { ownerIds: [ANNA.objectId] });
      await givenBySignature(world, 'protected009', [ABEL]);
    },
  },
  {
    class: CLASS,
    name: 'waits until the group of approvers is one that any administrator of groups may change',
    code: 'guardrail.unsafe-group',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'protected010',
    async prepare(world) {
      await world.register('protected010');
      await changedGroup(world, { isAssignableToRole: false });
    },
    async attack(world) {
      const page = await looks(world, ABEL, 'protected010');
      return page.has('Approve') ? undefined : codeOn(page);
    },
    async twin(world) {
      await changedGroup(world, { isAssignableToRole: true });
      await signedAndGiven(world, 'protected010', [ABEL]);
    },
  },
  {
    class: CLASS,
    name: 'asks for membership of the very group that approves, which the file does not say is protected',
    code: 'guardrail.unsafe-group',
    journal: 'began → refused',
    about: 'protected011',
    wishes: {
      file: {
        entitlements: entitlementsOf(
          { id: 'approvers', group: { groupId: APPROVERS }, ...MEMBERS_RECEIVE },
          { id: 'on-call', group: { groupId: ROLE_GROUP }, ...MEMBERS_RECEIVE },
        ),
      },
    },
    prepare: async ({ microsoft }) =>
      microsoft.tenant.directory.addGroup({ id: ROLE_GROUP, displayName: 'On call', memberIds: [] }, ADMIN),
    attack: (world) => refusedWith(world, 'protected011', { entitlementId: 'approvers' }),
    async twin(world) {
      await givenBySignature(world, 'protected012', [ABEL], { entitlementId: 'on-call' });
    },
  },
  {
    class: CLASS,
    name: 'asks for an emergency account',
    code: 'guardrail.emergency-account',
    journal: 'began → refused',
    about: 'protected013',
    wishes: {
      more: { ...CHAT.more, mayReceive: { groups: [ENGINEERS], people: [GINA, ANNA] } },
      file: { emergencyAccounts: [GINA.objectId.toUpperCase()] },
    },
    attack: (world) => tried(world, 'protected013', alone(GINA)),
    twin: (world) => given(world, 'protected014', alone(ANNA)),
  },
  {
    class: CLASS,
    name: 'lets an emergency account approve, whose password lies in the safe',
    code: 'guardrail.emergency-account',
    journal: 'transition decisionRefused → refused',
    about: 'protected015',
    wishes: { ...CHAT, file: { emergencyAccounts: [GINA.objectId] } },
    async attack(world) {
      await world.register('protected015');
      await world.call('POST', '/grants/protected015/decisions', { ...approval('protected015-1'), approver: GINA });
      return refusalOf(world, 'protected015');
    },
    twin: (world) => given(world, 'protected016', {}, ABEL),
  },
  {
    class: CLASS,
    name: 'somebody with an emergency account, who is even listed as an approver, signs in at the page',
    code: 'page.nothing-for-you',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'protected017',
    wishes: {
      more: { approvers: { groups: [APPROVERS], people: [GINA] } },
      file: { emergencyAccounts: [GINA.objectId] },
    },
    async attack(world) {
      await world.register('protected017');
      return codeOn(await looks(world, GINA, 'protected017'));
    },
    twin: (world) => signedAndGiven(world, 'protected017', [ABEL]),
  },
];

async function refusedWith(
  world: ApproveWorld,
  requestId: string,
  different: Parameters<ApproveWorld['register']>[1] = {},
): Promise<string | undefined> {
  await world.call('POST', '/grants', { requestId, ...asked, ...different });
  return refusalOf(world, requestId);
}

/** By hand; the perimeter looks at groups when it starts, and daily. */
async function changedGroup(
  world: ApproveWorld,
  changes: Parameters<ApproveWorld['microsoft']['tenant']['directory']['changeGroup']>[1],
): Promise<void> {
  world.microsoft.tenant.directory.changeGroup(APPROVERS, changes, ADMIN);
  await world.stop();
  await world.start();
}
