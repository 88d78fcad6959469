import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Needs } from '../../../src/access/core/approvals.ts';
import type { Person } from '../../../src/access/core/person.ts';
import { nonceOf, type Statement, statementSchema } from '../../../src/access/core/statement.ts';
import { permit, refuse, type Verdict } from '../../../src/access/core/verdict.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { openRuntime } from '../../../src/durable/runtime.ts';
import { nodeFiles } from '../../../src/durable/stores/lowdb/node-files.ts';
import { createLog } from '../../../src/observe/log.ts';
import type { SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import type { EvidenceStore } from '../../../src/perimeter/evidence/evidence-store.ts';
import { createFolderEvidence } from '../../../src/perimeter/evidence/folder-evidence.ts';
import { contextOf, GRANT_FLOW, stateNameOf } from '../../../src/perimeter/grant-flow.ts';
import { perimeterFlows } from '../../../src/perimeter/perimeter-flows.ts';
import { createRecordSignedAct, type RecordSignedAct, termsOf, waitingOf } from '../../../src/perimeter/signed-acts.ts';
import { ABEL, ANNA, GINA, GLOBAL_READER, RITA, TENANT_ID } from '../support/perimeter-config.ts';

const ORIGIN = 'https://approve.contoso.com';
const GUARDRAILS = 'a'.repeat(64);
const START = Date.parse('2026-03-01T12:00:00Z');
const BOT = { kind: 'system', name: 'bot' } as const;

let now = START;
const clock = { now: () => now, onMoved: () => () => undefined };
let isFull = false;
let verdict: Verdict = permit;
let runtime: Runtime;
let evidence: EvidenceStore;
let record: RecordSignedAct;
let count = 0;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-signed-acts-'));
  const opened = await openRuntime({ flows: perimeterFlows, folder, clock, log: createLog('perimeter', 'silent') });
  runtime = Object.create(opened, { degraded: { get: () => isFull } });
  evidence = createFolderEvidence(nodeFiles, folder);
  record = recorder();
});
beforeEach(() => {
  now = START;
  isFull = false;
  verdict = permit;
});
afterAll(() => runtime.close());

function recorder(guardrailsDigest = GUARDRAILS): RecordSignedAct {
  const judge = { mayDecide: () => Promise.resolve(verdict), maySign: () => Promise.resolve(verdict) };
  return createRecordSignedAct({ runtime, judge, evidence, guardrailsDigest, clock });
}

const TWO_STAGES: Needs = { stages: [1, 1], requesterSigns: false, assurance: 'signed' };
const PROTECTED: Needs = { stages: [1], requesterSigns: true, assurance: 'signed' };

async function registered(needs: Needs = { stages: [1], requesterSigns: false, assurance: 'signed' }): Promise<string> {
  const requestId = `signedact${String(count++).padStart(4, '0')}`;
  const registration = {
    requestId,
    requester: RITA,
    principal: RITA,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    justification: await runtime.putText(requestId, 'ticket 42'),
    approvalWindowMinutes: 60,
    breakGlass: false,
  };
  const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
  await runtime.begin(GRANT_FLOW, requestId, { opening: { kind: 'open', registration, target, needs } }, BOT);
  return requestId;
}

function viewOf(requestId: string) {
  const view = runtime.read(requestId);
  if (view === undefined) throw new Error(`no ${requestId}`);
  return view;
}

/** What the page would have this person sign of the request as it stands. */
function statementFor(requestId: string, lie: Readonly<Record<string, unknown>> = {}): Statement {
  const view = viewOf(requestId);
  const waiting = waitingOf(view);
  if (waiting === undefined) throw new Error('it waits for nobody');
  return statementSchema.parse({
    v: 1,
    purpose: 'decide',
    decision: 'approve',
    perimeter: ORIGIN,
    tenantId: TENANT_ID,
    ...termsOf(view, waiting),
    guardrailsDigest: GUARDRAILS,
    salt: `${String(count++).padStart(21, 'a')}A`,
    ...lie,
  });
}

function act(statement: Statement, signer: Person = ABEL): SignedAct {
  return {
    v: 1,
    kind: 'signed',
    statement,
    idToken: 'aaa.bbb.ccc',
    jwk: { kty: 'RSA', kid: 'k', n: 'n', e: 'AQAB' },
    issuer: 'https://login.example',
    keysUrl: 'https://login.example/keys',
    verifiedAt: new Date(now).toISOString(),
    stepUp: { authenticationContext: 'c1' },
    signer,
    names: { signer: '', requester: '', principal: '', target: '' },
  };
}
const codeOf = (outcome: Verdict) => (outcome.permitted ? 'recorded' : outcome.code);
const approve = async (requestId: string, signer = ABEL) => codeOf(await record(act(statementFor(requestId), signer)));

describe('what is signed of a grant', () => {
  it('counts once it is in the evidence, and names it', async () => {
    const id = await registered();
    const statement = statementFor(id);
    expect(codeOf(await record(act(statement)))).toBe('recorded');
    const [kept] = await evidence.list(id);
    const view = viewOf(id);
    expect([stateNameOf(view.state), contextOf(view).decisions]).toEqual([
      'checking',
      [
        {
          decisionId: nonceOf(statement),
          decision: 'approve',
          approver: ABEL,
          assurance: 'signed',
          decidedAt: '2026-03-01T12:00:00.000Z',
          stage: 0,
          evidenceDigest: kept?.digest,
          notAfter: '2026-03-01T13:00:00.000Z',
        },
      ],
    ]);
  });

  it('does not count when the evidence cannot be kept', async () => {
    const id = await registered();
    const failing: EvidenceStore = { ...evidence, put: () => Promise.reject(new Error('disk')) };
    const judge = { mayDecide: () => Promise.resolve(permit), maySign: () => Promise.resolve(permit) };
    const lossy = createRecordSignedAct({ runtime, judge, evidence: failing, guardrailsDigest: GUARDRAILS, clock });
    await expect(lossy(act(statementFor(id)))).rejects.toThrow('disk');
    expect([stateNameOf(viewOf(id).state), contextOf(viewOf(id)).decisions]).toEqual(['registered', []]);
    expect(await approve(id)).toBe('recorded');
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['of another registration of the same id', { requestDigest: `${'A'.repeat(42)}A` }, 'approval.other-request'],
    ['that holds for longer', { notAfter: '2026-03-02T12:00:00.000Z' }, 'approval.other-request'],
    ['for another round', { stage: 1 }, 'approval.other-stage'],
    ['under other guardrails', { guardrailsDigest: 'b'.repeat(64) }, 'approval.guardrails-changed'],
    ['to end a freeze', { purpose: 'unfreeze', decision: 'sign' }, 'approval.other-request'],
  ])('is refused when it is a statement %s, and its twin counts', async (_name, lie, code) => {
    const id = await registered(TWO_STAGES);
    expect(codeOf(await record(act(statementFor(id, lie))))).toBe(code);
    expect([await evidence.list(id), contextOf(viewOf(id)).decisions]).toEqual([[], []]);
    expect(await approve(id)).toBe('recorded');
  });

  it('is refused of a request that nobody knows', async () => {
    const id = await registered();
    const stray = { ...statementFor(id), requestId: 'nobodyknows1' };
    expect(codeOf(await record(act(stray)))).toBe('approval.closed');
    expect(await approve(id)).toBe('recorded');
  });

  it('is refused when the signer may not, with what the guardrails say', async () => {
    const id = await registered();
    const statement = statementFor(id);
    verdict = refuse('guardrail.approver', 'a', 'b');
    expect([codeOf(await record(act(statement))), await evidence.list(id)]).toEqual(['guardrail.approver', []]);
    verdict = permit;
    expect(codeOf(await record(act(statement)))).toBe('recorded');
  });

  it.each([
    ['just before its end', 60 * 60_000 - 1, 'recorded'],
    ['at its end', 60 * 60_000, 'approval.too-late'],
  ])('is judged by the domain clock: %s', async (_name, later, code) => {
    const id = await registered();
    const statement = statementFor(id);
    now = START + later;
    expect(codeOf(await record(act(statement)))).toBe(code);
  });
});

describe('a signature that comes again', () => {
  it('counts once, also when the two come at the same moment', async () => {
    const id = await registered(TWO_STAGES);
    const signed = act(statementFor(id));
    const outcomes = await Promise.all([record(signed), record(signed)]);
    expect(outcomes.map(codeOf).toSorted((a, b) => a.localeCompare(b))).toEqual(['approval.replayed', 'recorded']);
    expect(contextOf(viewOf(id)).decisions).toHaveLength(1);
  });

  it('is refused when the ledger forgot it and the evidence did not', async () => {
    const id = await registered();
    const signed = act(statementFor(id));
    await evidence.put(id, { ...signed, verifiedAt: '2026-03-01T11:59:00.000Z' });
    expect(codeOf(await record(signed))).toBe('approval.replayed');
    expect(await approve(id)).toBe('recorded');
  });

  it('is refused when the evidence forgot it and the ledger did not', async () => {
    const id = await registered(TWO_STAGES);
    const signed = act(statementFor(id));
    await record(signed);
    const judge = { mayDecide: () => Promise.resolve(permit), maySign: () => Promise.resolve(permit) };
    const empty: EvidenceStore = { ...evidence, list: () => Promise.resolve([]) };
    const forgetful = createRecordSignedAct({ runtime, judge, evidence: empty, guardrailsDigest: GUARDRAILS, clock });
    expect(codeOf(await forgetful(signed))).toBe('approval.replayed');
  });

  it('is no second approval of the same person, in whatever round', async () => {
    const id = await registered(TWO_STAGES);
    expect([await approve(id), await approve(id)]).toEqual(['recorded', 'approval.already-signed']);
    expect(await approve(id, ANNA)).toBe('recorded');
    expect(stateNameOf(viewOf(id).state)).toBe('checking');
  });

  it('by a person written in capitals is of the same person', async () => {
    const id = await registered(TWO_STAGES);
    await approve(id);
    expect(await approve(id, { ...ABEL, objectId: ABEL.objectId.toUpperCase() })).toBe('approval.already-signed');
  });
});

describe('a request that moved on', () => {
  it('takes no approval for the round before, and one for its own', async () => {
    const id = await registered(TWO_STAGES);
    const late = act(statementFor(id), ANNA);
    await approve(id);
    expect([codeOf(await record(late)), await approve(id, ANNA)]).toEqual(['approval.other-stage', 'recorded']);
  });

  it('takes a denial in any round', async () => {
    const id = await registered(TWO_STAGES);
    const denial = act(statementFor(id, { decision: 'deny' }), ANNA);
    await approve(id);
    expect(codeOf(await record(denial))).toBe('recorded');
    expect(contextOf(viewOf(id)).endedHow).toBe('denied');
  });

  it('takes nothing any more when it is over', async () => {
    const id = await registered();
    const late = act(statementFor(id), ANNA);
    await approve(id);
    expect(codeOf(await record(late))).toBe('approval.closed');
    expect(await evidence.list(id)).toHaveLength(1);
  });

  it('on a full disk takes a denial, and an approval later', async () => {
    const id = await registered();
    isFull = true;
    await expect(record(act(statementFor(id)))).rejects.toMatchObject({ code: 'store.full', retryable: true });
    expect(codeOf(await record(act(statementFor(id, { decision: 'deny' }))))).toBe('recorded');
  });
});

describe("the requester's own signature", () => {
  const sign = (id: string, lie = {}) => act(statementFor(id, { purpose: 'request', decision: 'sign', ...lie }), RITA);

  it('counts once, and only together with the approval is it enough', async () => {
    const id = await registered(PROTECTED);
    expect([codeOf(await record(sign(id))), codeOf(await record(sign(id)))]).toEqual(['recorded', 'approval.already-signed']);
    expect([stateNameOf(viewOf(id).state), contextOf(viewOf(id)).signature]).toMatchObject([
      'registered',
      { signedAt: '2026-03-01T12:00:00.000Z', notAfter: '2026-03-01T13:00:00.000Z' },
    ]);
    await approve(id);
    expect(stateNameOf(viewOf(id).state)).toBe('checking');
  });

  it('is no approval, and an approval is none of it', async () => {
    const id = await registered(PROTECTED);
    await approve(id);
    expect([stateNameOf(viewOf(id).state), contextOf(viewOf(id)).signature]).toEqual(['registered', undefined]);
    await record(sign(id));
    expect(contextOf(viewOf(id)).decisions).toHaveLength(1);
    expect(stateNameOf(viewOf(id).state)).toBe('checking');
  });

  it('is refused of whoever the guardrails do not take it from', async () => {
    const id = await registered(PROTECTED);
    const signed = act(statementFor(id, { purpose: 'request', decision: 'sign' }), GINA);
    verdict = refuse('guardrail.requester', 'a', 'b');
    expect(codeOf(await record(signed))).toBe('guardrail.requester');
    verdict = permit;
    expect(codeOf(await record(sign(id)))).toBe('recorded');
  });
});
