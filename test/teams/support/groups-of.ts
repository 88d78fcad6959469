import { ClientSecretCredential } from '@azure/identity';
import { createGraphClient } from '../../../src/entra/graph-client.ts';
import { createGroupReader, type GroupReader } from '../../../src/entra/group-reader.ts';
import { createLog } from '../../../src/observe/log.ts';
import { BOT_APP, TENANT_ID } from '../../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../../src/playground/microsoft/start.ts';

/** The groups of the playground's tenant, as the bot may read them. */
export function groupsOf({ tenant, loginUrl, graphUrl }: MicrosoftFarEnd): GroupReader {
  const secret = tenant.clientSecretOf(BOT_APP.clientId);
  const credential = new ClientSecretCredential(TENANT_ID, BOT_APP.clientId, secret, {
    authorityHost: loginUrl,
    disableInstanceDiscovery: true,
  });
  return createGroupReader(createGraphClient({ graphUrl, credential, log: createLog('bot', 'silent') }));
}
