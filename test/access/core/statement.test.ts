import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  nonceOf,
  type RegisteredRequest,
  registeredRequestSchema,
  requestDigestOf,
  type Statement,
  statementSchema,
} from '../../../src/access/core/statement.ts';

const tenantId = '11111111-2222-4333-8444-555555555555';
const request: RegisteredRequest = {
  v: 1,
  requestId: 'r0000000001',
  requester: { tenantId, objectId: 'aaaaaaaa-0000-4000-8000-000000000001' },
  principal: { tenantId, objectId: 'aaaaaaaa-0000-4000-8000-000000000001' },
  entitlementId: 'global-reader',
  target: { kind: 'directoryRole', roleDefinitionId: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', directoryScopeId: '/' },
  durationMinutes: 60,
  justification: { textDigest: 'ab'.repeat(32) },
  approvalWindowMinutes: 240,
  registeredAt: '2026-03-01T08:00:00.000Z',
  breakGlass: false,
};
const statement: Statement = {
  v: 1,
  purpose: 'decide',
  perimeter: 'https://approve.contoso.com',
  tenantId,
  requestId: request.requestId,
  requestDigest: requestDigestOf(request),
  decision: 'approve',
  stage: 0,
  guardrailsDigest: 'cd'.repeat(32),
  notAfter: '2026-03-01T09:00:00.000Z',
  salt: 'AAAAAAAAAAAAAAAAAAAAAA',
};

describe('a statement', () => {
  it('has as nonce the digest of its canonical form, which anybody can compute', () => {
    const byHand = `{"decision":"approve","guardrailsDigest":"${'cd'.repeat(32)}","notAfter":"2026-03-01T09:00:00.000Z","perimeter":"https://approve.contoso.com","purpose":"decide","requestDigest":"${requestDigestOf(request)}","requestId":"r0000000001","salt":"AAAAAAAAAAAAAAAAAAAAAA","stage":0,"tenantId":"${tenantId}","v":1}`;
    expect(nonceOf(statement)).toBe(createHash('sha256').update(byHand).digest('base64url'));
  });

  it('has another nonce whatever is changed about it', () => {
    const others: readonly Statement[] = [
      { ...statement, decision: 'deny' },
      { ...statement, stage: 1 },
      { ...statement, requestId: 'r0000000002' },
      { ...statement, requestDigest: nonceOf(statement) },
      { ...statement, perimeter: 'https://approve.contoso.com:8443' },
      { ...statement, tenantId: '11111111-2222-4333-8444-555555555556' },
      { ...statement, guardrailsDigest: 'ce'.repeat(32) },
      { ...statement, notAfter: '2026-03-01T09:00:00.001Z' },
      { ...statement, salt: 'AAAAAAAAAAAAAAAAAAAAAQ' },
      { ...statement, purpose: 'request', decision: 'sign' },
      { ...statement, purpose: 'unfreeze', decision: 'sign' },
    ];
    expect(new Set([statement, ...others].map(nonceOf)).size).toBe(others.length + 1);
  });

  it.each<[string, unknown]>([
    ['a decision to sign', { ...statement, decision: 'sign' }],
    ['a request that is approved by its requester', { ...statement, purpose: 'request' }],
    ['an unfreezing that denies', { ...statement, purpose: 'unfreeze', decision: 'deny' }],
    ['another version', { ...statement, v: 2 }],
    ['a key that nobody knows', { ...statement, note: '' }],
    ['a missing key', { ...statement, salt: undefined }],
    ['a path behind the origin', { ...statement, perimeter: 'https://approve.contoso.com/' }],
    ['an origin in upper case', { ...statement, perimeter: 'https://APPROVE.contoso.com' }],
    ['an origin with its default port', { ...statement, perimeter: 'https://approve.contoso.com:443' }],
    ['a tenant in upper case', { ...statement, tenantId: 'AAAAAAAA-2222-4333-8444-555555555555' }],
    ['a stage before the first', { ...statement, stage: -1 }],
    ['half a stage', { ...statement, stage: 0.5 }],
    ['an end in local time', { ...statement, notAfter: '2026-03-01T09:00:00+01:00' }],
    ['a salt with one bit too many', { ...statement, salt: 'AAAAAAAAAAAAAAAAAAAAAB' }],
    ['a salt that is too short', { ...statement, salt: 'AAAAAAAAAAAAAAAAAAAAA' }],
    ['a digest with padding', { ...statement, requestDigest: `${statement.requestDigest}=` }],
    ['a digest in its second spelling', { ...statement, requestDigest: `${'A'.repeat(42)}B` }],
  ])('is not %s', (_, value) => {
    expect(statementSchema.safeParse(value).success).toBe(false);
  });
});

describe('a registered request', () => {
  it.each<[string, RegisteredRequest]>([
    ['for longer', { ...request, durationMinutes: 61 }],
    ['for somebody else', { ...request, principal: { tenantId, objectId: 'aaaaaaaa-0000-4000-8000-000000000002' } }],
    ['by somebody else', { ...request, requester: { tenantId, objectId: 'aaaaaaaa-0000-4000-8000-000000000002' } }],
    [
      'at another scope',
      { ...request, target: { ...request.target, kind: 'directoryRole', roleDefinitionId: tenantId, directoryScopeId: '/' } },
    ],
    ['of a group', { ...request, target: { kind: 'group', groupId: tenantId } }],
    ['with another text', { ...request, justification: { textDigest: 'ac'.repeat(32) } }],
    ['as break-glass', { ...request, breakGlass: true }],
    ['at another time', { ...request, registeredAt: '2026-03-01T08:00:00.001Z' }],
    ['under named guardrails', { ...request, guardrailsDigest: 'cd'.repeat(32) }],
  ])('has another digest %s', (_, other) => {
    expect(requestDigestOf(other)).not.toBe(requestDigestOf(request));
  });

  it('may be for an Azure role with a condition or without', () => {
    const azureRole = { kind: 'azureRole', scope: '/subscriptions/x', roleDefinitionId: '/subscriptions/x/y' } as const;
    const bare = requestDigestOf({ ...request, target: azureRole });
    expect(requestDigestOf({ ...request, target: { ...azureRole, condition: '@Resource' } })).not.toBe(bare);
    expect(registeredRequestSchema.safeParse({ ...request, target: { ...azureRole, name: 'x' } }).success).toBe(false);
  });
});
