import { describe, expect, it } from '@jest/globals';
import { digestOf } from '../../../src/access/core/canonical.ts';
import {
  HARMLESS_DIRECTORY_ROLES,
  REACH_OF_DIRECTORY_ROLES,
  READ_ONLY_AZURE_ROLES,
} from '../../../src/perimeter/guardrails/known-roles.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the lists of roles, as Microsoft published them', () => {
  // Whoever changes a list changes who may be given what without a signature: the digest here has to be changed, too.
  it.each<[string, readonly string[], number, string]>([
    ['directory roles that can change nothing', [...HARMLESS_DIRECTORY_ROLES], 13, '035NgVmiUAoh43jindTjtEeWiXD6lPYd1eNDqdpf2Z0'],
    ['Azure roles that write nothing', [...READ_ONLY_AZURE_ROLES], 6, 'OvFjPZDXtFKG4WnMiUm1OYgOnScHbSArZUUBMPZ8OhA'],
    [
      'directory roles that reach Hallpass',
      [...REACH_OF_DIRECTORY_ROLES.keys()],
      22,
      '4iDIcpJHPs12a6tATL9UxZ4j7MFnbylTl2dX9zGMbSQ',
    ],
  ])('%s are just these', (_name, ids, count, digest) => {
    expect(ids.filter((id) => !GUID.test(id))).toEqual([]);
    expect([new Set(ids).size, digestOf(ids.toSorted())]).toEqual([count, digest]);
  });

  it('say of each role that reaches Hallpass who it is and what it can do', () => {
    for (const reach of REACH_OF_DIRECTORY_ROLES.values()) expect(reach).toMatch(/^[A-Z][A-Za-z ]+ can .{12,}$/);
  });

  it.each([
    ['Global Reader', HARMLESS_DIRECTORY_ROLES, 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', true],
    ['Directory Readers', HARMLESS_DIRECTORY_ROLES, '88d8e3e3-8f55-4a1e-953a-9b9898b8876b', true],
    ['Global Administrator', HARMLESS_DIRECTORY_ROLES, '62e90394-69f5-4237-9190-012177145e10', false],
    ['Application Administrator', HARMLESS_DIRECTORY_ROLES, '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', false],
    ['Reader in Azure', READ_ONLY_AZURE_ROLES, 'acdd72a7-3385-48ef-bd42-f606fba81ae7', true],
    ['Contributor in Azure', READ_ONLY_AZURE_ROLES, 'b24988ac-6180-42a0-ab88-20f7382dd24c', false],
  ] as const)('know %s', (_name, list, id, isOn) => {
    expect(list.has(id)).toBe(isOn);
  });
});
