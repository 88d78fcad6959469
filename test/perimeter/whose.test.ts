import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PERIMETER_APP } from '../../src/playground/cast.ts';
import type { FaultKind } from '../../src/playground/microsoft/faults.ts';
import { GLOBAL_READER, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

// Before it asks the audit again, the perimeter waits for five seconds.
jest.setTimeout(180_000);

const GRAPH = 'https://graph.microsoft.com';
const PERMISSIONS = ['RoleManagement.ReadWrite.Directory', 'User.Read.All', 'GroupMember.Read.All'];
const ID = 'whoseisit001';

describe('a plain role that stands there after a write without an answer', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({ endsOnlyByHallpass: true });
    world.microsoft.tenant.setLicence('P1');
    world.microsoft.tenant.audit.lagMs = 0;
  });
  afterEach(() => world.close());

  const audits = () => world.microsoft.exchanges.recent().filter(({ url }) => url.includes('/auditLogs/directoryAudits'));
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  /** The first try to write goes wrong in this way, once. */
  const approveWith = async (kind: FaultKind): Promise<void> => {
    const { faults } = world.microsoft;
    faults.add({ farEnds: ['graph'], method: 'POST', path: /\/roleAssignments$/, rate: 1, kinds: [kind], times: 1 });
    await world.register(ID);
    await world.approve(ID);
    await until(() => faults.log.length > 0);
  };
  const giveByHand = () => world.microsoft.tenant.grantRole({ principalId: RITA.objectId, roleDefinitionId: GLOBAL_READER });

  it('is left alone when our write never arrived and an administrator made the same: the grant ends and says so', async () => {
    await approveWith('reset');
    giveByHand();
    await world.factsUntil(ID, 'given');
    await world.end(ID);
    // Ours may still be on its way for half a minute.
    const facts = await world.factsUntil(ID, 'ended');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given', 'ended']);
    expect(facts.at(-1)).toEqual(expect.objectContaining({ how: 'left' }));
    expect(facts.at(-1)).not.toHaveProperty('confirmedAt');
    expect(world.holders()).toEqual([RITA.objectId]);
    expect(world.microsoft.tenant.audit.entries.map(({ action }) => action)).not.toContain('role.taken');
  });

  it('is taken away when it is ours, and only its answer was lost', async () => {
    await approveWith('lost');
    await world.factsUntil(ID, 'given');
    expect(audits()).toEqual([]);
    world.advance(31);
    const facts = await world.factsUntil(ID, 'ended');
    expect(facts.at(-1)).toMatchObject({ how: 'expired', confirmedAt: expect.any(String) });
    expect(world.holders()).toEqual([]);
    expect(audits()).toMatchObject([{ status: 200 }]);
  });

  it('is taken away as soon as the audit has caught up, and not before', async () => {
    world.microsoft.tenant.audit.lagMs = 3_600_000;
    await approveWith('lost');
    await world.factsUntil(ID, 'given');
    world.advance(31);
    await until(() => audits().length > 0);
    expect(world.holders()).toEqual([RITA.objectId]);
    world.microsoft.tenant.audit.lagMs = 0;
    await world.factsUntil(ID, 'ended');
    expect(world.holders()).toEqual([]);
  });

  it('stays while the audit may not be read, and the alarm says what to grant and how to end it by hand', async () => {
    world.microsoft.tenant.permissions.set(PERIMETER_APP.clientId, GRAPH, PERMISSIONS);
    await approveWith('lost');
    await world.factsUntil(ID, 'given');
    world.advance(31);
    await until(() => audits().length > 0);
    world.advance(7);
    const overdue = (await world.factsUntil(ID, 'overdue')).at(-1);
    expect(overdue).toMatchObject({ code: 'directory.forbidden', byHand: expect.stringContaining('AuditLog.Read.All') });
    expect(overdue).toMatchObject({ byHand: expect.stringContaining('az rest --method DELETE') });
    await until(() => world.alarms.asked.length > 0);
    expect(JSON.stringify(world.alarms.asked)).toContain('AuditLog.Read.All');
    expect(world.holders()).toEqual([RITA.objectId]);
    expect(audits().map(({ status }) => status)).toContain(403);
  });

  it('is never asked about when the answer to our own write named it', async () => {
    await world.register(ID);
    await world.approve(ID);
    await world.factsUntil(ID, 'given');
    world.advance(31);
    await world.factsUntil(ID, 'ended');
    expect(world.holders()).toEqual([]);
    expect(audits()).toEqual([]);
  });
});
