import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { describe, expect, it } from '@jest/globals';
import { accessRequestFlow } from '../../src/bot/flows.ts';
import { openLedgerWatch } from '../../src/bot/ledger-watch.ts';
import { openWatches } from '../../src/cli/open-watch.ts';
import { withTenant } from '../../src/cli/tenant/tenants-in-yaml.ts';
import { exportGrants } from '../../src/cli/grants-export.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { SECOND_TENANT_ID } from '../../src/playground/cast.ts';
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

  it('is of one tenant, whose perimeter alone is to read it, with the newest of its own ledger', async () => {
    const { hallpass, botStore } = twoConfigs();
    mkdirSync(botStore, { recursive: true });
    const runtime = await openRuntime({ flows: [accessRequestFlow], folder: botStore, clock: virtualClock(), log: silent });
    const [input] = flowModels.find(({ name }) => name === 'access-request')?.inputs ?? [];
    const endsAt = '2026-03-01T10:00:00.000Z';
    const there = { tenantId: SECOND_TENANT_ID, objectId: RITA.objectId };
    const held = { heldathome01: RITA, heldthere001: there };
    for (const [id, person] of Object.entries(held)) {
      const request = { ...Object(Reflect.get(Object(input), 'request')), id, requester: person, principal: person };
      await runtime.begin('accessRequest', id, { request }, bot);
      const waitsFor = { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false };
      await runtime.send(id, { type: 'perimeter.registered', waitsFor }, bot);
      await runtime.send(id, { type: 'decided', decision: 'approve', approver: ANNA }, bot);
      await runtime.send(id, { type: 'perimeter.given', endsAt, nativeEnd: true }, bot);
    }
    const first = await openWatches({ folder: botStore, checkpointEveryLines: 10 }, [RITA.tenantId, there.tenantId], silent);
    for (const [at, { watch }] of first.watches.entries()) await watch.note({ seq: at + 1, head: 'ab'.repeat(32) }, undefined);
    await first.close();
    const document = parseDocument(readFileSync(hallpass, 'utf8'));
    const perimeter = { url: 'https://localhost:2', audience: 'api://second' };
    const entry = { ...document.toJS().tenant, name: 'second', tenantId: there.tenantId, perimeter };
    writeFileSync(hallpass, withTenant(readFileSync(hallpass, 'utf8'), entry, 'home'));

    await expect(exportGrants(hallpass)).rejects.toMatchObject({ code: 'usage.tenant' });
    const idsOf = async (name: string) => {
      const { grants, ledger } = await exportGrants(hallpass, name);
      return [grants.map(({ requestId }) => requestId), ledger?.seq];
    };
    expect(await idsOf('home')).toEqual([['heldathome01'], 1]);
    expect(await idsOf('second')).toEqual([['heldthere001'], 2]);
    await runtime.close();
  });

  it('leaves the store of a running bot as it is', async () => {
    const { hallpass, botStore } = twoConfigs();
    mkdirSync(botStore, { recursive: true });
    const runtime = await openRuntime({ flows: [accessRequestFlow], folder: botStore, clock: virtualClock(), log: silent });
    const before = readdirSync(botStore).toSorted();
    await exportGrants(hallpass);
    expect(readdirSync(botStore).toSorted()).toEqual(before);
    await runtime.close();
  });

  it.each(['', '{}', '[]', '{"v":2}'])('is refused as a copy when it is something else: %p', (text) => {
    expect(() => parseBotsCopy(text)).toThrow(expect.objectContaining({ code: 'usage.copy' }));
  });
});
