import { describe, expect, it } from '@jest/globals';
import { type AzureOrder, azureNameOf, isAbout, roleDefinitionIn, scopeIn } from '../../src/azure/azure-target.ts';
import { CONTRIBUTOR, order, RITA, ROLE_ID, SHOP, SUBSCRIPTION } from './azure-order.ts';

const at = (scope: string): AzureOrder => ({ ...order, target: { ...order.target, scope } });

describe('the name of what a grant makes in Azure', () => {
  it('is a UUID of version 8, and the same for the same grant however its ids are spelt', () => {
    const name = azureNameOf('roleAssignment', order);
    expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(name).toBe('09c9fa26-e532-8e49-acaa-7250c28a24c4');
    const loud = {
      ...order,
      principalId: RITA.toUpperCase(),
      target: { ...order.target, scope: SHOP.toUpperCase(), roleDefinitionId: ROLE_ID },
    };
    expect(azureNameOf('roleAssignment', loud)).toBe(name);
    expect(azureNameOf('roleAssignment', { ...order, endsAt: '', justification: '' })).toBe(name);
  });

  it('is another for another grant, person, role, scope or kind', () => {
    const names = [
      azureNameOf('roleAssignment', order),
      azureNameOf('roleAssignmentScheduleRequest', order),
      azureNameOf('roleAssignment', { ...order, grantId: 'grant00002' }),
      azureNameOf('roleAssignment', { ...order, principalId: CONTRIBUTOR }),
      azureNameOf('roleAssignment', at(SUBSCRIPTION)),
      azureNameOf('roleAssignment', { ...order, target: { ...order.target, roleDefinitionId: RITA } }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a scope', () => {
  it.each([
    SUBSCRIPTION,
    SHOP,
    `${SHOP}/providers/Microsoft.Storage/storageAccounts/shop`,
    '/providers/Microsoft.Management/managementGroups/corp',
    `${SUBSCRIPTION}/resourceGroups/größe_(1).a-b`,
  ])('%s can be given at', (scope) => {
    expect(scopeIn(at(scope))).toBe(scope.slice(1));
  });

  it.each([
    '/',
    '',
    '//',
    '/subscriptions',
    '/subscriptions/',
    '/subscriptions//x',
    '/providers/Microsoft.Authorization',
    `${SUBSCRIPTION}/..`,
    `${SUBSCRIPTION}/../x`,
    `${SUBSCRIPTION}/./x`,
    `${SUBSCRIPTION}?x`,
    `${SUBSCRIPTION}#x`,
    `${SUBSCRIPTION}/%2e%2e/x`,
    `${SUBSCRIPTION}\\x`,
    `${SUBSCRIPTION} x`,
    `x${SUBSCRIPTION}`,
  ])('%j is none to give at', (scope) => {
    expect(() => scopeIn(at(scope))).toThrow(expect.objectContaining({ code: 'directory.rejected' }));
  });
});

describe('a role', () => {
  it('is named as the subscription names it, or the tenant where there is none', () => {
    expect(roleDefinitionIn(order)).toBe(ROLE_ID);
    expect(roleDefinitionIn(at('/providers/Microsoft.Management/managementGroups/corp'))).toBe(
      `/providers/Microsoft.Authorization/roleDefinitions/${CONTRIBUTOR}`,
    );
  });

  it.each([
    ['of this person at exactly this scope is what is meant', {}, true],
    ['is the same in other letters', { scope: SHOP.toUpperCase(), principalId: RITA.toUpperCase() }, true],
    ['at a scope above is another assignment', { scope: SUBSCRIPTION }, false],
    ['at a scope below is another assignment', { scope: `${SHOP}/providers/x/y/z` }, false],
    ['of somebody else is another', { principalId: CONTRIBUTOR }, false],
    ['of another name is another', { roleDefinitionId: RITA }, false],
  ])('%s', (_name, other, isIt) => {
    expect(isAbout(order)({ principalId: RITA, roleDefinitionId: `/x/${CONTRIBUTOR}`, scope: SHOP, ...other })).toBe(isIt);
  });
});
