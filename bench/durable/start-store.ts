import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// start-store.ts FOLDER: how long until every open case is in memory, and what it costs.
const beganAt = performance.now();
const { transportClock } = await import('../../src/access/core/clock.ts');
const { openRuntime } = await import('../../src/durable/runtime.ts');
const { grantFlow } = await import('../../src/perimeter/grant-flow.ts');
const { silent } = await import('./workload.ts');
const importsMs = performance.now() - beganAt;

const [folder = ''] = process.argv.slice(2);
const residentMb = () => process.memoryUsage().rss / 2 ** 20;
const before = residentMb();
const startedAt = performance.now();
const runtime = await openRuntime({ flows: [grantFlow], folder, clock: transportClock, log: silent });
const readyMs = performance.now() - startedAt;
const growthMb = residentMb() - before;
const open = [...runtime.open('grant')].length;
// Answers about the past come from the index, while older lines are still being verified.
const known = runtime.read('closed0')?.status;
await new Promise((resolve) => setTimeout(resolve, 5_000));
const growthAfterVerifyMb = residentMb() - before;
await runtime.close();

const journal = join(folder, 'journal');
const journalMb = readdirSync(journal).reduce((sum, name) => sum + statSync(join(journal, name)).size, 0) / 2 ** 20;
if (known !== 'done') throw new Error('a closed case was not found');
process.stdout.write(
  JSON.stringify({ ...rounded({ importsMs, readyMs, growthMb, growthAfterVerifyMb, journalMb }), openFound: open }),
);

function rounded<T extends Readonly<Record<string, number>>>(figures: T): T {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Math.round(value)])) as T;
}
