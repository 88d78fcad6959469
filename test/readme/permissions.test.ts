import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { permissionTables, withPermissions } from '../../src/cli/docs-permissions.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../..', name), 'utf8');
const list = read('manifest/permissions.json');

describe('what Hallpass may do in a tenant', () => {
  it('stands in the README as the list of permissions says it; `npm run docs:permissions` writes it', () => {
    expect(withPermissions(read('README.md'), permissionTables(list))).toBe(read('README.md'));
  });

  it('names every permission once for each identity, with its reason and its calls', () => {
    const tables = permissionTables(list);
    const { identities } = JSON.parse(list) as {
      readonly identities: readonly { readonly permissions: readonly { readonly name: string; readonly why: string }[] }[];
    };
    const permissions = identities.flatMap((identity) => identity.permissions);
    expect(tables.split('\n').filter((line) => /^\| (?!permission)/.test(line))).toHaveLength(permissions.length);
    for (const { name, why } of permissions) {
      expect(tables).toContain(name);
      expect(tables).toContain(why);
    }
    expect(tables).toContain('`DELETE /roleManagement/directory/roleAssignments/{id}`');
  });

  it('says when a permission is wanted only sometimes, and where a role is assigned', () => {
    const tables = permissionTables(list);
    expect(tables).toMatch(/`RoleManagement\.ReadWrite\.Directory`.*; only if an entitlement says endsOnlyByHallpass/);
    expect(tables).toContain('`Reader` at `/`, role in Azure Resource Manager');
  });
});

describe('the marks in a page', () => {
  it('keep what stands around them', () => {
    const page = 'a\n<!-- permissions -->\nold\n<!-- /permissions -->\nz';
    expect(withPermissions(page, 'new')).toBe('a\n<!-- permissions -->\n\nnew\n\n<!-- /permissions -->\nz');
  });

  it.each([
    'no marks',
    '<!-- permissions -->',
    '<!-- /permissions --><!-- permissions -->',
    '<!-- permissions --><!-- /permissions --><!-- permissions --><!-- /permissions -->',
  ])('must be one pair: %s', (page) => {
    expect(() => withPermissions(page, 'new')).toThrow('once each');
  });
});
