import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { BOT_FLOWS } from '../../src/bot/flows.ts';
import { findPerson } from '../../src/cli/person/find-person.ts';
import { openReading } from '../../src/cli/person/open-reading.ts';
import { openStore } from '../../src/durable/open-store.ts';
import { ANNA, RITA, TENANT_ID } from '../../src/playground/cast.ts';
import { bot, silent } from '../durable/support/durable-world.ts';
import { postgresBench, postgresForAll, type PostgresBench } from '../durable/support/store-benches.ts';

jest.setTimeout(60_000);

const server = postgresForAll();
let bench: PostgresBench;
afterEach(() => bench.clear());
const [rita, anna] = [RITA, ANNA].map(({ objectId }) => ({ tenantId: TENANT_ID, objectId }));

describe('what is held of a person, in a database', () => {
  it('is found while the bot runs, and only the texts that are named are erased', async () => {
    bench = postgresBench(server());
    const runtime = await bench.open({ flows: BOT_FLOWS });
    const justification = await runtime.putText('ofrita00', 'why');
    const request = {
      ...{ id: 'ofrita00', requester: rita, principal: rita, entitlementId: 'global-reader', durationMinutes: 30 },
      ...{ approvalWindowMinutes: 60, remindAfterMinutes: 15, justification },
    };
    await runtime.begin('accessRequest', 'ofrita00', { request }, bot);
    const waitsFor = { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false };
    await runtime.send('ofrita00', { type: 'perimeter.registered', waitsFor }, bot);
    const note = await runtime.putText('ofrita00', 'note');
    await runtime.send('ofrita00', { type: 'decided', decision: 'deny', approver: anna, note }, bot);

    const setting = { postgres: server().setting(bench.schema) };
    const wordsOf = async (who: typeof rita) => {
      const reading = await openReading(setting, silent);
      try {
        const found = await findPerson(reading, who ?? { tenantId: '', objectId: '' });
        return found.flatMap(({ texts }) => texts.map(({ text }) => text)).toSorted();
      } finally {
        await reading.close();
      }
    };
    expect([await wordsOf(rita), await wordsOf(anna)]).toEqual([['note', 'why'], ['note']]);
    await runtime.close();
    const store = await openStore(setting, { log: silent });
    await store.eraseTexts('ofrita00', [note.textDigest]);
    expect([store.text('ofrita00', note), store.text('ofrita00', justification)]).toEqual([undefined, 'why']);
    await store.close();
    expect([await wordsOf(rita), await wordsOf(anna)]).toEqual([['why'], []]);
  });
});
