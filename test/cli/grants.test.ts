import { mkdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { accessRequestFlow } from '../../src/bot/flows.ts';
import { openLedgerWatch } from '../../src/bot/ledger-watch.ts';
import { exportGrants } from '../../src/cli/grants-export.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { parseBotsCopy } from '../../src/perimeter/reconcile/bots-copy.ts';
import { bot, silent, virtualClock } from '../durable/support/durable-world.ts';
import { flowModels } from '../flows/support/flow-models.ts';
import { ANNA, RITA } from '../perimeter/support/perimeter-config.ts';
import { twoConfigs } from './two-configs.ts';

describe('hallpass grants export', () => {
  it('prints what is held and what is being ended, with the newest of the ledger that was seen, while the bot runs', async () => {
    const { hallpass, botStore } = twoConfigs();
    mkdirSync(botStore, { recursive: true });
    const runtime = await openRuntime({ flows: [accessRequestFlow], folder: botStore, clock: virtualClock(), log: silent });
    const [input] = flowModels.find(({ name }) => name === 'access-request')?.inputs ?? [];
    const endsAt = '2026-03-01T10:00:00.000Z';
    for (const id of ['waitingforit', 'heldbyrita01', 'beingended01', 'isover000001']) {
      const request = { ...Object(Reflect.get(Object(input), 'request')), id, requester: RITA, principal: RITA };
      await runtime.begin('accessRequest', id, { request }, bot);
      await runtime.send(
        id,
        { type: 'perimeter.registered', waitsFor: { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false } },
        bot,
      );
      if (id === 'waitingforit') continue;
      await runtime.send(id, { type: 'decided', decision: 'approve', approver: ANNA }, bot);
      await runtime.send(id, { type: 'perimeter.given', endsAt, nativeEnd: true }, bot);
      if (id === 'beingended01') await runtime.send(id, { type: 'released' }, bot);
      if (id === 'isover000001') await runtime.send(id, { type: 'perimeter.ended', how: 'expired', confirmedAt: endsAt }, bot);
    }
    const seen = { seq: 12, head: 'ab'.repeat(32) };
    await openLedgerWatch(botStore).note(seen, undefined);

    const copy = parseBotsCopy(JSON.stringify(await exportGrants(hallpass)));
    const entitlementId = 'global-reader';
    expect(copy).toMatchObject({ v: 1, ledger: seen });
    expect(copy.grants.toSorted((a, b) => a.requestId.localeCompare(b.requestId))).toEqual([
      { requestId: 'beingended01', requester: RITA, principal: RITA, entitlementId, endsAt },
      { requestId: 'heldbyrita01', requester: RITA, principal: RITA, entitlementId, endsAt },
    ]);
    await runtime.close();
  });

  it.each(['', '{}', '[]', '{"v":2}'])('is refused as a copy when it is something else: %p', (text) => {
    expect(() => parseBotsCopy(text)).toThrow(expect.objectContaining({ code: 'usage.copy' }));
  });
});
