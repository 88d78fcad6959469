import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GINA, PERIMETER_APP, RITA, ROLES, SAM } from '../../../src/playground/cast.ts';
import { type Bench, code, rows, startBench, text } from './far-end.ts';

const AUDITS = '/auditLogs/directoryAudits';
const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';
const TRIPLE = { principalId: RITA.objectId, roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' };

let bench: Bench;
let realMs = Date.parse('2026-11-21T09:00:00Z');
beforeAll(async () => {
  bench = await startBench({ now: { now: () => realMs, onMoved: () => () => undefined } });
  // Five reports in ten seconds is a limit of its own.
  bench.far.limits.on = false;
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.far.tenant.reset();
  bench.far.tenant.audit.lagMs = 0;
});

const read = async (query = '') => rows(await bench.graph('perimeter', 'GET', `${AUDITS}${query}`));

describe('the audit of the directory', () => {
  it('names the application that gave a role, by its service principal and not by its client id', async () => {
    await bench.graph('perimeter', 'POST', ASSIGNMENTS, TRIPLE);
    expect(await read()).toMatchObject([
      {
        activityDisplayName: 'Add member to role',
        category: 'RoleManagement',
        loggedByService: 'Core Directory',
        result: 'success',
        initiatedBy: { user: null, app: { appId: null, servicePrincipalId: PERIMETER_APP.principalId } },
        targetResources: [
          {
            id: RITA.objectId,
            type: 'User',
            modifiedProperties: [
              { displayName: 'Role.ObjectID' },
              { displayName: 'Role.DisplayName', newValue: '"Global Reader"' },
              { displayName: 'Role.TemplateId', oldValue: null, newValue: `"${ROLES.globalReader}"` },
            ],
          },
          { id: ROLES.globalReader, type: 'Role' },
        ],
      },
    ]);
  });

  it('names the administrator who did it by hand, and who took it away', async () => {
    const given = bench.far.tenant.grantRole(TRIPLE);
    realMs += 1;
    await bench.graph('perimeter', 'DELETE', `${ASSIGNMENTS}/${given}`);
    expect(await read()).toMatchObject([
      {
        activityDisplayName: 'Remove member from role',
        initiatedBy: { user: null },
        targetResources: [{ modifiedProperties: [{}, {}, { oldValue: `"${ROLES.globalReader}"`, newValue: null }] }, {}],
      },
      { activityDisplayName: 'Add member to role', initiatedBy: { user: { id: GINA.objectId }, app: null } },
    ]);
  });

  it('calls it otherwise when the role is given at one administrative unit', async () => {
    const unit = 'a0000000-0000-4000-8000-000000000009';
    bench.far.tenant.grantRole({ ...TRIPLE, directoryScopeId: `/administrativeUnits/${unit}` });
    expect(await read()).toMatchObject([
      { activityDisplayName: 'Add scoped member to role', targetResources: [{}, {}, { id: unit, type: 'AdministrativeUnit' }] },
    ]);
  });

  it('runs behind what is true', async () => {
    bench.far.tenant.audit.lagMs = 60_000;
    bench.far.tenant.grantRole(TRIPLE);
    expect(await read()).toEqual([]);
    expect(rows(await bench.graph('bot', 'GET', ASSIGNMENTS))).toHaveLength(2);
    realMs += 59_999;
    expect(await read()).toEqual([]);
    realMs += 1;
    expect(await read()).toHaveLength(1);
  });

  it('is asked for whom it happened to and since when', async () => {
    bench.far.tenant.grantRole(TRIPLE);
    bench.clock.advance(60_000);
    const noon = new Date(bench.clock.now()).toISOString();
    bench.far.tenant.grantRole({ ...TRIPLE, roleDefinitionId: ROLES.securityReader });
    bench.far.tenant.grantRole({ ...TRIPLE, principalId: SAM.objectId });
    expect(await read(`?$filter=targetResources/any(t:t/id eq '${RITA.objectId}')`)).toHaveLength(2);
    expect(await read(`?$filter=activityDateTime ge ${noon}`)).toHaveLength(2);
    const both = await read(`?$filter=activityDateTime ge ${noon} and targetResources/any(t:t/id eq '${RITA.objectId}')`);
    expect(both).toMatchObject([{ activityDateTime: noon, targetResources: [{ id: RITA.objectId }, {}] }]);
  });

  it.each(['result', 'operationType', 'additionalDetails'])('cannot be filtered by %s', async (property) => {
    const answer = await bench.graph('perimeter', 'GET', `${AUDITS}?$filter=${property} eq 'success'`);
    expect(answer.status).toBe(400);
  });

  it('comes newest first, page by page', async () => {
    for (const roleDefinitionId of [ROLES.globalReader, ROLES.securityReader, ROLES.helpdeskAdministrator])
      bench.far.tenant.grantRole({ ...TRIPLE, roleDefinitionId });
    const first = await bench.graph('perimeter', 'GET', `${AUDITS}?$top=2`);
    const rest = await bench.graph('perimeter', 'GET', text(first.body['@odata.nextLink']));
    const roles = [...rows(first), ...rows(rest)].map((one) => one['targetResources']?.[1]?.['id']);
    expect(roles).toEqual([ROLES.helpdeskAdministrator, ROLES.securityReader, ROLES.globalReader]);
    expect(rest.body['@odata.nextLink']).toBeUndefined();
  });

  it('is refused, as reports refuse, to who may not read it', async () => {
    const answer = await bench.graph('bot', 'GET', AUDITS);
    expect([answer.status, code(answer)]).toEqual([403, 'Authentication_MSGraphPermissionMissing']);
  });
});
