import type { AzureOrder } from '../../src/azure/azure-target.ts';
import { createArmClient, type ArmClient } from '../../src/azure/arm-client.ts';
import { createLog } from '../../src/observe/log.ts';
import type { Answer, HttpsServer } from '../support/https-server.ts';

export const RITA = '0b7ec700-0000-4000-8000-000000000001';
export const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
export const SUBSCRIPTION = '/subscriptions/5ab50000-0000-4000-8000-000000000001';
export const SHOP = `${SUBSCRIPTION}/resourceGroups/shop`;
export const ROLE_ID = `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${CONTRIBUTOR}`;
export const DIGEST = 'q80-8Z1VSQ9KqX6yRr0qzVqZr3xq5b0o3kq1m2n4p5A';

export const order: AzureOrder = {
  grantId: 'grant00001',
  principalId: RITA,
  target: { kind: 'azureRole', scope: SHOP, roleDefinitionId: CONTRIBUTOR },
  endsAt: '2026-03-01T13:00:00.000Z',
  justification: 'ticket 42',
};

export function armOn(server: HttpsServer): ArmClient {
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return createArmClient({ armUrl: server.url, credential, log: createLog('perimeter', 'silent') });
}

/** An error in the shape of Azure Resource Manager's. */
export function armError(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return { status, body: { error: { code, message: 'refused' } }, headers };
}

/** A row as Azure lists it. */
export function row(name: string, properties: object = {}): Readonly<Record<string, unknown>> {
  return {
    name,
    id: `${SHOP}/x/${name}`,
    properties: { principalId: RITA, roleDefinitionId: ROLE_ID, scope: SHOP, ...properties },
  };
}
