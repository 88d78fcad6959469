import { describe, expect, it, jest } from '@jest/globals';
import { perimeterConfigSchema } from '../../src/perimeter/perimeter-config.ts';
import { PERIMETER_APP } from '../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { AZURE_ROLES, SHOP_SCOPE } from '../../src/playground/microsoft/tenant/azure-assignments.ts';
import { ANNA, RITA } from './support/perimeter-config.ts';
import { entitlements, gina, keepsItsPromises, worldWithGroup } from './support/promises.ts';
import { startWorld } from './support/world.ts';

// Restarts, and waits that Microsoft imposes.
jest.setTimeout(180_000);

const contributorsOf = ({ tenant }: MicrosoftFarEnd) =>
  tenant.azure.all().filter(({ scope, roleId }) => scope === SHOP_SCOPE && roleId === AZURE_ROLES.contributor.id);

describe('an Azure role', () => {
  keepsItsPromises({
    entitlementId: 'shop-contributor',
    write: {
      P2: { farEnds: ['arm'], method: 'PUT', path: /\/roleAssignmentScheduleRequests\// },
      P1: { farEnds: ['arm'], method: 'PUT', path: /\/roleAssignments\// },
    },
    holders: (far) => contributorsOf(far).map(({ principalId }) => principalId),
    giveByHand: ({ tenant }) => {
      const theirs = { scope: SHOP_SCOPE, role: 'contributor', principalId: RITA.objectId, principalType: 'User' } as const;
      tenant.azure.add(theirs, gina);
    },
    takeByHand: (far) => {
      for (const { name } of contributorsOf(far)) far.tenant.azure.remove(name, gina);
    },
  });

  it.each(['P2', 'P1'] as const)('bears the number of the request in Azure’s own records, in a %s tenant', async (licence) => {
    const world = await worldWithGroup();
    world.microsoft.tenant.setLicence(licence);
    await world.register('anchored0001', { entitlementId: 'shop-contributor' });
    await world.approve('anchored0001');
    await world.factsUntil('anchored0001', 'given');
    const { azurePim } = world.microsoft.tenant;
    const texts = {
      P2: azurePim.requests().map(({ ticketInfo }) => `${ticketInfo.ticketSystem ?? ''}:${ticketInfo.ticketNumber ?? ''}`),
      P1: contributorsOf(world.microsoft).map(({ description }) => description),
    };
    expect(texts[licence]).toEqual([expect.stringMatching(/^hallpass:.*anchored0001/)]);
    await world.close();
  });

  it('is refused, and told why, where our identity may not give it', async () => {
    const world = await worldWithGroup();
    // Nothing at all is given until the ledger has been compared with Microsoft's records once.
    await world.register('allowed00001', { entitlementId: 'shop-contributor', requester: ANNA, principal: ANNA });
    await world.approve('allowed00001');
    await world.factsUntil('allowed00001', 'given');
    const { azure } = world.microsoft.tenant;
    for (const { name } of azure.all().filter(({ principalId }) => principalId === PERIMETER_APP.principalId))
      azure.remove(name, gina);
    await world.register('forbidden001', { entitlementId: 'shop-contributor' });
    await world.approve('forbidden001');
    expect((await world.factsUntil('forbidden001', 'refused')).at(-1)).toMatchObject({
      code: 'directory.forbidden',
      hint: expect.stringContaining('Role Based Access Control Administrator'),
    });
    await world.close();
  });

  it.each([
    [SHOP_SCOPE, true],
    [`${SHOP_SCOPE.slice(0, SHOP_SCOPE.lastIndexOf('/'))}/*`, true],
    // Only the request names the subscription: there is no place to ask at.
    ['/subscriptions/*/resourceGroups/*', false],
  ])('at %s is promised to end by itself: %s', async (where, nativeEnd) => {
    const place = where.includes('*') ? { scopePattern: where } : { scope: where };
    const [first] = entitlements;
    const azureRole = { ...place, roleDefinitionId: AZURE_ROLES.contributor.id };
    const { group: _, ...rest } = { ...first, id: 'anywhere', azureRole };
    const world = await startWorld({ file: { entitlements: perimeterConfigSchema.shape.entitlements.parse([rest]) } });
    const { status, body } = await world.call('GET', '/guardrails');
    expect([status, body]).toMatchObject([200, { entitlements: [{ id: 'anywhere', kind: 'azureRole', nativeEnd }] }]);
    await world.close();
  });
});
