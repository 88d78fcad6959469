import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Browser } from 'playwright-core';
import { nodeFiles } from '../../../src/durable/stores/lowdb/node-files.ts';
import { createRequestNames } from '../../../src/entra/request-names.ts';
import { signingKeysAt } from '../../../src/identity/id-token-signature.ts';
import { createLog } from '../../../src/observe/log.ts';
import { createFolderEvidence } from '../../../src/perimeter/evidence/folder-evidence.ts';
import { ABEL, ANNA, RITA, TENANT_ID } from '../../../src/playground/cast.ts';
import { freePort } from '../../../src/playground/free-port.ts';
import { makeCertificates } from '../../../src/playground/microsoft/certificates.ts';
import { startWorld, type World } from '../../perimeter/support/world.ts';
import { APPROVERS } from '../../perimeter/support/perimeter-config.ts';
import { startCertifiedProvider } from '../../support/certified-provider.ts';
import { type ForeignPages, HOST_NAMES, launchChromium, SITES, startForeignPages } from './sites.ts';

const CLIENT_ID = 'a9920000-0000-4000-8000-000000000004';

export interface CertifiedScene {
  readonly world: World;
  readonly chromium: Browser;
  readonly foreign: ForeignPages;
  close(): Promise<void>;
}

/** The perimeter's page on domains of their own once more, with a certified OpenID provider in Entra's place. */
export async function startCertifiedScene(): Promise<CertifiedScene> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-certified-'));
  const evidenceFolder = join(folder, 'evidence');
  mkdirSync(evidenceFolder);
  const identity = await makeCertificates(folder, Date.now(), HOST_NAMES);
  const provider = await startCertifiedProvider({
    tls: identity,
    tenantId: TENANT_ID,
    clientId: CLIENT_ID,
    redirectUri: `${SITES.approve}/approve/callback`,
    accounts: [RITA, ANNA, ABEL],
    browserOrigin: SITES.login,
  });
  const port = await freePort();
  const { certFile, keyFile } = identity;
  const world = await startWorld(
    {
      more: { assurance: 'signed', approvers: { groups: [APPROVERS], people: [] }, atMostPerPrincipalPerDay: 100 },
      file: {
        approve: {
          listen: { host: '127.0.0.1', port, behindProxy: false, tls: { certFile, keyFile } },
          publicUrl: SITES.approve,
          clientId: CLIENT_ID,
          managedIdentity: { clientId: CLIENT_ID },
          stepUp: { authenticationContext: 'c1' },
          limits: { addressPerMinute: 100_000, personPerMinute: 100_000, atOnce: 32 },
        },
      },
    },
    (parts, graph) => {
      const { tenant } = parts.config;
      const cloud = typeof tenant.cloud === 'string' ? tenant.cloud : { ...tenant.cloud, login: provider.loginUrl };
      return {
        ...parts,
        config: { ...parts.config, tenant: { ...tenant, cloud } },
        approve: {
          assertion: () => Promise.resolve('an.assertion.of-the-identity'),
          keys: signingKeysAt(`${provider.issuer}/jwks`),
          names: createRequestNames(graph, () => Promise.reject(new Error('no Azure here')), createLog('perimeter', 'silent')),
          evidence: createFolderEvidence(nodeFiles, evidenceFolder),
        },
      };
    },
  ).catch(async (error: unknown) => {
    await provider.close();
    throw error;
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(identity.caFile, 'utf8')]);
  const foreign = await startForeignPages(identity);
  const loginPort = Number(new URL(provider.loginUrl).port);
  const ports = { slack: foreign.port, teams: foreign.port, foreign: foreign.port, login: loginPort, approve: port };
  const chromium = await launchChromium(ports, identity.certFile);
  return {
    world,
    chromium,
    foreign,
    async close() {
      await chromium.close();
      await foreign.close();
      await world.close();
      await provider.close();
    },
  };
}
