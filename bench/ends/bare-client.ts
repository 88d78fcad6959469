import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { ClientSecretCredential } from '@azure/identity';
import { PERIMETER_APP, TENANT_ID } from '../../src/playground/cast.ts';
import type { World } from '../../src/playground/world.ts';

/** As many as the perimeter works on at once (durable/runtime.ts, cases of one lane). */
const AT_ONCE = 64;

/**
 * The same calls without Hallpass: no ledger, no retry, nothing read but the status. Milliseconds from the start until each was done.
 * `callsOf`: method and path of what has to be called for one of them, in order.
 */
export async function bareClient<T>(
  { microsoft, caFile }: World,
  items: readonly T[],
  callsOf: (item: T) => readonly (readonly [method: string, path: string])[],
): Promise<readonly number[]> {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')]);
  const secret = microsoft.tenant.clientSecretOf(PERIMETER_APP.clientId);
  const options = { authorityHost: microsoft.loginUrl, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(TENANT_ID, PERIMETER_APP.clientId, secret, options);
  const { token } = await credential.getToken(`${microsoft.graphUrl}/.default`);
  const headers = { authorization: `Bearer ${token}` };
  const done: number[] = [];
  const rest = items.values();
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      for (const [method, path] of callsOf(item)) {
        const response = await fetch(`${microsoft.graphUrl}/v1.0${path}`, { method, headers });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
      }
      done.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done;
}
