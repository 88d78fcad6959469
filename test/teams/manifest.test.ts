import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { AppManifestUtils } from '@microsoft/app-manifest';
import { z } from 'zod';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../manifest/${name}`, import.meta.url), 'utf8'));

describe('the Teams manifest', () => {
  const manifest = read('teams.json') as Parameters<typeof AppManifestUtils.validateAgainstSchema>[0];

  it('is accepted by the schema that it names', async () => {
    await expect(AppManifestUtils.validateAgainstSchema(manifest)).resolves.toEqual([]);
  });

  it('is refused with a scope that Teams does not know, so that the schema is really asked', async () => {
    const broken = {
      ...manifest,
      bots: [{ botId: '00000000-0000-0000-0000-000000000000', scopes: ['everywhere'] }],
    } as unknown as typeof manifest;
    await expect(AppManifestUtils.validateAgainstSchema(broken)).resolves.not.toEqual([]);
  });

  it('asks for nothing but the bot', () => {
    for (const key of ['authorization', 'webApplicationInfo', 'permissions', 'devicePermissions', 'composeExtensions']) {
      expect(manifest).not.toHaveProperty(key);
    }
  });

  it.each([
    ['teams-color.png', 192],
    ['teams-outline.png', 32],
  ])('has its picture %s in the size that Teams wants', (name, size) => {
    const bytes = readFileSync(new URL(`../../manifest/${name}`, import.meta.url));
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([size, size]);
  });
});

const permissionsSchema = z.strictObject({
  version: z.literal(1),
  identities: z.array(
    z.strictObject({
      id: z.enum(['bot', 'perimeter', 'doctor', 'slack-app', 'teams-bot']),
      what: z.string().min(1),
      permissions: z.array(
        z.strictObject({
          resource: z.string(),
          kind: z.enum(['application', 'role', 'scope', 'userScope', 'app-level token', 'installed', 'none']),
          name: z.string(),
          scope: z.string().optional(),
          when: z.string().optional(),
          for: z.array(z.string()).optional(),
          why: z.string().min(1),
          without: z.string(),
          operations: z.array(
            z.strictObject({ contract: z.enum(['graph', 'arm', 'slack', 'bot']), method: z.string(), path: z.string() }),
          ),
        }),
      ),
    }),
  ),
});

describe('the list of permissions', () => {
  const { identities } = permissionsSchema.parse(read('permissions.json'));
  const named = (id: string) => identities.find((identity) => identity.id === id)?.permissions ?? [];

  it('gives the bot nothing that writes', () => {
    const writes = named('bot').filter(
      ({ name, resource }) => resource !== 'Hallpass perimeter' && !/Read\.All$|^Reader$/.test(name),
    );
    expect(writes).toEqual([]);
    const operations = named('bot').flatMap(({ operations: each }) => each);
    expect(operations.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual([
      '/users/{user-id}/checkMemberGroups',
      '/users/{user-id}/checkMemberGroups',
      '/providers/Microsoft.ResourceGraph/resources',
    ]);
  });

  it('names for Slack what the Slack manifest asks for, and nothing else', () => {
    const manifest = z
      .looseObject({ oauth_config: z.looseObject({ scopes: z.looseObject({ bot: z.array(z.string()) }) }) })
      .parse(read('slack.json'));
    const scopes = named('slack-app')
      .filter(({ kind }) => kind === 'scope')
      .map(({ name }) => name);
    expect(scopes.toSorted()).toEqual(manifest.oauth_config.scopes.bot.toSorted());
  });

  it('names every permission that the code asks for in its hints', () => {
    const sources = [
      'credentials-reader',
      'directory-reader',
      'membership-reader',
      'pim-role-writer',
      'plain-role-writer',
      'principal-names',
    ];
    const asked = sources.flatMap((name) => {
      const source = readFileSync(new URL(`../../src/entra/${name}.ts`, import.meta.url), 'utf8');
      return [
        ...source.matchAll(/\b(?:User|GroupMember|Application|RoleManagement|RoleAssignmentSchedule)\.[A-Za-z.]+(?=\W)/g),
      ].map(([permission]) => permission);
    });
    const known = new Set([...named('bot'), ...named('perimeter')].map(({ name }) => name));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((permission) => !known.has(permission))).toEqual([]);
  });
});
