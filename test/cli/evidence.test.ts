import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anchorSystemOf } from '../../src/access/core/anchor-text.ts';
import { digestOf } from '../../src/access/core/canonical.ts';
import { requestDigestOf } from '../../src/access/core/statement.ts';
import type { Actor, Runtime } from '../../src/durable/port.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { evidenceDigestOf } from '../../src/perimeter/evidence/evidence-digest.ts';
import { readEvidenceFile } from '../../src/perimeter/evidence/evidence-file.ts';
import type { SignedAct } from '../../src/perimeter/evidence/evidence-record.ts';
import { createFolderEvidence } from '../../src/perimeter/evidence/folder-evidence.ts';
import { GRANT_FLOW, grantFlow } from '../../src/perimeter/grant-flow.ts';
import { bot, workbench, type Workbench } from '../durable/support/durable-world.ts';
import { assignment, decisionOf, oneSignature, openingOf } from '../perimeter/evidence/support/ledger.ts';
import { adam, CLIENT, newSigner, request, rita, signedAct, statementOf, TENANT } from '../perimeter/evidence/support/signing.ts';

const entra = newSigner('entra-1');
const COMMAND: Actor = { kind: 'system', name: 'command' };
const ID = request.requestId;
const CHAT_ID = 'r0000000002';
let bench: Workbench;
let runtime: Runtime;
let folder: string;
let act: SignedAct;
let anchorText: string;
const at = (name: string) => join(folder, name);

/** One request that was signed for, one that was clicked for in chat, and one that nobody decided. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-cli-evidence-'));
  bench = workbench();
  runtime = await bench.open({ flows: [grantFlow] });
  const begin = async (requestId: string, needs = oneSignature) => {
    const justification = await runtime.putText(requestId, 'The mail flow is down\u202e');
    const asked = { ...request, requestId, justification };
    await runtime.begin(GRANT_FLOW, requestId, { opening: openingOf(asked, needs) }, bot);
    return asked;
  };
  const asked = await begin(ID);
  act = await signedAct(entra, statementOf(asked), adam, {
    record: { names: { signer: 'Adam\u001b[2J', requester: 'R', principal: 'R', target: 'T' } },
  });
  await createFolderEvidence(nodeFiles, bench.folder).put(ID, act);
  await runtime.send(
    ID,
    { type: 'decided', decision: decisionOf(act, { decidedAt: '2026-03-01T08:00:00.000Z' }) },
    { kind: 'person', person: adam },
  );
  await begin('r0000000003');
  const chat = { ...oneSignature, assurance: 'chat' } as const;
  await begin(CHAT_ID, chat);
  const clicked = {
    decisionId: 'd1',
    decision: 'approve',
    approver: adam,
    assurance: 'chat',
    decidedAt: '2026-03-01T08:00:00.000Z',
    stage: 0,
  };
  await runtime.send(CHAT_ID, { type: 'decided', decision: clicked }, { kind: 'person', person: adam });
  await runtime.send(ID, { type: 'directory.absent', readAt: '2026-03-01T08:00:00.000Z', writer: 'pim' }, COMMAND);
  await runtime.send(ID, { type: 'directory.gave', assignment, nativeEnd: true }, COMMAND);
  anchorText = anchorSystemOf(evidenceDigestOf({ requestDigest: requestDigestOf(asked), decisions: [digestOf(act)] }));
  writeFileSync(at('perimeter.yaml'), configText(bench.folder));
  const strange = { kty: 'EC', kid: 'x', crv: 'P-256', x: 'A', y: 'A' };
  writeFileSync(
    at('keys.json'),
    JSON.stringify({ keys: [strange, { ...entra.key, use: 'sig', x5c: ['A'], issuer: 'https://x' }] }),
  );
  const record = { id: 'pim-1', principalId: rita.objectId, ticketInfo: { ticketNumber: ID, ticketSystem: anchorText } };
  writeFileSync(at('anchor.json'), JSON.stringify({ value: [record] }));
});
afterAll(async () => {
  await bench.clear();
  rmSync(folder, { recursive: true, force: true });
});

const configText = (store: string) => `
tenant: { tenantId: ${TENANT}, clientId: 88888888-2222-4333-8444-555555555555, credential: { managedIdentity: {} } }
listen: { port: 0 }
store: { folder: ${store} }
caller: { clientId: 77777777-2222-4333-8444-555555555555, audience: api://perimeter }
alarm: { url: https://alarm.contoso.com }
approve:
  listen: { port: 0 }
  publicUrl: https://approve.contoso.com
  clientId: ${CLIENT}
  managedIdentity: { clientId: 66666666-2222-4333-8444-555555555555 }
  stepUp: { authenticationContext: c1 }
entitlements:
  - id: global-reader
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayReceive: { people: [{ tenantId: ${TENANT}, objectId: ${rita.objectId} }] }
    longestMinutes: 60
    approvers: { people: [{ tenantId: ${TENANT}, objectId: ${adam.objectId} }] }
`;

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}
const run = (...args: readonly string[]): Promise<Ran> =>
  promisify(execFile)(process.execPath, ['--no-warnings', 'src/main.ts', 'evidence', ...args]).then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    (error: Ran) => ({ stdout: error.stdout, stderr: error.stderr, code: error.code }),
  );
const config = () => ['--config', at('perimeter.yaml')] as const;
const exportTo = async (name: string, requestId = ID): Promise<string> => {
  rmSync(at(name), { force: true });
  const ran = await run('export', requestId, ...config(), '--out', at(name));
  expect(ran).toMatchObject({ code: 0, stdout: '' });
  return ran.stderr;
};

describe('hallpass evidence export', () => {
  it('writes one file for its owner, while the process holds the store, and tells what it says', async () => {
    const told = await exportTo('a.json');
    expect(told).toContain('Given at 2026-03-01T08:00:00.000Z');
    expect(statSync(at('a.json')).mode & 0o777).toBe(0o600);
    const file = readEvidenceFile(readFileSync(at('a.json')));
    expect(file).toMatchObject({
      requestId: ID,
      perimeter: { tenantId: TENANT, approve: { origin: 'https://approve.contoso.com', clientId: CLIENT } },
      texts: { justification: { text: 'The mail flow is down\u202e' } },
      journal: { head: runtime.head() },
    });
    expect(file.journal.lines.map((line) => JSON.parse(line).seq)).toEqual([1, 2, 6, 7]);
    expect(file.records.map(({ kind }) => kind).toSorted()).toEqual(['given', 'signed']);
  });

  it('prints the same bytes, and nothing else, without --out', async () => {
    const { stdout, code } = await run('export', ID, ...config());
    expect(code).toBe(0);
    expect(readEvidenceFile(Buffer.from(stdout)).requestId).toBe(ID);
  });

  it('says in plain words what a click in chat is worth', async () => {
    const told = await exportTo('chat.json', CHAT_ID);
    expect(told).toContain("Every decision here was a click in chat: nothing but the bot's word stands behind it.");
    expect(told).toContain('The requester did not sign');
  });

  it('never writes over what is there', async () => {
    writeFileSync(at('there.json'), 'mine');
    expect(await run('export', ID, ...config(), '--out', at('there.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('(usage.out)'),
    });
    expect(readFileSync(at('there.json'), 'utf8')).toBe('mine');
  });

  it.each([
    ['nobody made', 'r0000000009', 'usage.case-unknown'],
    ['is no id', '../x', 'usage.request-id'],
  ])('says so of a request that %s', async (_, requestId, code) => {
    expect(await run('export', requestId, ...config())).toMatchObject({ code: 2, stderr: expect.stringContaining(`(${code})`) });
  });
});

describe('hallpass evidence verify', () => {
  beforeAll(() => exportTo('real.json'));
  const verify = (...args: readonly string[]) => run('verify', at('real.json'), ...args);

  it.each<[string, number, () => readonly string[]]>([
    ['CONSISTENT', 12, () => []],
    ['CONSISTENT', 12, () => ['--keys', at('keys.json')]],
    ['PINNED', 10, () => ['--keys', at('keys.json'), ...config()]],
    ['PINNED', 10, () => ['--keys', at('keys.json'), '--tenant-id', TENANT, '--approval-client', CLIENT.toUpperCase()]],
    ['ANCHORED', 11, () => ['--anchor', at('anchor.json')]],
    ['ANCHORED AND PINNED', 0, () => ['--anchor', at('anchor.json'), '--keys', at('keys.json'), ...config()]],
    ['NOT VERIFIED', 13, () => ['--tenant-id', CLIENT, '--approval-client', CLIENT]],
  ])('answers %s with exit code %i', async (verdict, code, args) => {
    const ran = await verify(...args());
    expect(ran).toMatchObject({ code, stderr: '' });
    expect(ran.stdout.split('\n')[0]).toBe(`${verdict}: request ${ID}`);
  });

  it('says what is proved and what is not', async () => {
    const { stdout } = await verify();
    expect(stdout).toContain('Proved:\n  - Consistent: nothing in the file contradicts itself. That proves nothing by itself');
    expect(stdout).toContain("Not proved:\n  - Who signed: bring Entra's keys");
  });

  it('never lets a file move the cursor', async () => {
    const { stdout } = await verify();
    expect(stdout).toContain('Adam?[2J');
    expect(stdout).not.toContain('\u001b');
  });

  it('tells programs the same', async () => {
    expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({
      verdict: 'consistent',
      requestId: ID,
      contradictions: [],
    });
  });

  it('finds a changed file, and says so in its first words', async () => {
    writeFileSync(
      at('changed.json'),
      readFileSync(at('real.json'), 'utf8').replace('"durationMinutes":60', '"durationMinutes":61'),
    );
    const ran = await run('verify', at('changed.json'), '--anchor', at('anchor.json'), '--keys', at('keys.json'), ...config());
    expect(ran).toMatchObject({
      code: 13,
      stdout: expect.stringMatching(/^NOT VERIFIED: request r0000000001\nWhat cannot be true:\n/),
    });
  });

  it('does not take the file itself for an anchor', async () => {
    expect((await verify('--anchor', at('real.json'))).code).toBe(12);
  });

  it.each<[string, () => readonly string[], string]>([
    ['a file that is not there', () => ['--keys', at('nowhere.json')], 'usage.file'],
    ['keys that are none', () => ['--keys', at('anchor.json')], 'usage.keys'],
    ['records that are no JSON', () => ['--anchor', at('perimeter.yaml')], 'usage.file'],
    ['half a name', () => ['--tenant-id', TENANT], 'usage.whose'],
    ['both kinds of records', () => ['--tenant', '--anchor', at('anchor.json')], 'usage.anchor'],
    ['a tenant without saying which', () => ['--tenant'], 'usage.anchor'],
  ])('asks for better arguments than %s', async (_, args, code) => {
    expect(await verify(...args())).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`(${code})`) });
  });
});
