import { describe, expect, it } from '@jest/globals';
import type { AccessRequestContext } from '../../flows/access-request.ts';
import type { AccessCase } from '../../src/chat/access-case.ts';
import { outcomeOf } from '../../src/chat/projections/outcome.ts';

const rita = { tenantId: '5c0ffee0-1111-4222-8333-444455556666', objectId: '0b7ec700-0000-4000-8000-000000000001' };
const ENDS = '2026-03-01T13:00:00.000Z';

function ended(endedHow: NonNullable<AccessRequestContext['endedHow']>): AccessCase {
  const context = { request: { requester: rita }, endsAt: ENDS, endedHow, endedAt: ENDS };
  return { caseId: 'request1', status: 'ended', over: true, context } as unknown as AccessCase;
}

describe('what a card says of access that is over', () => {
  it('tells the requester that the role stays when somebody else had given the same, and names no end of it', () => {
    const outcome = outcomeOf(ended('left'), new Map(), undefined);
    expect(outcome).toEqual({ sentence: 'Ended, but the role stays: somebody else had given the same', at: ENDS });
  });

  it('names the end of what ended by itself', () => {
    expect(outcomeOf(ended('expired'), new Map(), undefined)).toEqual({ sentence: 'Ended on time', at: ENDS, endsAt: ENDS });
  });
});
