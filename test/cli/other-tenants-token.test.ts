import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { transportClock } from '../../src/access/core/clock.ts';
import { openMicrosoft } from '../../src/cli/open-microsoft.ts';
import { openTenants } from '../../src/cli/open-tenants.ts';
import type { TenantSetting } from '../../src/config/parts.ts';
import { createLog } from '../../src/observe/log.ts';
import { loadPerimeterConfig } from '../../src/perimeter/load-perimeter-config.ts';
import { PERIMETER_IDENTITY, RITA, SECOND_TENANT_ID, TENANT_ID } from '../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { GRAPH_RESOURCE } from '../../src/playground/microsoft/tenant/app-permissions.ts';
import { twoConfigs } from './two-configs.ts';

const log = createLog('bot', 'silent');
let far: MicrosoftFarEnd;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'other-tenant-'));
  far = await startMicrosoft({ clock: transportClock, folder, limits: 'off', otherTenants: [SECOND_TENANT_ID] });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(far.caFile, 'utf8')]);
  process.env['IDENTITY_ENDPOINT'] = far.identityEndpoint;
  process.env['IDENTITY_HEADER'] = far.identityHeader;
  const reads = ['User.Read.All', 'GroupMember.Read.All', 'AuditLog.Read.All', 'RoleManagement.ReadWrite.Directory'];
  far.tenant.permissions.set(PERIMETER_IDENTITY.clientId, GRAPH_RESOURCE, reads);
});
afterAll(async () => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  await far.close();
});

/** A managed identity that lives at home, in a file that names this tenant. */
const tenantNaming = (tenantId: string): TenantSetting => ({
  tenantId,
  clientId: PERIMETER_IDENTITY.clientId,
  cloud: { login: far.loginUrl, graph: far.graphUrl, arm: far.armUrl },
  credential: { managedIdentity: { clientId: PERIMETER_IDENTITY.clientId } },
});

describe('a managed identity whose file names another tenant than its own', () => {
  it('asks no directory in the name of the bot, and its own it does', async () => {
    const nameIn = async (tenantId: string) => {
      const folder = mkdtempSync(join(tmpdir(), 'other-tenant-store-'));
      const perimeter = { url: 'https://localhost:1', audience: 'api://perimeter' };
      const tenant = { ...tenantNaming(tenantId), name: 'one', perimeter };
      const { tenants, close } = await openTenants({ tenants: [tenant], store: { folder, checkpointEveryLines: 10 } }, log);
      const asked = tenants[0]?.directory.person(RITA.objectId) ?? Promise.reject(new Error('none'));
      const answer = await asked.catch((error: unknown) => ({ displayName: String(Reflect.get(Object(error), 'code')) }));
      await close();
      return answer.displayName;
    };
    const before = far.exchanges.recent().length;
    expect(await nameIn(SECOND_TENANT_ID)).toBe('identity.other-tenant');
    expect(far.exchanges.recent()).toHaveLength(before);
    expect(await nameIn(TENANT_ID)).toBe(RITA.name);
  });

  it('reads and writes nothing in the name of the perimeter, and in its own tenant it does', async () => {
    const config = loadPerimeterConfig(twoConfigs().perimeter);
    const codeIn = async (tenantId: string) => {
      const tenant = { ...tenantNaming(tenantId), auxiliaryTenantIds: [] };
      const opened = openMicrosoft({ ...config, tenant }, log);
      const code = await opened.records.named().then(
        () => 'answered',
        (error: unknown) => String(Reflect.get(Object(error), 'code')),
      );
      opened.close();
      return code;
    };
    expect(await codeIn(SECOND_TENANT_ID)).toBe('identity.other-tenant');
    expect(await codeIn(TENANT_ID)).not.toMatch(/^identity\./);
  });
});
