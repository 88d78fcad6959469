import { describe, expect, it } from '@jest/globals';
import type { GraphCall } from '../../src/entra/graph-client.ts';
import { createRoleAuditReader } from '../../src/entra/role-audit-reader.ts';
import type { DirectoryRole } from '../../src/access/core/target.ts';
import type { Order } from '../../src/perimeter/access-writer.ts';

const RITA = '0B7EC700-0000-4000-8000-000000000001';
const ROLE = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
const UNIT = 'a0000000-0000-4000-8000-000000000009';
const OWN = { appId: '9e710000-0000-4000-8000-000000000002', servicePrincipalId: '9e710000-0000-4000-8000-0000000000a2' };
const order: Order<DirectoryRole> = {
  grantId: 'grant00001',
  principalId: RITA,
  target: { kind: 'directoryRole', roleDefinitionId: ROLE, directoryScopeId: '/' },
  endsAt: '2026-03-01T13:00:00.000Z',
  absentAt: '2026-03-01T12:00:00.000Z',
  justification: '',
};

const byApp = (app: Readonly<Record<string, unknown>>) => ({ user: null, app: { displayName: 'Hallpass perimeter', ...app } });
const OURS = byApp({ appId: null, servicePrincipalId: OWN.servicePrincipalId.toUpperCase(), servicePrincipalName: null });
const ADMIN = { user: { id: '0b7ec700-0000-4000-8000-000000000004', userPrincipalName: 'gina@example.com' }, app: null };

/** As the log has it: ids of roles in quotes, seven digits of a second. */
const entry = (over: Readonly<Record<string, unknown>> = {}, roleId = ROLE) => ({
  id: 'Directory_1',
  category: 'RoleManagement',
  result: 'success',
  activityDisplayName: 'Add member to role',
  activityDateTime: '2026-03-01T12:00:01.1234567Z',
  loggedByService: 'Core Directory',
  operationType: 'Assign',
  initiatedBy: OURS,
  targetResources: [
    {
      id: RITA.toLowerCase(),
      type: 'User',
      modifiedProperties: [
        { displayName: 'Role.ObjectID', oldValue: null, newValue: '"11111111-0000-4000-8000-000000000001"' },
        { displayName: 'Role.DisplayName', oldValue: null, newValue: '"Global Reader"' },
        { displayName: 'Role.TemplateId', oldValue: null, newValue: `"${roleId}"` },
      ],
    },
    { id: '11111111-0000-4000-8000-000000000001', type: 'Role', modifiedProperties: [] },
  ],
  ...over,
});
const later = { activityDateTime: '2026-03-01T12:10:00Z' };

function reader(entries: readonly unknown[]) {
  const asked: { path: string; call: GraphCall | undefined }[] = [];
  const audit = createRoleAuditReader({
    async *list(path, call) {
      asked.push({ path, call });
      yield* await Promise.resolve(entries);
    },
    whoWeAre: () => Promise.resolve(OWN),
  });
  return { audit, asked };
}
const lastOf = (entries: readonly unknown[], wanted = order) => reader(entries).audit.lastChange(wanted);

describe('who made an assignment, by the audit of Entra', () => {
  it('is asked by principal and time, with room for clocks that differ, and by the permission that a hint can name', async () => {
    const { audit, asked } = reader([]);
    expect(await audit.lastChange(order)).toBeUndefined();
    expect(asked).toEqual([
      {
        path: '/auditLogs/directoryAudits',
        call: {
          permission: 'AuditLog.Read.All',
          query: {
            $filter: `activityDateTime ge 2026-03-01T11:55:00.000Z and targetResources/any(t:t/id eq '${RITA.toLowerCase()}')`,
          },
        },
      },
    ]);
  });

  it.each([
    ['our service principal alone', OURS, 'us'],
    ['our client id alone', byApp({ appId: OWN.appId, servicePrincipalId: '' }), 'us'],
    ['both of our ids', byApp(OWN), 'us'],
    ['another service principal', byApp({ appId: null, servicePrincipalId: UNIT }), 'others'],
    ['our client id with the object of another', byApp({ ...OWN, servicePrincipalId: UNIT }), 'others'],
    ['our object with the client id of another', byApp({ ...OWN, appId: UNIT }), 'others'],
    ['a person', ADMIN, 'others'],
    ['a person by name only', { user: { id: null, userPrincipalName: 'gina@example.com' }, app: null }, 'others'],
    ['a person by id only', { user: { id: ADMIN.user.id }, app: null }, 'others'],
    ['a person, through an application that is ours', { ...OURS, user: { id: ADMIN.user.id } }, 'others'],
    ['an application by name only, be it ours', byApp({ appId: null, servicePrincipalId: null }), 'unknown'],
    ['nobody', { user: null, app: null }, 'unknown'],
    ['nothing at all', null, 'unknown'],
  ])('%s: %#', async (_name, initiatedBy, by) => {
    expect(await lastOf([entry({ initiatedBy })])).toEqual({ what: 'given', by });
  });

  it.each([
    ['of another role', entry({}, '5d6b6bb7-de71-4623-b4af-96380a352509')],
    ['that came to nothing', entry({ result: 'failure' })],
    ['that PIM keeps beside', entry({ loggedByService: 'PIM' })],
    ['of another activity', entry({ activityDisplayName: 'Add eligible member to role' })],
    ['at one administrative unit', entry({ activityDisplayName: 'Add scoped member to role' })],
    ['about others', entry({ targetResources: [{ id: ROLE }] })],
    ['about nothing', entry({ targetResources: null })],
  ])('is not told by an entry %s', async (_name, one) => {
    expect(await lastOf([one])).toBeUndefined();
    expect(await lastOf([one, entry()])).toEqual({ what: 'given', by: 'us' });
  });

  it('is told by the newest change, in whatever order they come', async () => {
    const removed = entry({ ...later, activityDisplayName: 'Remove member from role', initiatedBy: ADMIN });
    const theirs = entry({ activityDateTime: '2026-03-01T12:11:00+00:00', initiatedBy: ADMIN });
    for (const entries of [
      [entry(), removed],
      [removed, entry()],
    ])
      expect(await lastOf(entries)).toEqual({ what: 'taken', by: 'others' });
    expect(await lastOf([theirs, entry(), removed])).toEqual({ what: 'given', by: 'others' });
  });

  it('is not told by two at one instant', async () => {
    expect(await lastOf([entry(), entry({ initiatedBy: ADMIN })])).toEqual({ what: 'given', by: 'unknown' });
  });

  it('is told of one administrative unit only by an entry that names it', async () => {
    const scoped = { ...order, target: { ...order.target, directoryScopeId: `/administrativeUnits/${UNIT}` } };
    const activityDisplayName = 'Add scoped member to role';
    const { targetResources } = entry();
    const atUnit = entry({
      activityDisplayName,
      targetResources: [...targetResources, { id: UNIT, type: 'AdministrativeUnit' }],
    });
    expect(await lastOf([entry(), entry({ activityDisplayName })], scoped)).toBeUndefined();
    expect(await lastOf([atUnit], scoped)).toEqual({ what: 'given', by: 'us' });
  });

  it('is not guessed from an answer of another shape', async () => {
    await expect(lastOf([{ ...entry(), activityDateTime: 'yesterday' }])).rejects.toMatchObject({
      code: 'directory.unavailable',
      retryable: true,
    });
  });
});
