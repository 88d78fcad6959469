import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { setupPlan } from '../../src/cli/perimeter-setup-plan.ts';
import { perimeterConfigSchema } from '../../src/perimeter/perimeter-config.ts';
import { ROOT } from '../tools/arrows.ts';
import { instructionsOf } from './support/dockerfile.ts';

const read = (name: string) => readFileSync(join(ROOT, 'deploy', name), 'utf8');
const source = read('perimeter.bicep');
const code = source.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/@description\('.*'\)/g, '');
const declared = (kind: 'param' | 'var' | 'resource') =>
  [...code.matchAll(new RegExp(`^${kind} (\\w+)`, 'gm'))].map(([, name = '']) => name);
const required = [...code.matchAll(/^param (\w+) \w+$/gm)].map(([, name = '']) => name);
/** The value of an app setting, as it is written. */
const setting = (name: string) => new RegExp(`name: '${name}', value: (.+?) \\}`).exec(code)?.[1];

/** Compiling it takes the Bicep compiler: docs/not-verified.md. What is said here must hold whatever it says. */
describe('deploy/perimeter.bicep', () => {
  it('uses everything that it declares, and brackets close', () => {
    for (const name of [...declared('param'), ...declared('var'), ...declared('resource')].filter(
      (one) => !UNREFERENCED.includes(one),
    ))
      expect([name, [...code.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length > 1]).toEqual([name, true]);
    for (const pair of ['{}', '[]', '()']) expect(code.split(pair.charAt(0)).length).toBe(code.split(pair.charAt(1)).length);
  });

  it('lets through the bot of one tenant, by its token for this API, and answers others with 401', () => {
    expect(code).toContain("unauthenticatedClientAction: 'Return401'");
    expect(code).toContain('requireAuthentication: true');
    expect(code).toContain('allowedApplications: [caller]');
    expect(code).toContain("allowedAudiences: [api, 'api://${api}']");
    expect(code).toContain('openIdIssuer: issuer');
    expect(code).toContain("var issuer = '${environment().authentication.loginEndpoint}${tenantId}/v2.0'");
    expect(setting('WEBSITE_AUTH_AAD_ALLOWED_TENANTS')).toBe('tenantId');
    expect(code).toMatch(/tokenStore: \{\s+enabled: false/);
  });

  it('opens to browsers what approvers need, only where they sign here', () => {
    expect(code.match(/excludedPaths: .*/g)).toEqual(["excludedPaths: withApprovals ? ['/approve/*'] : []"]);
  });

  it('runs one instance, always, as the managed identity and without keys', () => {
    expect(code).toContain('functionAppScaleLimit: 1');
    expect(code).toContain('maximumElasticWorkerCount: 1');
    expect(code).toContain('minimumElasticInstanceCount: 1');
    expect(code).toContain("type: 'UserAssigned'");
    expect(code).toContain('allowSharedKeyAccess: false');
    expect(setting('AzureWebJobsStorage__credential')).toBe("'managedidentity'");
    expect(code).toMatch(/for kind in \['scm', 'ftp'\]: \{\s+parent: site\s+name: kind\s+properties: \{\s+allow: false/);
  });

  it('takes no secret as a parameter and writes none down: secrets come by reference', () => {
    expect(code).not.toMatch(/@secure|listKeys|listSecrets|AccountKey=|password:/i);
    for (const name of ['HALLPASS_POSTGRES', 'HALLPASS_COOKIE_KEY'])
      expect(setting(name)).toMatch(
        /^'@Microsoft\.KeyVault\(SecretUri=\$\{keyVault\.properties\.vaultUri\}secrets\/\$\{\w+\}\)'$/,
      );
  });

  it('fits the image: port, file, and what the host of Functions keeps', () => {
    const image = instructionsOf('deploy/functions.Dockerfile');
    const exposed = image.find(({ name }) => name === 'EXPOSE')?.args;
    expect(setting('WEBSITES_PORT')).toBe(`'${exposed}'`);
    const settings = image.filter(({ name }) => name === 'ENV').map(({ args }) => args);
    expect(settings.join(' ')).toContain(
      `HALLPASS_PERIMETER_CONFIG=${setting('HALLPASS_PERIMETER_CONFIG')?.replaceAll("'", '')}`,
    );
    expect(settings.join(' ')).toContain(`ASPNETCORE_URLS=http://+:${exposed}`);
    expect(setting('WEBSITES_ENABLE_APP_SERVICE_STORAGE')).toBe("'false'");
  });

  it('has parameters for both clouds, and gets all that it needs from them and from what setup prints', () => {
    const files = readdirSync(join(ROOT, 'deploy')).filter((name) => name.startsWith('parameters.'));
    expect(files).toEqual(['parameters.AzureCloud.json', 'parameters.AzureUSGovernment.json']);
    const params = declared('param');
    for (const file of files) {
      const { parameters } = JSON.parse(read(file)) as { readonly parameters: object };
      expect(Object.keys(parameters).filter((name) => !params.includes(name))).toEqual([]);
    }
    const command =
      setupPlan(CONFIG, 'perimeter.yaml')
        .steps.find(({ id }) => id === 'host')
        ?.commands.at(-1) ?? '';
    const given = [...command.matchAll(/ (\w+)=/g)].map(([, name = '']) => name);
    expect(given.filter((name) => !params.includes(name))).toEqual([]);
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
    for (const path of command.match(/deploy\/\S+/g) ?? []) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });
});

/** Made for what they do, not for what they are called. */
const UNREFERENCED = ['noPublishingByPassword', 'authentication'];
const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const CONFIG = perimeterConfigSchema.parse({
  tenant: { tenantId: id(1), clientId: id(2), credential: { managedIdentity: { clientId: id(5) } } },
  listen: { port: 8443 },
  store: { postgres: { connection: { env: 'HALLPASS_POSTGRES' } } },
  caller: { clientId: id(3), audience: `api://${id(2)}` },
  alarm: { url: 'https://alarms.example.com/hallpass' },
  approve: {
    listen: { port: 8444 },
    publicUrl: 'https://approve.example.com',
    clientId: id(4),
    managedIdentity: { clientId: id(5) },
    stepUp: { promptLogin: true },
    cookieKey: { env: 'HALLPASS_COOKIE_KEY' },
  },
  entitlements: [
    {
      id: 'role',
      directoryRole: { roleDefinitionId: id(8) },
      mayReceive: { groups: [id(6)] },
      longestMinutes: 60,
      assurance: 'chat',
    },
  ],
});
