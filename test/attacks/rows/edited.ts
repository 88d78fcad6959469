import { AZURE_ROLES, SHOP_SCOPE, SUBSCRIPTION_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { ABEL, ANNA, ENGINEERS, SECURITY_READER } from '../../perimeter/support/perimeter-config.ts';
import { alone, asked, CHAT, codeOn, entitlementsOf, given, looks, signedAndGiven, tried } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { codeOf, refusalOf } from '../seen.ts';

const CLASS = 'edited duration, scope, principal';
const SHOPS = entitlementsOf({
  id: 'shop',
  azureRole: { roleDefinitionId: AZURE_ROLES.contributor.id, scopePattern: `${SUBSCRIPTION_SCOPE}/resourceGroups/*` },
  mayReceive: { groups: [ENGINEERS] },
  assurance: 'chat',
  endsOnlyByHallpass: true,
});

/** The file gives a role in each resource group; the request names something that a server might take for another place. */
const scope = (name: string, azureScope: string, about: string): Attack => ({
  class: CLASS,
  name: `names a scope that fits the pattern only ${name}`,
  code: 'guardrail.scope',
  journal: 'began → refused',
  about,
  wishes: { file: { entitlements: SHOPS } },
  attack: (world) => tried(world, about, { entitlementId: 'shop', azureScope }),
  twin: (world) => given(world, `${about.slice(0, -1)}x`, { entitlementId: 'shop', azureScope: SHOP_SCOPE }),
});

/** What was asked for, made into something else. */
export const edited: readonly Attack[] = [
  {
    class: CLASS,
    name: 'sends a request that was registered already again, for longer',
    code: 'grant.conflict',
    journal: 'began → registered',
    refusedAt: 'register',
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
    class: CLASS,
    name: 'sends it again for another person',
    code: 'grant.conflict',
    journal: 'began → registered',
    refusedAt: 'register',
    about: 'edited000002',
    wishes: CHAT,
    async attack(world) {
      await world.register('edited000002');
      return codeOf(await world.call('POST', '/grants', { requestId: 'edited000002', ...asked, ...alone(ANNA) }));
    },
    twin: (world) => given(world, 'edited000002'),
  },
  {
    class: CLASS,
    name: 'names an Azure scope for what is no Azure role',
    code: 'guardrail.scope',
    journal: 'began → refused',
    about: 'edited000003',
    wishes: CHAT,
    attack: (world) => tried(world, 'edited000003', { azureScope: '/subscriptions/00000000-0000-4000-8000-000000000001' }),
    twin: (world) => given(world, 'edited000004'),
  },
  {
    class: CLASS,
    name: 'asks for a minute more than the guardrails allow',
    code: 'guardrail.duration',
    journal: 'began → refused',
    about: 'edited000005',
    wishes: CHAT,
    attack: (world) => tried(world, 'edited000005', { durationMinutes: 61 }),
    twin: (world) => given(world, 'edited000006', { durationMinutes: 60 }),
  },
  scope('when it goes up again', `${SUBSCRIPTION_SCOPE}/resourceGroups/..`, 'scope0000001'),
  scope('before it is resolved', `${SUBSCRIPTION_SCOPE}/resourceGroups/shop/../../../other`, 'scope0000002'),
  scope('before a slash is decoded', `${SUBSCRIPTION_SCOPE}/resourceGroups/shop%2F..%2Fvault`, 'scope0000003'),
  scope('when a star stands for a star', `${SUBSCRIPTION_SCOPE}/resourceGroups/*`, 'scope0000004'),
  scope('in its beginning', `${SHOP_SCOPE}/providers/Microsoft.Compute/virtualMachines/a`, 'scope0000005'),
  scope('without the resource group', SUBSCRIPTION_SCOPE, 'scope0000006'),
  scope('with a letter that only looks like one', SHOP_SCOPE.replace('shop', 'shоp'), 'scope0000007'),
  scope('with a question behind it', `${SHOP_SCOPE}?x=`, 'scope0000008'),
  {
    class: CLASS,
    name: 'lets a request wait for a year, so that what was signed is still good when nobody thinks of it any more',
    code: 'guardrail.approval-window',
    journal: 'began → refused',
    about: 'edited000012',
    async attack(world) {
      await world.register('edited000012', { approvalWindowMinutes: 366 * 24 * 60 });
      return refusalOf(world, 'edited000012');
    },
    async twin(world) {
      await world.register('edited000013', { approvalWindowMinutes: 24 * 60 });
      await signedAndGiven(world, 'edited000013', [ABEL]);
    },
  },
  {
    class: CLASS,
    name: 'sends a request that was registered already again, for another scope',
    code: 'grant.conflict',
    journal: 'began → registered',
    refusedAt: 'register',
    about: 'edited000007',
    wishes: { file: { entitlements: SHOPS } },
    async attack(world) {
      const request = { requestId: 'edited000007', ...asked, entitlementId: 'shop' };
      await world.call('POST', '/grants', { ...request, azureScope: SHOP_SCOPE });
      return codeOf(await world.call('POST', '/grants', { ...request, azureScope: SHOP_SCOPE.replace('shop', 'vault') }));
    },
    twin: (world) => given(world, 'edited000007', { entitlementId: 'shop', azureScope: SHOP_SCOPE.toUpperCase() }),
  },
  attackOn({
    class: CLASS,
    name: 'an approver has one request before them, and the form names what was shown of another',
    code: 'page.changed',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'edited000008',
    async prepare(world) {
      await world.register('edited000008');
      await world.register('edited000009', { entitlementId: 'security-reader' });
      const other = await looks(world, ABEL, 'edited000009');
      return other.forms[0]?.fields.find(({ name }) => name === 'shown')?.value ?? '';
    },
    attack: async (world, shown) => codeOn(await (await looks(world, ABEL, 'edited000008')).click('Approve', { shown })),
    twin: (world) => signedAndGiven(world, 'edited000008', [ABEL]),
  }),
  {
    class: CLASS,
    name: 'waits until the name of the entitlement means another role, and lets what was asked before be approved then',
    code: 'guardrail.entitlement',
    journal: 'transition decisionRefused → refused',
    about: 'edited000010',
    wishes: CHAT,
    async prepare(world) {
      await world.register('edited000010', alone(ANNA));
      await world.stop();
      await world.start({ readerRole: SECURITY_READER });
    },
    attack: (world) => tried(world, 'edited000010', alone(ANNA)),
    twin: (world) => given(world, 'edited000011', alone(ANNA)),
  },
];
