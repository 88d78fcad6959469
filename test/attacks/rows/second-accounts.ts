import { ANNA_ADMIN } from '../../../src/playground/cast.ts';
import { ABEL, ANNA, APPROVERS, GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { ADMIN, alone, begins, CHAT, codeOn, given, givenBySignature, isGiven, looks, person, signs } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { refusalOf } from '../seen.ts';

const ANNA_TOO = person(ANNA_ADMIN.objectId);
const BY_ATTRIBUTE = { samePerson: { attribute: 'employeeId' } } as const;
const TWO_OF = { approvers: { groups: [APPROVERS], people: [ANNA_TOO] }, approvalsNeeded: 2 };
const CLASS = 'second account';

/** Two accounts, and one human behind them. */
export const secondAccounts: readonly Attack[] = [
  {
    class: CLASS,
    name: 'lets somebody approve for themselves with their administrative account, which the directory gives the same employeeId',
    code: 'guardrail.same-person',
    journal: 'transition decisionRefused → refused',
    about: 'second000001',
    wishes: { ...CHAT, file: BY_ATTRIBUTE },
    async attack(world) {
      await world.register('second000001', alone(ANNA));
      await world.call('POST', '/grants/second000001/decisions', { ...approval('second000001-1'), approver: ANNA_TOO });
      return refusalOf(world, 'second000001');
    },
    twin: (world) => given(world, 'second000002', alone(ANNA), ABEL),
  },
  {
    class: CLASS,
    name: 'the same over a third account: one pair of the file names two of them, another pair two',
    code: 'guardrail.same-person',
    journal: 'transition decisionRefused → refused',
    about: 'second000003',
    wishes: {
      ...CHAT,
      file: {
        samePerson: {
          pairs: [
            [ANNA.objectId, GINA.objectId],
            [ANNA_ADMIN.objectId.toUpperCase(), GINA.objectId.toUpperCase()],
          ],
        },
      },
    },
    async attack(world) {
      await world.register('second000003', alone(ANNA));
      await world.call('POST', '/grants/second000003/decisions', { ...approval('second000003-1'), approver: ANNA_TOO });
      return refusalOf(world, 'second000003');
    },
    twin: (world) => given(world, 'second000004', alone(ANNA), ABEL),
  },
  {
    class: CLASS,
    name: 'lets somebody approve of whom the directory does not say which human it is',
    code: 'guardrail.same-person-unknown',
    journal: 'transition decisionRefused → refused',
    about: 'second000005',
    wishes: { ...CHAT, file: BY_ATTRIBUTE },
    prepare: async ({ microsoft }) => microsoft.tenant.directory.changeUser(GINA.objectId, { employeeId: '\u200b ' }, ADMIN),
    async attack(world) {
      await world.register('second000005');
      await world.call('POST', '/grants/second000005/decisions', { ...approval('second000005-1'), approver: GINA });
      return refusalOf(world, 'second000005');
    },
    async twin(world) {
      world.microsoft.tenant.directory.changeUser(GINA.objectId, { employeeId: 'E1004' }, ADMIN);
      await given(world, 'second000006', {}, GINA);
    },
  },
  {
    class: CLASS,
    name: 'an approver opens the page for what they asked for themselves, with their administrative account',
    code: 'guardrail.same-person',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'second000007',
    wishes: { more: { approvers: { groups: [APPROVERS], people: [ANNA_TOO] } }, file: BY_ATTRIBUTE },
    async attack(world) {
      await world.register('second000007', alone(ANNA));
      const page = await looks(world, ANNA_TOO, 'second000007');
      return page.has('Approve') || page.has('Deny') ? undefined : codeOn(page);
    },
    async twin(world) {
      await signs(world, ABEL, 'second000007');
      await isGiven(world, 'second000007');
    },
  },
  {
    class: CLASS,
    name: 'an approver signs twice where two have to, the second time with their administrative account',
    code: 'guardrail.same-person',
    journal: 'transition decided → registered',
    refusedAt: 'page',
    about: 'second000008',
    wishes: { more: TWO_OF, file: BY_ATTRIBUTE },
    async attack(world) {
      await world.register('second000008');
      await signs(world, ANNA, 'second000008');
      const page = await looks(world, ANNA_TOO, 'second000008');
      return page.has('Approve') ? undefined : codeOn(page);
    },
    async twin(world) {
      await signs(world, ABEL, 'second000008');
      await isGiven(world, 'second000008');
    },
  },
  attackOn({
    class: CLASS,
    name: 'the same, begun while the directory still took the two accounts for two people',
    code: 'guardrail.same-person',
    journal: 'transition decided → registered',
    refusedAt: 'sign-in',
    about: 'second000009',
    wishes: { more: TWO_OF, file: BY_ATTRIBUTE },
    async prepare(world) {
      const { directory } = world.microsoft.tenant;
      directory.changeUser(ANNA_ADMIN.objectId, { employeeId: 'E9999' }, ADMIN);
      await world.register('second000009');
      await signs(world, ANNA, 'second000009');
      const begun = await begins(world, ANNA_TOO, 'second000009');
      directory.changeUser(ANNA_ADMIN.objectId, { employeeId: ' e1002\u2060' }, ADMIN);
      return begun;
    },
    attack: async (_world, begun) => codeOn(await begun.goOn()),
    async twin(world) {
      await signs(world, ABEL, 'second000009');
      await isGiven(world, 'second000009');
      await givenBySignature(world, 'second000010', [ABEL, ANNA_TOO], { entitlementId: 'security-reader', ...alone(RITA) });
    },
  }),
];
