import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EVERYBODY, DORA, GINA, OTHER_ACCOUNTS, RITA, ROLES } from '../../../src/playground/cast.ts';
import { credentialsOf } from '../../../src/playground/microsoft/tenant/applications.ts';
import { type Bench, code, rows, startBench, text } from './far-end.ts';

const DAY = 24 * 60 * 60_000;
const PAYROLL = { appId: 'a9900000-0000-4000-8000-0000000000a1', keyId: 'c4ed0000-0000-4000-8000-000000000001' };
const TRIPLE = { principalId: RITA.objectId, roleDefinitionId: ROLES.securityReader, directoryScopeId: '/' };

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.far.tenant.reset());

const applications = async () =>
  rows(await bench.graph('bot', 'GET', '/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials&$top=999'));
const daysLeft = (endDateTime: unknown) => Math.round((Date.parse(text(endDateTime)) - bench.clock.now()) / DAY);

describe('the first day', () => {
  it('has something to worry about among the credentials, and something that is in order', async () => {
    const left = bench.far.tenant.applications
      .all()
      .flatMap((app) => credentialsOf(app).map(({ endDateTime }) => daysLeft(endDateTime)));
    expect(left.filter((days) => days < 90).toSorted((a, b) => a - b)).toEqual([-12, 20, 45, 80]);
    expect(left.filter((days) => days >= 90).length).toBeGreaterThan(3);
  });

  it('never tells a secret, only its first characters', async () => {
    const apps = await applications();
    const secrets = bench.far.tenant.applications
      .all()
      .flatMap(credentialsOf)
      .flatMap(({ secretText }) => secretText ?? []);
    const told = JSON.stringify(apps);
    for (const secret of secrets) expect(told).not.toContain(secret);
    expect(apps[0]?.['passwordCredentials']?.[0]).toMatchObject({ hint: expect.stringMatching(/^.{3}$/), secretText: null });
  });

  it('has a certificate that stands on a service principal alone, and an application without an owner', async () => {
    const principals = rows(await bench.graph('bot', 'GET', '/servicePrincipals?$select=id,displayName,keyCredentials'));
    const keys = principals
      .map((one) => [one['displayName'], one['keyCredentials']?.length] as const)
      .filter(([, count]) => Number(count) > 0);
    expect(keys).toEqual([['Visitor badges', 1]]);
    const orphan = bench.far.tenant.applications.all().find(({ displayName }) => displayName === 'Old intranet search');
    expect(rows(await bench.graph('bot', 'GET', `/applications/${orphan?.objectId}/owners?$select=id`))).toEqual([]);
    const owned = await bench.graph('bot', 'GET', "/applications?$filter=displayName eq 'Payroll export'&$expand=owners");
    expect(rows(owned)[0]?.['owners']?.[0]?.['displayName']).toBe('Sam Security');
  });

  it('has one Global Administrator', () => {
    expect(bench.far.tenant.holders().map(({ principalName, roleName }) => [principalName, roleName])).toEqual([
      [GINA.name, 'Global Administrator'],
    ]);
  });
});

describe('what is done by hand', () => {
  it('to secrets is seen by the next reader, and written down with who and what', async () => {
    const { tenant } = bench.far;
    tenant.shortenSecret(PAYROLL.keyId, bench.clock.now() + 5 * DAY);
    const added = tenant.addSecret(PAYROLL.appId, 'second', bench.clock.now() + 400 * DAY);
    const secrets = () =>
      tenant.applications.byAppId(PAYROLL.appId)?.credentials.map(({ keyId, endDateTime }) => [keyId, daysLeft(endDateTime)]);
    expect(secrets()).toEqual([
      [PAYROLL.keyId, 5],
      [added.keyId, 400],
    ]);
    tenant.removeSecret(PAYROLL.keyId);
    expect(secrets()).toEqual([[added.keyId, 400]]);
    expect(tenant.audit.entries.map(({ action, actor, seq }) => [action, actor.id, seq > 0])).toEqual([
      ['secret.changed', GINA.objectId, true],
      ['secret.added', GINA.objectId, true],
      ['secret.removed', GINA.objectId, true],
    ]);
    expect(() => tenant.removeSecret(PAYROLL.keyId)).toThrow(RangeError);
  });

  it('to roles counts like any other assignment, with or without an end', () => {
    const { tenant } = bench.far;
    let told = 0;
    const stop = tenant.onChange(() => {
      told += 1;
    });
    tenant.grantRole({ ...TRIPLE, endsAt: bench.clock.now() + DAY });
    expect(tenant.holders().at(-1)).toMatchObject({
      principalName: RITA.name,
      roleName: 'Security Reader',
      madeBy: 'outside',
      endsAt: '2026-11-22T09:00:00.000Z',
    });
    bench.clock.advance(DAY);
    expect(tenant.holders().length).toBe(1);
    expect(told).toBe(2);
    stop();
  });

  it('keeps what PIM gave when the licence lapses, and nobody ends it any more', () => {
    const { tenant } = bench.far;
    const endsAt = bench.clock.now() + 60_000;
    const role = { principalId: RITA.objectId, roleDefinitionId: ROLES.globalReader };
    tenant.grantRole({ ...role, endsAt });
    tenant.setLicence('P1');
    bench.clock.advance(120_000);
    tenant.setLicence('P2');
    expect(tenant.holders().filter(({ principalId }) => principalId === RITA.objectId)).toMatchObject([role]);
    expect(tenant.holders().every((holder) => !('endsAt' in holder))).toBe(true);
  });

  it('is forgotten by a reset, but not the secrets that running processes hold', () => {
    const { tenant } = bench.far;
    const before = tenant.clientSecretOf(PAYROLL.appId);
    tenant.grantRole(TRIPLE);
    tenant.disableUser(RITA.objectId);
    tenant.setLicence('free');
    tenant.elevate();
    tenant.reset();
    expect([tenant.holders().length, tenant.licence, tenant.audit.entries.length]).toEqual([1, 'P2', 0]);
    const disabled = tenant.directory.users().filter(({ accountEnabled }) => !accountEnabled);
    expect(disabled.map(({ displayName }) => displayName)).toEqual([DORA.name]);
    expect(tenant.directory.users().length).toBe(EVERYBODY.length + OTHER_ACCOUNTS.length);
    expect(tenant.clientSecretOf(PAYROLL.appId)).toBe(before);
  });
});

describe('a plain role assignment', () => {
  const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';
  const post = (body: unknown) => bench.graph('perimeter', 'POST', ASSIGNMENTS, body);

  it('is there at once, has no end, and is deleted by its id', async () => {
    const answer = await post({ '@odata.type': '#microsoft.graph.unifiedRoleAssignment', ...TRIPLE });
    expect(answer.status).toBe(201);
    bench.clock.advance(365 * DAY);
    const id = text(answer.body['id']);
    expect((await bench.graph('bot', 'GET', `${ASSIGNMENTS}/${id}`)).body).toMatchObject(TRIPLE);
    expect((await bench.graph('perimeter', 'DELETE', `${ASSIGNMENTS}/${id}`)).status).toBe(204);
    const again = await bench.graph('perimeter', 'DELETE', `${ASSIGNMENTS}/${id}`);
    expect([again.status, code(again)]).toEqual([404, 'Request_ResourceNotFound']);
    expect(bench.far.tenant.audit.entries.map(({ action, via, actor }) => [action, via, actor.name])).toEqual([
      ['role.given', 'plain', 'Hallpass perimeter'],
      ['role.taken', 'plain', 'Hallpass perimeter'],
    ]);
  });

  it('works without any licence', async () => {
    bench.far.tenant.setLicence('free');
    expect((await post(TRIPLE)).status).toBe(201);
  });

  it.each([
    ['made twice', TRIPLE, TRIPLE, 400, 'Request_BadRequest', 'A conflicting object with one or more'],
    [
      'of an unknown role',
      undefined,
      { ...TRIPLE, roleDefinitionId: RITA.objectId },
      404,
      'Request_ResourceNotFound',
      'does not exist',
    ],
    [
      'for somebody unknown',
      undefined,
      { ...TRIPLE, principalId: ROLES.globalReader },
      404,
      'Request_ResourceNotFound',
      'does not exist',
    ],
    ['without a scope', undefined, { ...TRIPLE, directoryScopeId: undefined }, 400, 'BadRequest', 'required'],
    [
      'with an end, which it cannot have',
      undefined,
      { ...TRIPLE, endDateTime: '2027-01-01T00:00:00Z' },
      400,
      'BadRequest',
      'does not exist on type',
    ],
  ])('is refused %s', async (_, first, body, status, expected, words) => {
    if (first !== undefined) await post(first);
    const answer = await post(body);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
    expect(answer.body['error']?.['message']).toContain(words);
  });

  it('shows among what PIM lists, and what PIM made shows here without its end', async () => {
    await post(TRIPLE);
    const instances = await bench.graph(
      'bot',
      'GET',
      `/roleManagement/directory/roleAssignmentScheduleInstances?$filter=principalId eq '${RITA.objectId}'`,
    );
    expect(rows(instances)[0]).toMatchObject({ endDateTime: null });
    bench.far.tenant.grantRole({ ...TRIPLE, roleDefinitionId: ROLES.globalReader, endsAt: bench.clock.now() + DAY });
    const plain = await bench.graph('bot', 'GET', `${ASSIGNMENTS}?$filter=principalId eq '${RITA.objectId}'&$expand=principal`);
    expect(rows(plain).map((one) => Object.keys(one as object).includes('endDateTime'))).toEqual([false, false]);
  });
});

describe('what the tenant says of itself', () => {
  it.each([
    ['P2', ['AAD_PREMIUM_P2']],
    ['P1', ['AAD_PREMIUM']],
    ['free', []],
  ] as const)('names the licence %s', async (licence, parts) => {
    bench.far.tenant.setLicence(licence);
    bench.far.tenant.permissions.set('b0700000-0000-4000-8000-000000000001', 'https://graph.microsoft.com', [
      'Organization.Read.All',
      'AuditLog.Read.All',
    ]);
    const token = text(
      (await bench.tokenOf('b0700000-0000-4000-8000-000000000001', 'https://graph.microsoft.com/.default')).body['access_token'],
    );
    const skus = await bench.graph({ token }, 'GET', '/subscribedSkus');
    expect(rows(skus).map((sku) => sku['skuPartNumber'])).toEqual(parts);
    expect(rows(await bench.graph({ token }, 'GET', '/organization'))[0]?.['id']).toBe(bench.far.tenant.tenantId);
    bench.far.tenant.audit.lagMs = 0;
    bench.far.tenant.elevate();
    const audits = await bench.graph(
      { token },
      'GET',
      "/auditLogs/directoryAudits?$filter=category eq 'AzureRBACRoleManagementElevateAccess'",
    );
    expect(rows(audits)[0]).toMatchObject({
      loggedByService: 'Azure RBAC (Elevated Access)',
      initiatedBy: { user: { id: GINA.objectId } },
    });
  });
});
