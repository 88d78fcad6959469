import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../src/access/core/app-error.ts';
import { exportRequest } from '../../src/cli/evidence-export.ts';
import { openEvidence } from '../../src/cli/open-evidence.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { readEvidenceFile } from '../../src/perimeter/evidence/evidence-file.ts';
import type { EvidenceStore } from '../../src/perimeter/evidence/evidence-store.ts';
import { GRANT_FLOW, grantFlow } from '../../src/perimeter/grant-flow.ts';
import { bot, silent, virtualClock } from '../durable/support/durable-world.ts';
import { type PostgresServer, startPostgres } from '../durable/support/postgres-server.ts';
import { decisionOf, oneSignature, openingOf } from '../perimeter/evidence/support/ledger.ts';
import { adam, CLIENT, newSigner, request, rita, signedAct, statementOf, TENANT } from '../perimeter/evidence/support/signing.ts';

const ID = request.requestId;
let folder: string;
let server: PostgresServer;
let runtime: Runtime;
let evidence: EvidenceStore;
let closeEvidence: () => Promise<void>;
const config = () => join(folder, 'perimeter.yaml');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-evidence-postgres-'));
  server = await startPostgres();
  const postgres = server.setting('perimeter');
  const setting = { postgres };
  runtime = await openRuntime({ flows: [grantFlow], store: setting, clock: virtualClock(), log: silent });
  const opened = await Promise.all([openEvidence(setting, silent), openEvidence(setting, silent)]);
  evidence = opened[0].evidence;
  closeEvidence = async () => {
    for (const { close } of opened) await close();
  };
  const justification = await runtime.putText(ID, 'The mail flow is down \u0000 \u{1f600}');
  const asked = { ...request, justification };
  await runtime.begin(GRANT_FLOW, ID, { opening: openingOf(asked, oneSignature) }, bot);
  await runtime.begin(
    GRANT_FLOW,
    'r0000000002',
    { opening: openingOf({ ...asked, requestId: 'r0000000002' }, oneSignature) },
    bot,
  );
  const act = await signedAct(newSigner('entra-1'), statementOf(asked), adam);
  await evidence.put(ID, act);
  const decision = decisionOf(act, { decidedAt: request.registeredAt });
  await runtime.send(ID, { type: 'decided', decision }, { kind: 'person', person: adam });
  const connection = JSON.stringify(postgres);
  writeFileSync(
    config(),
    `
tenant: { tenantId: ${TENANT}, clientId: 88888888-2222-4333-8444-555555555555, credential: { managedIdentity: {} } }
listen: { port: 0 }
store: { postgres: ${connection} }
caller: { clientId: 77777777-2222-4333-8444-555555555555, audience: api://perimeter }
alarm: { url: https://alarm.contoso.com }
approve:
  listen: { port: 0 }
  publicUrl: https://approve.contoso.com
  clientId: ${CLIENT}
  managedIdentity: { clientId: 66666666-2222-4333-8444-555555555555 }
  cookieKey: { env: UNUSED }
  stepUp: { authenticationContext: c1 }
entitlements:
  - id: global-reader
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayReceive: { people: [{ tenantId: ${TENANT}, objectId: ${rita.objectId} }] }
    longestMinutes: 60
    approvers: { people: [{ tenantId: ${TENANT}, objectId: ${adam.objectId} }] }
`,
  );
}, 60_000);
afterAll(async () => {
  await runtime.close();
  await closeEvidence();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('evidence in a database', () => {
  it('is exported while the process writes there, and is consistent', async () => {
    const { bytes, verification } = await exportRequest(ID, config());
    expect(verification).toMatchObject({ verdict: 'consistent', contradictions: [] });
    const file = readEvidenceFile(bytes);
    expect(file.texts.justification?.text).toBe('The mail flow is down \u0000 \u{1f600}');
    expect(file.journal.head).toEqual(runtime.head());
    expect(file.journal.lines).toHaveLength(2);
  });

  it('lists what was put, once, however often', async () => {
    const kept = await evidence.list(ID);
    for (const { record } of kept) await Promise.all([evidence.put(ID, record), evidence.put(ID, record)]);
    expect(await evidence.list(ID)).toEqual(kept);
    expect(kept).toHaveLength(1);
    expect(await evidence.list('r0000000002')).toEqual([]);
  });

  it('is not exported of a request that nobody made', async () => {
    expect(await exportRequest('r0000000009', config()).catch(codeOf)).toBe('usage.case-unknown');
  });

  it('tells that it was changed by somebody with the password', async () => {
    await server.sql(`UPDATE perimeter.hallpass_evidence SET record = replace(record, 'Adam', 'Alan')`);
    expect(await exportRequest(ID, config()).catch(codeOf)).toBe('evidence.damaged');
    await server.sql(`UPDATE perimeter.hallpass_evidence SET record = replace(record, 'Alan', 'Adam')`);
    await server.sql(
      `UPDATE perimeter.lines SET line = convert_to(replace(convert_from(line, 'UTF8'), '"stage":0', '"stage":1'), 'UTF8')`,
    );
    expect(await exportRequest(ID, config()).catch(codeOf)).toBe('store.corrupt');
  });

  it('says that it may be tried again while nobody answers', async () => {
    await server.crash();
    expect(await evidence.list(ID).catch((error: unknown) => error)).toMatchObject({
      code: 'evidence.unavailable',
      retryable: true,
    });
    await server.start();
  });
});
