import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { anchorDescriptionOf, anchorSystemOf } from '../../src/access/core/anchor-text.ts';
import { digestOf } from '../../src/access/core/canonical.ts';
import { type RegisteredRequest, requestDigestOf } from '../../src/access/core/statement.ts';
import { readTenantRecords } from '../../src/cli/evidence-tenant.ts';
import { evidenceDigestOf } from '../../src/perimeter/evidence/evidence-digest.ts';
import { verifyEvidence } from '../../src/perimeter/evidence/verify.ts';
import {
  asked,
  decisionOf,
  exported,
  givenAndEnded,
  newLedger,
  oneSignature,
  openingOf,
} from '../perimeter/evidence/support/ledger.ts';
import { adam, newSigner, rita, signedAct, statementOf } from '../perimeter/evidence/support/signing.ts';
import { perimeterConfig } from '../perimeter/support/perimeter-config.ts';
import { type Answer, type Asked, type HttpsServer, startHttps } from '../support/https-server.ts';

const SHOP = '/subscriptions/5ab50000-0000-4000-8000-000000000001/resourceGroups/shop';
const ROLE = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const GROUP = '96000000-0000-4000-8000-000000000001';
const entra = newSigner('entra-1');
let server: HttpsServer;
let microsoft: (call: Asked) => Answer;

/** Sign-in, Graph and ARM at one address: an application is signed in, and gets what the test decides. */
beforeAll(async () => {
  server = await startHttps((call) => {
    if (call.path.endsWith('/.well-known/openid-configuration')) {
      const [issuer, token_endpoint] = [`${server.url}/x/v2.0`, `${server.url}/x/token`];
      return { status: 200, body: { issuer, token_endpoint, authorization_endpoint: token_endpoint, jwks_uri: token_endpoint } };
    }
    if (call.path.endsWith('/token'))
      return { status: 200, body: { token_type: 'Bearer', access_token: 'hers', expires_in: 3600 } };
    return call.headers.authorization === 'Bearer hers' ? microsoft(call) : { status: 401, body: {} };
  });
  process.env['AZURE_TENANT_ID'] = perimeterConfig().tenant.tenantId;
  process.env['AZURE_CLIENT_ID'] = GROUP;
  process.env['AZURE_CLIENT_SECRET'] = 'verifier';
});
afterAll(() => server.close());
beforeEach(() => {
  microsoft = () => ({ status: 404, body: { error: { code: 'RoleAssignmentNotFound' } } });
});

async function fileOf(target: RegisteredRequest['target']) {
  const request = { ...asked, target };
  const act = await signedAct(entra, statementOf(request), adam);
  const ledger = newLedger();
  ledger.begin(openingOf(request, oneSignature), request.registeredAt);
  ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
  givenAndEnded(ledger);
  const digest = evidenceDigestOf({ requestDigest: requestDigestOf(request), decisions: [digestOf(act)] });
  return { file: exported(ledger, [act]), digest };
}
async function verdictOf(file: Buffer) {
  const outside = await readTenantRecords(
    file,
    perimeterConfig({
      file: {
        tenant: {
          ...perimeterConfig().tenant,
          cloud: { login: server.url, graph: server.url, arm: server.url },
        },
      },
    }),
  );
  return (await verifyEvidence(file, { outside })).verdict;
}
const azureRole = { kind: 'azureRole', scope: SHOP, roleDefinitionId: ROLE } as const;
const properties = { principalId: rita.objectId, scope: SHOP, roleDefinitionId: `${SHOP}/roleDefinitions/${ROLE.toUpperCase()}` };

describe('records of the tenant, fetched by the verifier', () => {
  it("are PIM's requests in Azure", async () => {
    const { file, digest } = await fileOf(azureRole);
    const ticketInfo = { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digest) };
    microsoft = ({ path }) =>
      path.includes('/roleAssignmentScheduleRequests/')
        ? { status: 200, body: { properties: { ...properties, ticketInfo } } }
        : { status: 404 };
    expect(await verdictOf(file)).toBe('anchored');
    expect(server.asked.at(-1)?.path.startsWith(`${SHOP}/providers/Microsoft.Authorization/`)).toBe(true);
  });

  it('are role assignments in Azure, as long as they last', async () => {
    const { file, digest } = await fileOf(azureRole);
    const description = anchorDescriptionOf(asked.requestId, digest);
    microsoft = ({ path }) =>
      path.includes('/roleAssignments/')
        ? { status: 200, body: { properties: { ...properties, description } } }
        : { status: 404 };
    expect(await verdictOf(file)).toBe('anchored');
    microsoft = () => ({ status: 404 });
    expect(await verdictOf(file)).toBe('consistent');
  });

  it('contradict the file when they name another scope', async () => {
    const { file, digest } = await fileOf(azureRole);
    const description = anchorDescriptionOf(asked.requestId, digest);
    microsoft = ({ path }) =>
      path.includes('/roleAssignments/')
        ? { status: 200, body: { properties: { ...properties, scope: `${SHOP}2`, description } } }
        : { status: 404 };
    expect(await verdictOf(file)).toBe('not verified');
  });

  it("are PIM's requests for groups, over all pages", async () => {
    const { file, digest } = await fileOf({ kind: 'group', groupId: GROUP });
    const ticketInfo = { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digest) };
    const about = { principalId: rita.objectId, groupId: GROUP, accessId: 'member' };
    microsoft = ({ query, path }) => {
      expect(path).toBe('/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests');
      if (query.has('page')) return { status: 200, body: { value: [{ id: 'g2', ...about, ticketInfo }] } };
      expect(query.get('$filter')).toBe(`principalId eq '${rita.objectId}' and groupId eq '${GROUP}'`);
      return {
        status: 200,
        body: { value: [{ id: 'g1', ...about, ticketInfo: null }], '@odata.nextLink': `${server.url}${path}?page=2` },
      };
    };
    expect(await verdictOf(file)).toBe('anchored');
  });

  it.each([
    [403, 'azure.forbidden'],
    [500, 'azure.unavailable'],
  ])('are not "none" when Azure answers %i', async (status, code) => {
    const { file } = await fileOf(azureRole);
    microsoft = () => ({ status, body: { error: { code: 'AuthorizationFailed' } } });
    await expect(verdictOf(file)).rejects.toMatchObject({ code });
  });

  it('are not asked for at a scope that would mean another address', async () => {
    const { file } = await fileOf({ ...azureRole, scope: '/subscriptions/../../x' });
    await expect(verdictOf(file)).rejects.toMatchObject({ code: 'directory.rejected' });
  });
});
