import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { transportClock } from '../src/access/core/clock.ts';
import { nonceOf, type Statement } from '../src/access/core/statement.ts';
import { nodeFiles } from '../src/durable/stores/lowdb/node-files.ts';
import { openRuntime } from '../src/durable/runtime.ts';
import { createIdTokenVerifier } from '../src/identity/id-token.ts';
import type { SigningKeys } from '../src/identity/id-token-signature.ts';
import { createLog } from '../src/observe/log.ts';
import { createFolderEvidence } from '../src/perimeter/evidence/folder-evidence.ts';
import { GRANT_FLOW } from '../src/perimeter/grant-flow.ts';
import { createJudge } from '../src/perimeter/guardrails/judge.ts';
import { perimeterFlows } from '../src/perimeter/perimeter-flows.ts';
import { createRecordSignedAct, findGrant, termsOf, waitingOf } from '../src/perimeter/signed-acts.ts';
import { everybodyKnown } from '../test/perimeter/support/people.ts';
import { ABEL, APPROVERS, perimeterConfig, RITA, TENANT_ID } from '../test/perimeter/support/perimeter-config.ts';
import { percentile } from './figures.ts';
import { ROLE } from './seed/bench-people.ts';

export interface SignedFigures {
  readonly signed: number;
  /** Milliseconds, one after another: p50 of token verified, judged, evidence and decision durable. */
  readonly acceptMs: number;
  /** One RS256 verification and one fdatasync of a line, by themselves. */
  readonly bareMs: number;
}

const ISSUER = `https://login.example/${TENANT_ID}/v2.0`;
const CLIENT = 'a9920000-0000-4000-8000-000000000004';
const ORIGIN = 'https://approve.example';
const DIGEST = '00'.repeat(32);
const BOT = { kind: 'system', name: 'bot' } as const;

/** What one signed approval costs the perimeter, without the network: the token, the judgement, the evidence, the ledger. */
export async function measureSigned(signed: number): Promise<SignedFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-signed-'));
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const local = createLocalJWKSet({ keys: [jwk] });
  const keys: SigningKeys = Object.assign((...of: Parameters<typeof local>) => local(...of), { jwks: () => ({ keys: [jwk] }) });
  const runtime = await openRuntime({
    flows: perimeterFlows,
    folder,
    clock: transportClock,
    log: createLog('perimeter', 'silent'),
  });
  const config = perimeterConfig({ more: { assurance: 'signed', approvers: { people: [ABEL], groups: [APPROVERS] } } });
  const record = createRecordSignedAct({
    runtime,
    judge: createJudge({ config, people: everybodyKnown(), clock: transportClock }),
    evidence: createFolderEvidence(nodeFiles, folder),
    guardrailsDigest: DIGEST,
    clock: transportClock,
  });
  const verify = createIdTokenVerifier(
    { issuer: ISSUER, clientId: CLIENT, tenantId: TENANT_ID, isNamedGuest: () => false },
    keys,
    transportClock,
  );
  try {
    const ours: number[] = [];
    const bare: number[] = [];
    const plain = await open(join(folder, 'plain.jsonl'), 'a');
    for (let at = 0; at < signed; at += 1) {
      const { statement, idToken } = await prepared(at);
      const begun = performance.now();
      const { person, key } = await verify(idToken, { nonce: nonceOf(statement), begunAt: Date.now(), person: ABEL });
      const verdict = await record({
        v: 1,
        kind: 'signed',
        idToken,
        statement,
        jwk: key,
        issuer: ISSUER,
        keysUrl: `${ISSUER}/keys`,
        verifiedAt: new Date().toISOString(),
        signer: person,
        stepUp: { authenticationContext: 'c1' },
        names: { signer: 'Abel', requester: 'Rita', principal: 'Rita', target: 'Global Reader' },
      });
      ours.push(performance.now() - begun);
      if (!verdict.permitted) throw new Error(verdict.code);
      const from = performance.now();
      await jwtVerify(idToken, local, { algorithms: ['RS256'], issuer: ISSUER, audience: CLIENT });
      await plain.appendFile(`${idToken}\n`);
      await plain.datasync();
      bare.push(performance.now() - from);
    }
    await plain.close();
    return { signed, acceptMs: percentile(ours, 0.5), bareMs: percentile(bare, 0.5) };
  } finally {
    await runtime.close();
    rmSync(folder, { recursive: true, force: true });
  }

  async function prepared(at: number): Promise<{ readonly statement: Statement; readonly idToken: string }> {
    const requestId = `signed${String(at).padStart(8, '0')}`;
    const registration = {
      requestId,
      requester: RITA,
      principal: RITA,
      entitlementId: 'global-reader',
      durationMinutes: 30,
      justification: await runtime.putText(requestId, 'INC-4211'),
      approvalWindowMinutes: 60,
      breakGlass: false,
    };
    // Two stages, so that what is measured ends with the decision, and nothing is asked of a directory.
    const needs = { stages: [1, 1], requesterSigns: false, assurance: 'signed' } as const;
    await runtime.begin(GRANT_FLOW, requestId, { opening: { kind: 'open', registration, target: ROLE, needs } }, BOT);
    const view = await findGrant(runtime, requestId);
    const grant = view && waitingOf(view);
    if (view === undefined || grant === undefined) throw new Error(`${requestId} does not wait`);
    const statement: Statement = {
      v: 1,
      purpose: 'decide',
      perimeter: ORIGIN,
      tenantId: TENANT_ID,
      ...termsOf(view, grant),
      decision: 'approve',
      guardrailsDigest: DIGEST,
      salt: randomBytes(16).toString('base64url'),
    };
    const idToken = await new SignJWT({
      tid: TENANT_ID,
      oid: ABEL.objectId,
      ver: '2.0',
      acct: 0,
      nonce: nonceOf(statement),
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(CLIENT)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('1h')
      .setSubject('pairwise')
      .sign(privateKey);
    return { statement, idToken };
  }
}
