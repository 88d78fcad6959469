import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import {
  APPROVERS_GROUP_ID,
  ENGINEERS_GROUP_ID,
  GINA,
  RELEASE_GROUP_ID,
  RITA,
  ROLES,
  SAM,
} from '../../../src/playground/cast.ts';
import type { HttpExchange } from '../../../src/playground/exchange-log.ts';
import { toCheck } from '../../contracts/record.ts';
import { AZURE_ROLES, SHOP_SCOPE, SUBSCRIPTION_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { type Bench, startBench, text, until } from './far-end.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CONTRACTS = process.env['HALLPASS_CONTRACTS'] ?? join(ROOT, '../shared/contracts');
const ROLE = '/roleManagement/directory';
const TRIPLE = { principalId: RITA.objectId, roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' };
const ASSIGN = {
  action: 'adminAssign',
  ...TRIPLE,
  justification: 'incident 4711',
  ticketInfo: { ticketNumber: 'req0000001', ticketSystem: 'hallpass' },
  scheduleInfo: { startDateTime: '2026-11-21T09:00:00Z', expiration: { type: 'afterDuration', duration: 'PT30M' } },
};
const NAME = 'd1000000-0000-4000-8000-0000000000f1';
const BATCH = { requests: [{ id: '1', method: 'GET', url: `/users/${RITA.objectId}?$select=id` }] };
const KQL = { query: 'authorizationresources', options: { authorizationScopeFilter: 'AtScopeAboveAndBelow', $top: 3 } };

/** As `npm run contracts` hands them to the checker: some by a sibling's contract. */
function judged(lines: string): string {
  const exchanges = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line): HttpExchange => JSON.parse(line));
  return toCheck(exchanges)
    .exchanges.map((exchange) => `${JSON.stringify(exchange)}\n`)
    .join('');
}

/** Giving and taking what is no directory role; each twice, so that the second is refused or says that nothing is left. */
async function groupsAndAzure(bench: Bench): Promise<void> {
  const { tenant } = bench.far;
  const REQUESTS = '/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';
  const membership = { accessId: 'member', groupId: ENGINEERS_GROUP_ID, principalId: SAM.objectId };
  const { action, justification, ticketInfo, scheduleInfo } = ASSIGN;
  const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${GINA.objectId}` };
  const roleDefinitionId = `${SUBSCRIPTION_SCOPE}/providers/Microsoft.Authorization/roleDefinitions/${AZURE_ROLES.reader.id}`;
  const plain = {
    properties: { roleDefinitionId, principalId: RITA.objectId, principalType: 'User', description: 'hallpass:req0000001' },
  };
  const words = { principalId: SAM.objectId, roleDefinitionId, justification, ticketInfo };
  const expiration = { type: 'AfterDuration', duration: 'PT30M' };
  const timed = { properties: { ...words, requestType: 'AdminAssign', scheduleInfo: { expiration } } };
  const removal = { properties: { ...words, requestType: 'AdminRemove' } };
  const azure = (kind: string, version: string, name = '') =>
    `${SHOP_SCOPE}/providers/Microsoft.Authorization/${kind}${name}?api-version=${version}`;
  const [assignments, requests] = [`roleAssignments`, 'roleAssignmentScheduleRequests'];
  for (let time = 0; time < 2; time++) {
    await bench.graph('perimeter', 'POST', `/groups/${ENGINEERS_GROUP_ID}/members/$ref`, reference);
    await bench.graph('perimeter', 'POST', REQUESTS, { ...membership, action, justification, ticketInfo, scheduleInfo });
    await bench.arm('perimeter', 'PUT', azure(assignments, '2022-04-01', `/${NAME}`), plain);
    await bench.arm('perimeter', 'PUT', azure(requests, '2020-10-01', `/${NAME}`), timed);
    await until(bench.far, () =>
      tenant.azure.all().some(({ principalId, schedule }) => principalId === SAM.objectId && schedule !== undefined),
    );
  }
  await bench.graph('perimeter', 'GET', `${REQUESTS}?$filter=groupId eq '${ENGINEERS_GROUP_ID}'`);
  for (const path of [
    azure(assignments, '2022-04-01'),
    azure(assignments, '2022-04-01', `/${NAME}`),
    azure(requests, '2020-10-01'),
  ])
    await bench.arm('perimeter', 'GET', path);
  await bench.arm(
    'perimeter',
    'GET',
    `${azure('roleAssignmentScheduleInstances', '2020-10-01')}&$filter=principalId eq '${SAM.objectId}'`,
  );
  await bench.arm('perimeter', 'GET', azure(requests, '2020-10-01', `/${NAME}`));
  bench.clock.advance(6 * 60_000);
  for (let time = 0; time < 2; time++) {
    await bench.graph('perimeter', 'DELETE', `/groups/${ENGINEERS_GROUP_ID}/members/${GINA.objectId}/$ref`);
    await bench.graph('perimeter', 'POST', REQUESTS, { ...membership, action: 'adminRemove', justification });
    await bench.arm('perimeter', 'DELETE', azure(assignments, '2022-04-01', `/${NAME}`));
    await bench.arm('perimeter', 'PUT', azure(requests, '2020-10-01', `/${NAME.replace('1', String(time + 2))}`), removal);
  }
}

it('answers in the shapes that Microsoft publishes, refusals included', async () => {
  if (!existsSync(join(CONTRACTS, 'check.mjs'))) {
    process.stdout.write('SKIPPED: no published contracts here\n');
    return;
  }
  const bench = await startBench({ recorded: false });
  const { tenant } = bench.far;
  tenant.azure.indexLagMs = 0;
  tenant.elevate();
  const calls = async (caller: 'bot' | 'perimeter' | 'nobody') => {
    const get = (path: string) => bench.graph(caller, 'GET', path);
    for (const path of [
      '/users',
      '/groups',
      '/applications',
      '/servicePrincipals',
      `${ROLE}/roleDefinitions`,
      `${ROLE}/roleAssignments`,
    ]) {
      await get(path);
      await get(`${path}?$top=2`);
      await get(`${path}?$filter=id eq 'x'`);
    }
    for (const path of [
      `/users/${RITA.objectId}`,
      `/groups/${ENGINEERS_GROUP_ID}`,
      `/groups/${ENGINEERS_GROUP_ID}/members`,
      `/groups/${ENGINEERS_GROUP_ID}/transitiveMembers`,
      `/users/${RITA.objectId}/transitiveMemberOf`,
      `/users/${RITA.objectId}?$select=employeeId,accountEnabled,userType,mail,onPremisesSyncEnabled,onPremisesImmutableId`,
      `/users/${RITA.objectId}/manager`,
      `/users/${GINA.objectId}/manager`,
      `/groups/${APPROVERS_GROUP_ID}?$select=isAssignableToRole,groupTypes,membershipRule,onPremisesSyncEnabled,securityEnabled`,
      `/groups/${RELEASE_GROUP_ID}?$expand=members,owners`,
      `/groups/${RELEASE_GROUP_ID}/transitiveMembers`,
      `/groups/${ENGINEERS_GROUP_ID}/owners`,
      `/directoryObjects/${RITA.objectId}`,
      '/applications/a9900000-0000-4000-8000-0000000000b1?$expand=owners',
      '/applications/a9900000-0000-4000-8000-0000000000b1/owners',
      '/servicePrincipals/a9900000-0000-4000-8000-0000000000c4',
      '/subscribedSkus',
      '/organization',
      '/auditLogs/directoryAudits',
      `${ROLE}/roleAssignmentScheduleRequests?$expand=roleDefinition,principal,targetSchedule`,
      `${ROLE}/roleAssignmentScheduleInstances?$expand=roleDefinition,principal`,
    ])
      await get(path);
    await bench.graph(caller, 'POST', `/users/${RITA.objectId}/checkMemberGroups`, { groupIds: [ENGINEERS_GROUP_ID] });
    await bench.graph(caller, 'POST', '/$batch', BATCH);
    await bench.arm(caller, 'GET', '/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()');
    await bench.arm(caller, 'POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01', KQL);
    await bench.arm(caller, 'POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01', { query: 'nonsense' });
    await bench.arm(caller, 'POST', '/providers/Microsoft.Authorization/elevateAccess?api-version=2015-07-01');
  };
  try {
    for (const caller of ['bot', 'perimeter', 'nobody'] as const) await calls(caller);
    const everything = ['Directory.Read.All', 'RoleManagement.ReadWrite.Directory', 'Application.Read.All', 'AuditLog.Read.All'];
    tenant.permissions.set('9e710000-0000-4000-8000-000000000002', 'https://graph.microsoft.com', everything);
    const token = text(
      (await bench.tokenOf('9e710000-0000-4000-8000-000000000002', 'https://graph.microsoft.com/.default')).body['access_token'],
    );
    for (const path of ['/subscribedSkus', '/organization', '/auditLogs/directoryAudits'])
      expect((await bench.graph({ token }, 'GET', path)).status).toBe(200);
    const requests = `${ROLE}/roleAssignmentScheduleRequests`;
    const id = text((await bench.graph('perimeter', 'POST', requests, ASSIGN)).body['id']);
    await until(bench.far, () => tenant.holders().length > 1);
    await bench.graph('perimeter', 'POST', requests, ASSIGN);
    for (const caller of ['perimeter', 'bot'] as const)
      await bench.graph(caller, 'GET', `${requests}/${id}?$expand=targetSchedule`);
    await bench.graph('bot', 'GET', `${ROLE}/roleAssignmentScheduleInstances?$filter=principalId eq '${RITA.objectId}'`);
    await bench.graph('perimeter', 'POST', requests, { action: 'adminRemove', ...TRIPLE });
    bench.clock.advance(6 * 60_000);
    await bench.graph('perimeter', 'POST', requests, { action: 'adminRemove', ...TRIPLE });
    await until(bench.far, () => tenant.holders().length === 1);
    await bench.graph('perimeter', 'GET', requests);
    const later = {
      startDateTime: '2026-12-01T00:00:00Z',
      expiration: { type: 'afterDateTime', endDateTime: '2026-12-01T01:00:00Z' },
    };
    const planned = text((await bench.graph('perimeter', 'POST', requests, { ...ASSIGN, scheduleInfo: later })).body['id']);
    await bench.graph('perimeter', 'POST', `${requests}/${planned}/cancel`);
    const plain = await bench.graph('perimeter', 'POST', `${ROLE}/roleAssignments`, {
      ...TRIPLE,
      roleDefinitionId: ROLES.securityReader,
    });
    await bench.graph('perimeter', 'POST', `${ROLE}/roleAssignments`, { ...TRIPLE, roleDefinitionId: ROLES.securityReader });
    await bench.graph('perimeter', 'DELETE', `${ROLE}/roleAssignments/${text(plain.body['id'])}`);
    await bench.graph('perimeter', 'DELETE', `${ROLE}/roleAssignments/${text(plain.body['id'])}`);
    await groupsAndAzure(bench);
    for (const kind of ['throttled', 'internal', 'unavailable'] as const) {
      const stop = bench.far.faults.add({ rate: 1, kinds: [kind] });
      await bench.graph('bot', 'GET', '/users');
      await bench.arm('bot', 'GET', '/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01');
      stop();
    }
    const args = [
      join(CONTRACTS, 'check.mjs'),
      '--contracts',
      CONTRACTS,
      '--require',
      ROOT,
      '--quiet-warnings',
      '--strict-responses',
      '-',
    ];
    const run = spawnSync(process.execPath, args, {
      input: judged(bench.far.exchanges.lines()),
      encoding: 'utf8',
      cwd: ROOT,
      maxBuffer: 1 << 26,
    });
    expect(run.stdout + run.stderr).toMatch(/^[12]\d\d checked, 0 failed[^\n]*\n$/);
  } finally {
    await bench.close();
  }
}, 60_000);
