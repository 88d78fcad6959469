import { afterEach, describe, expect, it } from '@jest/globals';
import type { CaseView, Command, Link, Runtime } from '../../src/durable/port.ts';
import { permit } from '../../src/access/core/verdict.ts';
import { createLog } from '../../src/observe/log.ts';
import type { AccessWriter } from '../../src/perimeter/access-writer.ts';
import { give } from '../../src/perimeter/commands/give.ts';
import { createInFlight } from '../../src/perimeter/in-flight.ts';
import { GLOBAL_READER, perimeterConfig, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

const ID = 'toolate00001';
const ENDS_AT = Date.parse('2026-03-01T13:00:00Z');

/** A giving of Rita's, and how often it wrote. `whileNoting` happens while the intent to write is made durable. */
function giving(now: number, whileNoting: () => void = () => undefined, signal = new AbortController().signal) {
  let writes = 0;
  const links: Link[] = [];
  const context = {
    opening: {
      kind: 'open',
      registration: {
        requestId: ID,
        requester: RITA,
        principal: RITA,
        entitlementId: 'global-reader',
        durationMinutes: 30,
        justification: { textDigest: '00'.repeat(32) },
        approvalWindowMinutes: 60,
        breakGlass: false,
      },
      target: { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' },
    },
    registeredAt: '2026-03-01T12:00:00.000Z',
    decisions: [],
    endsAt: new Date(ENDS_AT).toISOString(),
    intent: { readAt: '', writer: 'plain' },
  };
  const plain = {
    give: () => {
      writes += 1;
      return Promise.resolve({ kind: 'plain', id: 'ours' });
    },
  } as unknown as AccessWriter;
  const clock = { now: () => now, onMoved: () => () => undefined };
  const handler = give({
    judge: { mayGive: () => Promise.resolve(permit) },
    config: perimeterConfig(),
    runtime: { degraded: false, text: () => undefined } as unknown as Runtime,
    writers: { directoryRole: { plain, pim: plain } },
    clock,
    transportClock: clock,
    inFlight: createInFlight(),
    log: createLog('perimeter', 'silent'),
  });
  const run = () =>
    handler({ caseId: ID } as Command, {
      view: () => ({ caseId: ID, context, links }) as unknown as CaseView,
      link: (link: Link) => {
        links.push(link);
        whileNoting();
        return Promise.resolve();
      },
      signal,
    });
  return { run, writes: () => writes };
}

describe('a role that nobody is to have any more', () => {
  it.each([
    ['a millisecond before its end', ENDS_AT - 1, 1],
    ['at its end', ENDS_AT, 0],
    ['after its end', ENDS_AT + 60_000, 0],
  ])('is given %s as often as it should be', async (_name, now, expected) => {
    const one = giving(now);
    await one.run();
    expect(one.writes()).toBe(expected);
  });

  it('is not given when it is withdrawn between the intent and the write', async () => {
    const withdrawn = new AbortController();
    const one = giving(ENDS_AT - 60_000, () => withdrawn.abort(), withdrawn.signal);
    await expect(one.run()).rejects.toMatchObject({ retryable: true });
    expect(one.writes()).toBe(0);
  });
});

describe('a perimeter that was away until after the end', () => {
  let world: World;
  afterEach(() => world.close());

  it('gives nothing any more when it comes back, not even for a moment', async () => {
    world = await startWorld({ endsOnlyByHallpass: true });
    const { tenant, faults } = world.microsoft;
    tenant.setLicence('P1');
    faults.add({ farEnds: ['graph'], method: 'POST', path: /\/roleAssignments$/, rate: 1, kinds: ['throttled'] });
    await world.register(ID);
    await world.approve(ID);
    while (faults.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.stop();
    faults.clear();
    world.advance(31);
    await world.start();
    const facts = await world.factsUntil(ID, 'ended');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'ended']);
    expect(tenant.audit.entries.map(({ action }) => action)).not.toContain('role.given');
  });
});
