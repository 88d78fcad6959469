import { describe, expect, it, jest } from '@jest/globals';
import { RITA } from './support/perimeter-config.ts';
import { gina, keepsItsPromises, ON_CALL, worldWithGroup } from './support/promises.ts';

// Restarts, and waits that Microsoft imposes.
jest.setTimeout(180_000);

describe('a group membership', () => {
  keepsItsPromises({
    entitlementId: 'on-call',
    write: {
      P2: { farEnds: ['graph'], method: 'POST', path: /\/group\/assignmentScheduleRequests$/ },
      P1: { farEnds: ['graph'], method: 'POST', path: /\/members\/\$ref$/ },
    },
    holders: ({ tenant }) => tenant.directory.group(ON_CALL)?.memberIds ?? [],
    giveByHand: ({ tenant }) => tenant.directory.addMember(ON_CALL, RITA.objectId, gina),
    takeByHand: ({ tenant }) => tenant.directory.removeMember(ON_CALL, RITA.objectId, gina),
  });

  it('bears the number of the request in PIM’s own records', async () => {
    const world = await worldWithGroup();
    await world.register('anchored0001', { entitlementId: 'on-call' });
    await world.approve('anchored0001');
    await world.factsUntil('anchored0001', 'given');
    expect(world.microsoft.tenant.groupSchedules.pim.requests().map(({ ticketInfo }) => ticketInfo)).toMatchObject([
      { ticketNumber: 'anchored0001', ticketSystem: expect.stringMatching(/^hallpass(:|$)/) },
    ]);
    await world.close();
  });
});
