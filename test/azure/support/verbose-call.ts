import { createArmClient } from '../../../src/azure/arm-client.ts';
import { createLog } from '../../../src/observe/log.ts';
import { order } from '../azure-order.ts';

/** One call with a planted auxiliary token, in a process whose surroundings ask the Azure packages and us to say everything. */
const [armUrl = '', planted = ''] = process.argv.slice(2);
const credential = (token: string) => ({
  getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
});
const arm = createArmClient({
  armUrl,
  credential: credential('ours'),
  auxiliary: [credential(planted)],
  log: createLog('perimeter', 'trace'),
});
await arm.assignments(order);
