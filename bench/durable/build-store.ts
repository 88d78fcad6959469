import { transportClock } from '../../src/access/core/clock.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { bot, denied, input, silent, toActive } from './workload.ts';

// build-store.ts FOLDER CLOSED OPEN: a store with a past, left behind by a process that was killed.
const [folder = '', closed = '0', open = '0'] = process.argv.slice(2);
const runtime = await openRuntime({ flows: [grantFlow], folder, clock: transportClock, log: silent });
await many(Number(closed), 'closed', denied);
await many(Number(open), 'open', toActive);
process.kill(process.pid, 'SIGKILL');

async function many(count: number, prefix: string, events: typeof denied): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const caseId = `${prefix}${next++}`;
      await runtime.begin('grant', caseId, input(caseId), bot);
      for (const event of events) await runtime.send(caseId, event, bot);
    }
  };
  await Promise.all(Array.from({ length: 256 }, worker));
}
