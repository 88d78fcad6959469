import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { anchorDescriptionOf, anchorSystemOf } from '../../../src/access/core/anchor-text.ts';
import { digestOf } from '../../../src/access/core/canonical.ts';
import type { RegisteredRequest } from '../../../src/access/core/statement.ts';
import { type EvidenceFile, evidenceFileSchema, readEvidenceFile } from '../../../src/perimeter/evidence/evidence-file.ts';
import {
  caseOf,
  type EvidenceRecord,
  evidenceRecordSchema,
  type SignedAct,
} from '../../../src/perimeter/evidence/evidence-record.ts';
import { outsideRecords, outsideSays } from '../../../src/perimeter/evidence/outside-record.ts';
import { asked, decisionOf, exported, givenAndEnded, newLedger, oneSignature, openingOf } from './support/ledger.ts';
import { adam, newSigner, rita, SIGNED_AT, signedAct, statementOf, TENANT } from './support/signing.ts';

const DIGEST = digestOf('x');
const long = (length: number) => 'x'.repeat(length);

describe('a record of evidence', () => {
  let act: SignedAct;
  beforeAll(async () => {
    act = await signedAct(newSigner('entra-1'), statementOf(asked), adam);
  });
  const is = (value: unknown) => evidenceRecordSchema.safeParse(value).success;

  it.each<[string, (one: SignedAct) => object, boolean]>([
    ['of a signed act', () => ({}), true],
    ['of another version', () => ({ v: 2 }), false],
    ['of another kind', () => ({ kind: 'else' }), false],
    ['with a note', () => ({ note: '' }), false],
    ['with a token of two parts', () => ({ idToken: 'a.b' }), false],
    ['with a token of four parts', () => ({ idToken: 'a.b.c.d' }), false],
    ['with a token with something in front', () => ({ idToken: ' a.b.c' }), false],
    ['with a token with something behind', () => ({ idToken: 'a.b.c=' }), false],
    ['with a token of long parts', () => ({ idToken: 'aA0-_.bb.cc' }), true],
    ['with the longest token', () => ({ idToken: `${long(19_996)}.b.c` }), true],
    ['with a token too long', () => ({ idToken: `${long(19_997)}.b.c` }), false],
    ['with a key of another kind', ({ jwk }) => ({ jwk: { ...jwk, kty: 'EC' } }), false],
    ['with a private key', ({ jwk }) => ({ jwk: { ...jwk, d: 'x' } }), false],
    ['with a key without a name', ({ jwk }) => ({ jwk: { ...jwk, kid: '' } }), false],
    ['with a key of the longest name', ({ jwk }) => ({ jwk: { ...jwk, kid: long(200) } }), true],
    ['with a key of too long a name', ({ jwk }) => ({ jwk: { ...jwk, kid: long(201) } }), false],
    ['with a key that is none', ({ jwk }) => ({ jwk: { ...jwk, n: '' } }), false],
    ['with a key in other letters', ({ jwk }) => ({ jwk: { ...jwk, e: 'AQ+B' } }), false],
    ['with a key with something in front', ({ jwk }) => ({ jwk: { ...jwk, e: '+AQAB' } }), false],
    ['without an issuer', () => ({ issuer: '' }), false],
    ['with the longest issuer', () => ({ issuer: long(300) }), true],
    ['with an issuer too long', () => ({ issuer: long(301) }), false],
    ['without the place of the keys', () => ({ keysUrl: '' }), false],
    ['with the longest place of the keys', () => ({ keysUrl: long(300) }), true],
    ['with a place of the keys too long', () => ({ keysUrl: long(301) }), false],
    ['of no instant', () => ({ verifiedAt: 'now' }), false],
    ['with a step-up by password', () => ({ stepUp: { promptLogin: true, clickedAt: SIGNED_AT } }), true],
    ['with a step-up by no password', () => ({ stepUp: { promptLogin: false, clickedAt: SIGNED_AT } }), false],
    ['with a step-up without a click', () => ({ stepUp: { promptLogin: true } }), false],
    ['with a step-up of no context', () => ({ stepUp: { authenticationContext: '' } }), false],
    ['with a step-up of the longest context', () => ({ stepUp: { authenticationContext: long(20) } }), true],
    ['with a step-up of too long a context', () => ({ stepUp: { authenticationContext: long(21) } }), false],
    ['with both step-ups', () => ({ stepUp: { authenticationContext: 'c1', promptLogin: true, clickedAt: SIGNED_AT } }), false],
    ['with a long name', ({ names }) => ({ names: { ...names, signer: long(300) } }), true],
    ['with a name too long', ({ names }) => ({ names: { ...names, signer: long(301) } }), false],
    ['with a long name of the requester', ({ names }) => ({ names: { ...names, requester: long(301) } }), false],
    ['with a long name of the principal', ({ names }) => ({ names: { ...names, principal: long(301) } }), false],
    ['with a long name of the target', ({ names }) => ({ names: { ...names, target: long(1_000) } }), true],
    ['with a name of the target too long', ({ names }) => ({ names: { ...names, target: long(1_001) } }), false],
    ['with a name more', ({ names }) => ({ names: { ...names, boss: '' } }), false],
  ])('%s', (_name, change, isOne) => {
    expect(is({ ...act, ...change(act) })).toBe(isOne);
  });

  const chat = {
    ...{ v: 1, kind: 'chat', assurance: 'chat', requestId: asked.requestId, requestDigest: DIGEST, decisionId: 'd' },
    ...{ decision: 'approve', stage: 0, approver: adam, decidedAt: SIGNED_AT },
  };
  const given = {
    ...{ v: 1, kind: 'given', requestId: asked.requestId, evidenceDigest: DIGEST, anchor: { place: 'none' } },
    ...{ assignment: { kind: 'pim', id: 'a', more: 1 }, nativeEnd: true, givenAt: SIGNED_AT, endsAt: SIGNED_AT },
  };
  const taken = { v: 1, kind: 'taken', requestId: asked.requestId, confirmedAt: SIGNED_AT };
  it.each<[string, object, boolean]>([
    ['of a click', chat, true],
    ['of a click to deny', { ...chat, decision: 'deny' }, true],
    ['of a click that signs', { ...chat, decision: 'sign' }, false],
    ['of a click that calls itself signed', { ...chat, assurance: 'signed' }, false],
    ['of a click without a name', { ...chat, decisionId: '' }, false],
    ['of a click of the longest name', { ...chat, decisionId: long(120) }, true],
    ['of a click of too long a name', { ...chat, decisionId: long(121) }, false],
    ['of a click before the first stage', { ...chat, stage: -1 }, false],
    ['of a click with a note', { ...chat, note: '' }, false],
    ['of a click of another version', { ...chat, v: 2 }, false],
    ['of a giving', given, true],
    ['of a plain giving', { ...given, assignment: { kind: 'plain', id: 'a' } }, true],
    ['of another giving', { ...given, assignment: { kind: 'else', id: 'a' } }, false],
    ['of a giving without an id', { ...given, assignment: { kind: 'pim', id: '' } }, false],
    ['of a giving with a ticket', { ...given, anchor: { place: 'pim', ticketNumber: 'x', ticketSystem: 'y' } }, true],
    ['of a giving with half a ticket', { ...given, anchor: { place: 'pim', ticketNumber: 'x' } }, false],
    ['of a giving with a description', { ...given, anchor: { place: 'arm', description: 'x' } }, true],
    ['of a giving with another anchor', { ...given, anchor: { place: 'arm' } }, false],
    ['of a giving anchored where nothing is', { ...given, anchor: { place: 'none', description: 'x' } }, false],
    ['of a giving with a note', { ...given, note: '' }, false],
    ['of a giving of another version', { ...given, v: 2 }, false],
    ['of a taking', taken, true],
    ['of a taking at no instant', { ...taken, confirmedAt: '' }, false],
    ['of a taking with a note', { ...taken, note: '' }, false],
    ['of a taking of another version', { ...taken, v: 2 }, false],
  ])('%s', (_name, record, isOne) => {
    expect(is(record)).toBe(isOne);
  });

  it('belongs to the request that it names', () => {
    expect(caseOf(act)).toBe(asked.requestId);
    expect(caseOf({ ...taken, requestId: 'r0000000009' } as EvidenceRecord)).toBe('r0000000009');
    expect(caseOf({ ...act, statement: { ...act.statement, requestId: 'r0000000008' } })).toBe('r0000000008');
  });
});

describe('a file of evidence', () => {
  let file: EvidenceFile;
  beforeAll(async () => {
    const act = await signedAct(newSigner('entra-1'), statementOf(asked), adam);
    const ledger = newLedger();
    ledger.begin(openingOf(asked, oneSignature), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    givenAndEnded(ledger);
    file = readEvidenceFile(exported(ledger, [act]));
  });
  it.each<[string, (one: EvidenceFile) => object, boolean]>([
    ['as it was exported', () => ({}), true],
    ['of another version', () => ({ v: 2 }), false],
    ['of another kind', () => ({ kind: 'evidence' }), false],
    ['with a note', () => ({ note: '' }), false],
    ['of no instant', () => ({ exportedAt: '' }), false],
    ['of no tenant', ({ perimeter }) => ({ perimeter: { ...perimeter, tenantId: 'x' } }), false],
    ['of no application', ({ perimeter }) => ({ perimeter: { ...perimeter, clientId: 'x' } }), false],
    ['of no issuer', ({ perimeter }) => ({ perimeter: { ...perimeter, issuer: '' } }), false],
    ['of the longest issuer', ({ perimeter }) => ({ perimeter: { ...perimeter, issuer: long(300) } }), true],
    ['of an issuer too long', ({ perimeter }) => ({ perimeter: { ...perimeter, issuer: long(301) } }), false],
    ['of no keys', ({ perimeter }) => ({ perimeter: { ...perimeter, keysUrl: '' } }), false],
    ['of the longest place of keys', ({ perimeter }) => ({ perimeter: { ...perimeter, keysUrl: long(300) } }), true],
    ['of a place of keys too long', ({ perimeter }) => ({ perimeter: { ...perimeter, keysUrl: long(301) } }), false],
    ['of a perimeter with a note', ({ perimeter }) => ({ perimeter: { ...perimeter, note: '' } }), false],
    ['of a perimeter where nobody signs', ({ perimeter }) => ({ perimeter: { ...perimeter, approve: undefined } }), true],
    [
      'of a page without an origin',
      ({ perimeter }) => ({ perimeter: { ...perimeter, approve: { origin: '', clientId: TENANT } } }),
      false,
    ],
    [
      'of a page of the longest origin',
      ({ perimeter }) => ({ perimeter: { ...perimeter, approve: { origin: long(300), clientId: TENANT } } }),
      true,
    ],
    [
      'of a page of too long an origin',
      ({ perimeter }) => ({ perimeter: { ...perimeter, approve: { origin: long(301), clientId: TENANT } } }),
      false,
    ],
    [
      'of a page with a note',
      ({ perimeter }) => ({ perimeter: { ...perimeter, approve: { origin: 'x', clientId: TENANT, note: '' } } }),
      false,
    ],
    ['of no request', () => ({ request: null }), true],
    ['without a request', () => ({ request: undefined }), false],
    ['without a text', () => ({ texts: {} }), true],
    ['with a text without a salt', () => ({ texts: { justification: { text: 'x' } } }), false],
    ['with a text with an empty salt', () => ({ texts: { justification: { salt: '', text: 'x' } } }), true],
    ['with a text with a salt that is none', () => ({ texts: { justification: { salt: 'xy', text: 'x' } } }), false],
    ['with a text with a salt with something in front', () => ({ texts: { justification: { salt: 'xab', text: 'x' } } }), false],
    ['with a text with a salt with something behind', () => ({ texts: { justification: { salt: 'abx', text: 'x' } } }), false],
    ['with a text and a note', () => ({ texts: { justification: { salt: '', text: 'x', note: '' } } }), false],
    ['with another text', () => ({ texts: { note: '' } }), false],
    ['with fewer than no records left out', () => ({ leftOut: -1 }), false],
    ['with half a record left out', () => ({ leftOut: 0.5 }), false],
    ['without a line', ({ journal }) => ({ journal: { ...journal, lines: [] } }), false],
    [
      'with a head before the first line',
      ({ journal }) => ({ journal: { ...journal, head: { ...journal.head, seq: 0 } } }),
      false,
    ],
    ['with a head at the first line', ({ journal }) => ({ journal: { ...journal, head: { ...journal.head, seq: 1 } } }), true],
    ['with a head that is none', ({ journal }) => ({ journal: { ...journal, head: { seq: 1, head: 'x' } } }), false],
    ['with a head with a note', ({ journal }) => ({ journal: { ...journal, head: { ...journal.head, note: '' } } }), false],
    ['with a journal with a note', ({ journal }) => ({ journal: { ...journal, note: '' } }), false],
    ['without its own digest', () => ({ digest: undefined }), false],
  ])('%s', (_name, change, isOne) => {
    expect(evidenceFileSchema.safeParse(JSON.parse(JSON.stringify({ ...file, ...change(file) }))).success).toBe(isOne);
  });
});

describe("a record of Microsoft's", () => {
  const ticketInfo = { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(DIGEST) };
  const description = anchorDescriptionOf(asked.requestId, DIGEST);
  const role = asked.target.kind === 'directoryRole' ? asked.target.roleDefinitionId : '';
  const whole = { principalId: rita.objectId, roleDefinitionId: role, directoryScopeId: '/', ticketInfo };
  const group: RegisteredRequest = { ...asked, target: { kind: 'group', groupId: TENANT } };
  const azure: RegisteredRequest = {
    ...asked,
    target: { kind: 'azureRole', scope: '/subscriptions/x', roleDefinitionId: `/providers/roles/${role}` },
  };
  const says = (record: unknown, request = asked) => outsideRecords(record).map((one) => outsideSays(one, request, DIGEST).says);
  const details = (number: string, system?: string) => ({
    targetResources: [{ id: 'other' }, { id: rita.objectId }],
    additionalDetails: [
      { key: number, value: asked.requestId },
      ...(system === undefined ? [] : [{ key: system, value: anchorSystemOf(DIGEST) }]),
    ],
  });

  it.each<[string, unknown, RegisteredRequest, readonly string[]]>([
    ['says the same', whole, asked, ['same']],
    ['says the same in capitals', { ...whole, roleDefinitionId: role.toUpperCase() }, asked, ['same']],
    ['says the same with the role as a path', { ...whole, roleDefinitionId: `/x/${role}` }, asked, ['same']],
    ['says the same without a role', { ...whole, roleDefinitionId: null }, asked, ['same']],
    ['says the same without a scope', { ...whole, directoryScopeId: undefined }, asked, ['same']],
    ['names another person', { ...whole, principalId: adam.objectId }, asked, ['another-access']],
    ['names another role', { ...whole, roleDefinitionId: TENANT }, asked, ['another-access']],
    ['names another scope', { ...whole, directoryScopeId: '/x' }, asked, ['another-access']],
    ['names the group', { ...whole, groupId: TENANT.toUpperCase() }, group, ['same']],
    ['names another group', { ...whole, groupId: role }, group, ['another-access']],
    ['names no group', { principalId: rita.objectId, ticketInfo }, group, ['same']],
    ['names the Azure scope', { ...whole, scope: '/SUBSCRIPTIONS/x' }, azure, ['same']],
    ['names another Azure scope', { ...whole, scope: '/subscriptions/y' }, azure, ['another-access']],
    ['names another Azure role', { ...whole, scope: '/subscriptions/x', roleDefinitionId: TENANT }, azure, ['another-access']],
    ['says it in a description', { principalId: rita.objectId, description }, asked, ['same']],
    ['says it in details', details('TicketNumber', 'TicketSystem'), asked, ['same']],
    ['says it in details with spaces', details('Ticket Number', 'ticket system'), asked, ['same']],
    ['says nothing of ours in details', details('TicketNumber'), asked, ['not-ours']],
    [
      'says it in details, behind one without a name',
      {
        ...whole,
        ticketInfo: null,
        additionalDetails: [{ value: 'x' }, ...details('TicketNumber', 'TicketSystem').additionalDetails],
      },
      asked,
      ['same'],
    ],
    ['says nothing of ours', { principalId: rita.objectId, description: 'by hand' }, asked, ['not-ours']],
    ['says nothing at all', {}, asked, ['not-ours']],
    ['lies flat, as ARM has it', { id: '/x', properties: whole }, asked, ['same']],
    ['is one of a list', [whole, {}], asked, ['same', 'not-ours']],
    ['is one of pages', [{ value: [whole] }, { value: [{}, whole] }], asked, ['same', 'not-ours', 'same']],
  ])('%s', (_name, record, request, expected) => {
    expect(says(record, request)).toEqual(expected);
  });

  it.each<[string, object, string]>([
    ['a PIM request', { id: 'p', ticketInfo, createdDateTime: 'A', createdOn: 'B', activityDateTime: 'C' }, 'PIM request p of A'],
    ['a PIM request of Azure', { id: 'p', ticketInfo, createdOn: 'B', activityDateTime: 'C' }, 'PIM request p of B'],
    ['an audit record', { id: 'a', additionalDetails: [], activityDateTime: 'C' }, 'audit record a of C'],
    ['a role assignment', { id: 'r', ticketInfo: null }, 'role assignment r'],
    ['what has no id', {}, 'role assignment without an id'],
  ])('is called by what it is: %s', (_name, record, what) => {
    expect(outsideRecords(record).map((one) => outsideSays(one, asked, DIGEST).what)).toEqual([what]);
  });

  it.each<[string, unknown]>([
    ['a number', 7],
    ['nothing', null],
    ['a number for an id', { id: 7 }],
    ['a ticket that is none', { ticketInfo: 'x' }],
    ['a number for a ticket', { ticketInfo: { ticketNumber: 7 } }],
    ['details that are no list', { additionalDetails: 'x' }],
    ['a detail that is none', { additionalDetails: [7] }],
    ['a detail with a number for its name', { additionalDetails: [{ key: 7 }] }],
    ['a detail that says a number', { additionalDetails: [{ key: 'x', value: 7 }] }],
    ['a target that is none', { targetResources: [7] }],
    ['a target with a number for an id', { targetResources: [{ id: 7 }] }],
  ])('is none: %s', (_name, record) => {
    expect(() => outsideRecords(record)).toThrow(z.ZodError);
  });
});
