import { describe, expect, it } from '@jest/globals';
import {
  HARMLESS_DIRECTORY_ROLES,
  REACH_OF_DIRECTORY_ROLES,
  READ_ONLY_AZURE_ROLES,
} from '../../../src/perimeter/guardrails/known-roles.ts';
import { reachOf } from '../../../src/perimeter/guardrails/protected-set.ts';
import { APPROVERS, ENGINEERS, perimeterConfig } from '../support/perimeter-config.ts';

const SUBSCRIPTION = '/subscriptions/5ab5c1d0-0000-4000-8000-000000000001';
const OTHER = '/subscriptions/5ab5c1d0-0000-4000-8000-000000000002';
const HOST = `${SUBSCRIPTION}/resourceGroups/hallpass/providers/Microsoft.Web/sites/perimeter`;
const PLATFORM = '/providers/Microsoft.Management/managementGroups/platform';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const CUSTOM = 'c0570000-0000-4000-8000-000000000001';

const config = (hostedOn: readonly string[] = [HOST]) => perimeterConfig({ file: { hostedOn: [...hostedOn] } });
const [blank] = config().entitlements;
if (blank === undefined) throw new Error('no entitlement');
const { directoryRole: _, ...nothing } = blank;

const protectedOf = (reach: string | undefined) => (reach === undefined ? 'not protected' : 'protected');

describe('a directory role', () => {
  it.each([
    ...[...HARMLESS_DIRECTORY_ROLES].map((id) => [id, 'not protected']),
    ...[...REACH_OF_DIRECTORY_ROLES.keys()].map((id) => [id, 'protected']),
    [CUSTOM, 'protected'],
  ])('%s is %s', (roleDefinitionId = '', expected) => {
    for (const id of [roleDefinitionId, roleDefinitionId.toUpperCase()])
      for (const directoryScopeId of ['/', '/administrativeUnits/1'])
        expect(protectedOf(reachOf({ ...nothing, directoryRole: { roleDefinitionId: id, directoryScopeId } }, config()))).toBe(
          expected,
        );
  });

  it('is never on both lists', () => {
    expect([...HARMLESS_DIRECTORY_ROLES].filter((id) => REACH_OF_DIRECTORY_ROLES.has(id))).toEqual([]);
  });
});

describe('an Azure role', () => {
  const azure = (where: object, roleDefinitionId = CONTRIBUTOR, hostedOn?: readonly string[]) =>
    protectedOf(reachOf({ ...nothing, azureRole: { roleDefinitionId, ...where } }, config(hostedOn)));

  it.each([
    ['the very thing', { scope: HOST }, 'protected'],
    ['the very thing in other letters', { scope: HOST.toUpperCase() }, 'protected'],
    ['its resource group', { scope: `${SUBSCRIPTION}/resourceGroups/hallpass` }, 'protected'],
    ['its subscription', { scope: SUBSCRIPTION }, 'protected'],
    ['a management group, which may be above', { scope: PLATFORM }, 'protected'],
    ['something below', { scope: `${HOST}/slots/next` }, 'protected'],
    [
      'something beside',
      { scope: `${SUBSCRIPTION}/resourceGroups/hallpass/providers/Microsoft.Web/sites/other` },
      'not protected',
    ],
    ['a resource group whose name goes on', { scope: `${SUBSCRIPTION}/resourceGroups/hallpass2` }, 'not protected'],
    ['another subscription', { scope: OTHER }, 'not protected'],
    ['any subscription', { scopePattern: '/subscriptions/*' }, 'protected'],
    ['any group of its subscription', { scopePattern: `${SUBSCRIPTION}/resourceGroups/*` }, 'protected'],
    ['any group of another subscription', { scopePattern: `${OTHER}/resourceGroups/*` }, 'not protected'],
    [
      'any site beside',
      { scopePattern: `${SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Web/sites/*` },
      'not protected',
    ],
    [
      'any site of the group',
      { scopePattern: `${SUBSCRIPTION}/resourceGroups/hallpass/providers/Microsoft.Web/sites/*` },
      'protected',
    ],
  ])('that writes, at %s', (_name, where, expected) => {
    expect(azure(where)).toBe(expected);
    expect(azure(where, CUSTOM)).toBe(expected);
  });

  it.each([...READ_ONLY_AZURE_ROLES, READER.toUpperCase()])('that only reads is not protected anywhere: %s', (id) => {
    expect(azure({ scope: HOST }, id)).toBe('not protected');
    expect(azure({ scope: PLATFORM }, id, [])).toBe('not protected');
  });

  it('that writes is protected everywhere when something is hosted at a management group, or nobody says where', () => {
    expect(azure({ scope: OTHER }, CONTRIBUTOR, [PLATFORM])).toBe('protected');
    expect(azure({ scope: OTHER }, CONTRIBUTOR, [])).toBe('protected');
    expect(azure({ scope: OTHER }, CONTRIBUTOR, [HOST, `${SUBSCRIPTION}/resourceGroups/store`])).toBe('not protected');
    expect(azure({ scope: OTHER }, CONTRIBUTOR, [HOST, `${OTHER}/resourceGroups/store`])).toBe('protected');
  });
});

describe('a group', () => {
  const who = (...groups: readonly string[]) => ({ people: [], groups: [...groups] });
  const group = (groupId: string, more: object) => {
    const file = perimeterConfig({ more: { mayReceive: who(ENGINEERS), ...more } });
    return protectedOf(reachOf({ ...nothing, group: { groupId } }, file));
  };
  it.each([
    ['whose members receive', ENGINEERS, {}, 'protected'],
    ['whose members decide', APPROVERS, { approvers: who(APPROVERS) }, 'protected'],
    [
      'whose members decide in a later stage',
      APPROVERS,
      { stages: [{ approvers: who() }, { approvers: who(APPROVERS) }] },
      'protected',
    ],
    [
      'whose members break the glass',
      APPROVERS,
      { breakGlass: { who: who(APPROVERS), longestMinutes: 1, perDay: 1 } },
      'protected',
    ],
    ['whose members do nothing here', APPROVERS, {}, 'not protected'],
  ])('%s', (_name, groupId, more, expected) => {
    expect(group(groupId, more)).toBe(expected);
    expect(group(groupId.toUpperCase(), more)).toBe(expected);
  });
});
