import { describe, expect, it } from '@jest/globals';
import type { CaseView, Command, CommandContext, Runtime } from '../../src/durable/port.ts';
import { createLog } from '../../src/observe/log.ts';
import type { AccessWriter } from '../../src/perimeter/access-writer.ts';
import { checkHeld } from '../../src/perimeter/commands/check-held.ts';
import { createInFlight } from '../../src/perimeter/in-flight.ts';
import { STILL_SHOWN_MS } from '../../src/perimeter/taken-just-now.ts';
import { ANNA, GLOBAL_READER, perimeterConfig } from './support/perimeter-config.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOLDING = 'anna reads';
const agoMs = (ms: number) => new Date(NOW - ms).toISOString();

/** Anna's new grant, what the directory lists for her, and what the ledger says of the one before. */
function check(listed: readonly string[], before: Readonly<Record<string, unknown>> = {}) {
  const ended = { assignment: { kind: 'pim', id: 'ours' }, confirmedAt: agoMs(1_000), holding: HOLDING, ...before };
  const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
  const registration = {
    requester: ANNA,
    principal: ANNA,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    justification: {},
  };
  const view = {
    caseId: 'grant00002',
    columns: { holding: HOLDING },
    context: { opening: { kind: 'open', registration, target }, endsAt: '2026-03-01T12:30:00.000Z' },
  } as unknown as CaseView;
  const runtime = {
    degraded: false,
    text: () => undefined,
    closed: (_flow: string, where: { readonly value: string }) => (where.value === ended.holding ? [{ context: ended }] : []),
  } as unknown as Runtime;
  const pim = { held: () => Promise.resolve(listed) } as unknown as AccessWriter;
  const clock = { now: () => NOW, onMoved: () => () => undefined };
  const member = { status: 'known', enabled: true, userType: 'Member', memberOf: new Set<string>() } as const;
  const parts = {
    config: perimeterConfig(),
    runtime,
    writers: { directoryRole: { pim, plain: pim } },
    clock,
    transportClock: clock,
  };
  const people = { factsOf: () => Promise.resolve(member) };
  const handler = checkHeld({ ...parts, people, inFlight: createInFlight(), log: createLog('perimeter', 'silent') });
  return handler({} as Command, { view: () => view } as CommandContext);
}

describe('who asks again for what has just been taken from them', () => {
  it('is given it when nothing is listed any more', async () => {
    expect(await check([])).toMatchObject({ events: [{ type: 'directory.absent', writer: 'pim' }] });
  });

  it.each([
    ['a moment ago', 1_000],
    ['not quite a minute ago', STILL_SHOWN_MS - 1],
  ])('is not refused for what Hallpass itself took away %s and is still listed: it is looked at again', async (_name, ms) => {
    await expect(check(['ours'], { confirmedAt: agoMs(ms) })).rejects.toMatchObject({
      code: 'directory.settling',
      retryable: true,
    });
  });

  it.each<[string, readonly string[], Readonly<Record<string, unknown>>]>([
    ['it was taken a minute ago', ['ours'], { confirmedAt: agoMs(STILL_SHOWN_MS) }],
    ['somebody else gave what is listed', ['by-hand'], {}],
    ['somebody else gave the same besides', ['ours', 'by-hand'], {}],
    ['what was taken was another role', ['ours'], { holding: 'anna writes' }],
    ['nobody saw it gone', ['ours'], { confirmedAt: undefined }],
    ['nothing had been given', ['ours'], { assignment: undefined }],
  ])('is refused when %s', async (_name, listed, before) => {
    expect(await check(listed, before)).toMatchObject({ events: [{ type: 'directory.held' }] });
  });
});
