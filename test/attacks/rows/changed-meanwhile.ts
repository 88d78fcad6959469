import { DORA, GUS } from '../../../src/playground/cast.ts';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL, ANNA, APPROVERS, ENGINEERS, RITA } from '../../perimeter/support/perimeter-config.ts';
import {
  ADMIN,
  alone,
  begins,
  CHAT,
  codeOn,
  codeOnOrRefusal,
  given,
  givenBySignature,
  isGiven,
  person,
  signedAndGiven,
  signs,
  tried,
} from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';

const CLASS = 'guest, disabled, removed after the page opened';

type Directory = ApproveWorld['microsoft']['tenant']['directory'];

/** An approver begins to sign, then the directory changes; the twin is signed by whom it did not change for. */
const whileSigning = (name: string, code: string, about: string, change: (directory: Directory) => void): Attack =>
  attackOn({
    class: CLASS,
    name,
    code,
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about,
    async prepare(world) {
      await world.register(about);
      const begun = await begins(world, ABEL, about);
      change(world.microsoft.tenant.directory);
      return begun;
    },
    attack: async (_world, begun) => codeOn(await begun.goOn()),
    twin: (world) => signedAndGiven(world, about, [ANNA]),
  });

/** Two have to sign: one has, then the directory changes, then the other signs. The twin has two for whom it did not change. */
const beforeGiving = (
  name: string,
  code: string,
  about: string,
  change: (directory: Directory) => void,
  back: (directory: Directory) => void,
): Attack => ({
  class: CLASS,
  name,
  code,
  journal: 'transition directory.giveRefused → refused',
  about,
  wishes: { more: { approvers: { groups: [APPROVERS], people: [] }, approvalsNeeded: 2 } },
  async prepare(world) {
    await world.register(about);
    await signs(world, ABEL, about);
    change(world.microsoft.tenant.directory);
  },
  attack: async (world) => codeOnOrRefusal(world, await signs(world, ANNA, about), about),
  async twin(world) {
    back(world.microsoft.tenant.directory);
    await givenBySignature(world, `${about.slice(0, -1)}x`, [ABEL, ANNA]);
  },
});

/** Accounts that may not, or may not any more. */
export const changedMeanwhile: readonly Attack[] = [
  {
    class: CLASS,
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
    class: CLASS,
    name: 'registers for somebody whose account is disabled',
    code: 'guardrail.principal-disabled',
    journal: 'began → refused',
    about: 'guest0000003',
    wishes: CHAT,
    prepare: async ({ microsoft }) => microsoft.tenant.directory.addMember(ENGINEERS, DORA.objectId, ADMIN),
    attack: (world) => tried(world, 'guest0000003', alone(person(DORA.objectId))),
    twin: (world) => given(world, 'guest0000004'),
  },
  whileSigning(
    'an approver is removed from the approvers between the click and the signature',
    'guardrail.approver',
    'removed00001',
    (directory) => directory.removeMember(APPROVERS, ABEL.objectId, ADMIN),
  ),
  whileSigning(
    'an approver is disabled between the click and the signature',
    'guardrail.approver-disabled',
    'removed00002',
    (directory) => directory.setEnabled(ABEL.objectId, false, ADMIN),
  ),
  whileSigning(
    'an approver becomes a guest between the click and the signature',
    'guardrail.approver-guest',
    'removed00003',
    (directory) => directory.changeUser(ABEL.objectId, { userType: 'Guest' }, ADMIN),
  ),
  whileSigning(
    'an approver is deleted between the click and the signature',
    'guardrail.approver-absent',
    'removed00004',
    (directory) => directory.removeUser(ABEL.objectId, ADMIN),
  ),
  attackOn({
    class: CLASS,
    name: 'somebody who was removed from the approvers presses Approve on the page that is still open',
    code: 'page.nothing-for-you',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'removed00005',
    async prepare(world) {
      await world.register('removed00005');
      const shown = await world.look(world.browserOf(ABEL), 'removed00005');
      world.microsoft.tenant.directory.removeMember(APPROVERS, ABEL.objectId, ADMIN);
      return shown;
    },
    attack: async (_world, shown) => codeOn(await shown.click('Approve')),
    async twin(world, shown) {
      world.microsoft.tenant.directory.addMember(APPROVERS, ABEL.objectId, ADMIN);
      await (await shown.reload()).click('Approve');
      await isGiven(world, 'removed00005');
    },
  }),
  beforeGiving(
    'somebody who signed is removed from the approvers before it is given',
    'guardrail.approver',
    'removed00006',
    (directory) => directory.removeMember(APPROVERS, ABEL.objectId, ADMIN),
    (directory) => directory.addMember(APPROVERS, ABEL.objectId, ADMIN),
  ),
  beforeGiving(
    'somebody who signed is disabled before it is given',
    'guardrail.approver-disabled',
    'removed00007',
    (directory) => directory.setEnabled(ABEL.objectId, false, ADMIN),
    (directory) => directory.setEnabled(ABEL.objectId, true, ADMIN),
  ),
  beforeGiving(
    'whoever asked is removed from those who may receive before it is given',
    'guardrail.receiver',
    'removed00008',
    (directory) => directory.removeMember(ENGINEERS, RITA.objectId, ADMIN),
    (directory) => directory.addMember(ENGINEERS, RITA.objectId, ADMIN),
  ),
];
