import { hkdfSync } from 'node:crypto';
import { createArmClient } from '../azure/arm-client.ts';
import { createAzureRoleName } from '../azure/azure-role-name.ts';
import type { Secret } from '../access/core/secret.ts';
import { transportClock } from '../access/core/clock.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import { openRuntime } from '../durable/runtime.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { createMembershipReader } from '../entra/membership-reader.ts';
import { createRequestNames } from '../entra/request-names.ts';
import { addressesOf } from '../identity/cloud.ts';
import { credentialNotes } from '../identity/credential-notes.ts';
import { createCredential } from '../identity/credential.ts';
import { tenantBound } from '../identity/tenant-bound.ts';
import { auxiliaryCredentials } from './auxiliary-credentials.ts';
import { type ClientAssertion, createClientAssertion } from '../identity/client-assertion.ts';
import { readSecret } from '../identity/secret-source.ts';
import type { Log } from '../observe/log.ts';
import { callerSettingsOf, createCallerVerifier, tenantKeys } from '../perimeter/caller-token.ts';
import { createClockWatch } from '../perimeter/ledger/clock-watch.ts';
import { refuseUnsafeGroups } from '../perimeter/guardrails/refuse-unsafe-groups.ts';
import { perimeterFlows } from '../perimeter/perimeter-flows.ts';
import { doubtRestored } from '../perimeter/reconcile/doubt-restored.ts';
import type { PerimeterParts } from '../perimeter/assemble.ts';
import type { ApproveAdapters } from '../perimeter/approve/approve-page.ts';
import type { ApproveSetting, PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { createAccessWriters } from './access-writers.ts';
import { createOwnRecords } from './own-records.ts';
import { openEvidence } from './open-evidence.ts';

/**
 * Everything that perimeter.yaml names, opened: the store, our identity, the directory. Whatever hosts the perimeter assembles it from these
 * and closes it; what is left is closed by `closeRest`, after that.
 * @param file where `config` was read from, for what the directory says is wrong with it
 * @throws {AppError} `secret.*`, `store.*`, `config.invalid`
 */
export async function openPerimeterParts(
  file: string,
  config: PerimeterConfig,
  log: Log,
): Promise<{ readonly parts: PerimeterParts; readonly closeRest: () => Promise<void> }> {
  const credential = tenantBound(createCredential(config.tenant), config.tenant.tenantId);
  for (const note of credentialNotes(config.tenant.credential, transportClock.now())) log.warn(note);
  const { login, graph: graphUrl, arm } = addressesOf(config.tenant.cloud);
  const clock = openDomainClock(config.domainClock, [login, graphUrl, arm, config.alarm.url]);
  const clockWatch = createClockWatch();
  const graph = createGraphClient({ graphUrl, credential, log, onDate: (...times) => clockWatch.note(...times) });
  const armClient = createArmClient({ armUrl: arm, credential, auxiliary: auxiliaryCredentials(config.tenant), log });
  const runtime = await openRuntime({ flows: perimeterFlows, store: config.store, clock, log }).catch((error: unknown) => {
    clock.close();
    throw error;
  });
  const keys = tenantKeys(config);
  const { evidence, close: closeEvidence } = await openEvidence(config.store, log);
  const parts: PerimeterParts = {
    config,
    runtime,
    clock,
    transportClock,
    log,
    writers: createAccessWriters(graph, armClient, clock),
    people: createMembershipReader(graph),
    records: createOwnRecords(config, graph, armClient, clock),
    clockWatch,
    evidence,
    verifyCaller: createCallerVerifier(callerSettingsOf(config), keys, transportClock),
    ...(config.approve === undefined ? {} : { approve: approveAdapters(config.approve) }),
  };
  function approveAdapters(setting: ApproveSetting): ApproveAdapters {
    const { cookieKey } = setting;
    return {
      assertion: assertionOf(setting),
      keys,
      names: createRequestNames(graph, createAzureRoleName(arm, credential), log),
      evidence,
      ...(cookieKey === undefined ? {} : { cookieKey: keyOf(readSecret(cookieKey)) }),
    };
  }
  function assertionOf({ clientId, managedIdentity, credential: kept }: ApproveSetting): ClientAssertion {
    const shown = managedIdentity === undefined ? kept : { federated: { managedIdentity } };
    const { tenantId, cloud } = config.tenant;
    const assertion = shown && createClientAssertion({ tenantId, cloud, clientId, credential: shown });
    if (assertion === undefined) throw new RangeError('the file says in no way how the page shows that it is the one');
    return assertion;
  }
  const closeRest = async (): Promise<void> => {
    clock.close();
    await closeEvidence();
  };
  try {
    if ('folder' in config.store) await doubtRestored(config.store.folder, runtime);
    await refuseUnsafeGroups(file, parts);
    return { parts, closeRest };
  } catch (error) {
    await runtime.close();
    await closeRest();
    throw error;
  }
}

/** Of a secret of any length, for this purpose alone. */
function keyOf(secret: Secret): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret.reveal(), '', 'hallpass approve cookies', 32));
}
