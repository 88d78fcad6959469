import { describe, expect, it } from '@jest/globals';
import { canonicalOf, parseCanonical } from '../../../src/access/core/canonical.ts';
import { personKey, samePerson } from '../../../src/access/core/person.ts';
import {
  digestSchema,
  hexDigest,
  registeredRequestSchema,
  statementSchema,
  targetSchema,
} from '../../../src/access/core/statement.ts';
import { sameTarget, type Target, targetKey } from '../../../src/access/core/target.ts';

const ID = 'aaaaaaaa-0000-4000-8000-000000000001';
const OTHER = 'aaaaaaaa-0000-4000-8000-000000000002';
const TENANT = '11111111-2222-4333-8444-555555555555';
const DIGEST = 'A'.repeat(43);

describe('what a signed statement may say', () => {
  const statement = {
    ...{ v: 1, purpose: 'decide', decision: 'approve', perimeter: 'https://approve.contoso.com', tenantId: TENANT },
    ...{ requestId: 'r0000000001', requestDigest: DIGEST, stage: 0, guardrailsDigest: 'cd'.repeat(32) },
    ...{ notAfter: '2026-03-01T09:00:00.000Z', salt: 'A'.repeat(22) },
  };
  it.each<[string, object, boolean]>([
    ['all of it', {}, true],
    ['to deny', { decision: 'deny' }, true],
    ['that the requester stands by it', { purpose: 'request', decision: 'sign' }, true],
    ['that a freeze may end', { purpose: 'unfreeze', decision: 'sign' }, true],
    ['another purpose', { purpose: 'else' }, false],
    ['no purpose', { purpose: undefined }, false],
    ['the last stage there can be', { stage: 99 }, true],
    ['a stage beyond', { stage: 100 }, false],
    ['a salt in its other letters', { salt: `${'A-_9z'.repeat(4)}aQ` }, true],
    ['a salt that ends otherwise', { salt: `${'A'.repeat(21)}g` }, true],
    ['a salt that ends in w', { salt: `${'A'.repeat(21)}w` }, true],
    ['a salt that is too long', { salt: `A${'A'.repeat(22)}` }, false],
    ['a salt with something behind it', { salt: `${'A'.repeat(22)}\n` }, false],
    ['a tenant that is none', { tenantId: 'contoso.com' }, false],
    ['an empty tenant', { tenantId: '' }, false],
    ['a perimeter that is no address', { perimeter: 'approve.contoso.com' }, false],
    ['a perimeter at an address of its own port', { perimeter: 'https://approve.contoso.com:8443' }, true],
    ['a perimeter without TLS, for the playground', { perimeter: 'http://localhost:4000' }, true],
    ['a perimeter whose origin is opaque', { perimeter: 'null' }, false],
    ['an end without milliseconds', { notAfter: '2026-03-01T09:00:00Z' }, true],
    ['an end that is no instant', { notAfter: '2026-03-01' }, false],
  ])('%s', (_name, change, isAllowed) => {
    expect(statementSchema.safeParse({ ...statement, ...change }).success).toBe(isAllowed);
  });

  it.each<[string, object, string]>([
    ['a tenant in capitals', { tenantId: ID.toUpperCase() }, 'must be in lower case'],
    ['a path behind the origin', { perimeter: 'https://a.b/c' }, 'must be an origin: scheme, host, port and nothing else'],
  ])('says what is wrong with %s', (_name, change, words) => {
    expect(statementSchema.safeParse({ ...statement, ...change }).error?.issues.map(({ message }) => message)).toEqual([words]);
  });

  it.each<[string, string, boolean]>([
    ['43 characters', DIGEST, true],
    ['all kinds of characters', `${'aB3-_z'.repeat(7)}E`, true],
    ['42 characters', 'A'.repeat(42), false],
    ['44 characters', 'A'.repeat(44), false],
    ['one that base64url has not', `+${'A'.repeat(42)}`, false],
    ['something in front', ` ${DIGEST}`, false],
    ['something behind', `${DIGEST}\n`, false],
    ['a last character with bits too many', `${'A'.repeat(42)}B`, false],
  ])('a digest: %s', (_name, text, isOne) => {
    expect(digestSchema.safeParse(text).success).toBe(isOne);
  });

  it.each<[string, string, boolean]>([
    ['64 digits', '0123456789abcdef'.repeat(4), true],
    ['63 digits', '0'.repeat(63), false],
    ['65 digits', '0'.repeat(65), false],
    ['capitals', 'A'.repeat(64), false],
    ['something in front', ` ${'0'.repeat(64)}`, false],
    ['something behind', `${'0'.repeat(64)} `, false],
  ])('a digest in hexadecimal: %s', (_name, text, isOne) => {
    expect(hexDigest.safeParse(text).success).toBe(isOne);
  });
});

describe('what can be asked for', () => {
  const role = { kind: 'directoryRole', roleDefinitionId: ID, directoryScopeId: '/' };
  const group = { kind: 'group', groupId: ID };
  const azure = { kind: 'azureRole', scope: '/s', roleDefinitionId: 'r' };
  it.each<[string, object, boolean]>([
    ['a directory role', role, true],
    ['a directory role nowhere', { ...role, directoryScopeId: '' }, false],
    ['a directory role by name', { ...role, roleDefinitionId: 'Global Reader' }, false],
    ['a directory role with a note', { ...role, note: '' }, false],
    ['a group', group, true],
    ['a group by name', { kind: 'group', groupId: 'admins' }, false],
    ['a group with a scope', { ...group, scope: '/s' }, false],
    ['an Azure role', azure, true],
    ['an Azure role nowhere', { ...azure, scope: '' }, false],
    ['an Azure role that is none', { ...azure, roleDefinitionId: '' }, false],
    ['an Azure role with a condition', { ...azure, condition: 'x' }, true],
    ['an Azure role with an empty condition', { ...azure, condition: '' }, false],
    ['something else', { ...azure, kind: 'else' }, false],
  ])('%s', (_name, target, isOne) => {
    expect(targetSchema.safeParse(target).success).toBe(isOne);
  });

  const person = { tenantId: TENANT, objectId: ID };
  const request = {
    ...{ v: 1, requestId: 'r0000000001', requester: person, principal: person, entitlementId: 'global-reader', target: role },
    ...{ durationMinutes: 60, justification: { textDigest: 'ab'.repeat(32) }, approvalWindowMinutes: 240 },
    ...{ registeredAt: '2026-03-01T08:00:00.000Z', breakGlass: false },
  };
  it.each<[string, object, boolean]>([
    ['as it is', {}, true],
    ['in another version', { v: 2 }, false],
    ['for a minute', { durationMinutes: 1 }, true],
    ['for no time', { durationMinutes: 0 }, false],
    ['for half a minute', { durationMinutes: 0.5 }, false],
    ['for longer than anything lasts', { durationMinutes: 1e9 }, false],
    ['with a minute to decide', { approvalWindowMinutes: 1 }, true],
    ['with no time to decide', { approvalWindowMinutes: 0 }, false],
    ['with longer to decide than anything lasts', { approvalWindowMinutes: 1e9 }, false],
    ['of no name', { entitlementId: '' }, false],
    ['of a name of 80 characters', { entitlementId: 'x'.repeat(80) }, true],
    ['of a name of 81 characters', { entitlementId: 'x'.repeat(81) }, false],
    ['with a text instead of its digest', { justification: 'x' }, false],
    ['with a text beside its digest', { justification: { textDigest: 'ab'.repeat(32), text: 'x' } }, false],
    ['with a digest that is none', { justification: { textDigest: 'x' } }, false],
    ['with guardrails', { guardrailsDigest: 'ab'.repeat(32) }, true],
    ['with guardrails that are none', { guardrailsDigest: 'x' }, false],
    ['with a note', { note: '' }, false],
    ['without a word about the glass', { breakGlass: undefined }, false],
  ])('%s', (_name, change, isOne) => {
    expect(registeredRequestSchema.safeParse({ ...request, ...change }).success).toBe(isOne);
  });
});

describe('the same thing', () => {
  const role: Target = { kind: 'directoryRole', roleDefinitionId: ID, directoryScopeId: '/' };
  const group: Target = { kind: 'group', groupId: ID };
  const azure: Target = { kind: 'azureRole', scope: '/subscriptions/x', roleDefinitionId: ID };
  it.each<[string, Target, Target, boolean]>([
    ['a role and itself', role, { ...role }, true],
    ['a role in capitals', role, { ...role, roleDefinitionId: ID.toUpperCase() }, true],
    ['a role and another', role, { ...role, roleDefinitionId: OTHER }, false],
    ['a role and itself elsewhere', role, { ...role, directoryScopeId: '/administrativeUnits/x' }, false],
    ['a group and itself in capitals', group, { ...group, groupId: ID.toUpperCase() }, true],
    ['a group and another', group, { ...group, groupId: OTHER }, false],
    ['an Azure role and itself in capitals', azure, { ...azure, scope: '/SUBSCRIPTIONS/X' }, true],
    ['an Azure role and itself elsewhere', azure, { ...azure, scope: '/subscriptions/y' }, false],
    ['an Azure role and another', azure, { ...azure, roleDefinitionId: OTHER }, false],
    ['an Azure role and itself with a condition', azure, { ...azure, condition: 'x' }, false],
    ['an Azure role and itself with the same condition', { ...azure, condition: 'x' }, { ...azure, condition: 'x' }, true],
    [
      'an Azure role and itself with the condition in capitals',
      { ...azure, condition: 'x' },
      { ...azure, condition: 'X' },
      false,
    ],
    ['a role and a group of one id', role, group, false],
  ])('%s', (_name, a, b, isSame) => {
    expect([sameTarget(a, b), sameTarget(b, a)]).toEqual([isSame, isSame]);
  });

  it('has one name in the ledger, whatever its condition', () => {
    expect(targetKey(role)).toBe(`${ID} /`);
    expect(targetKey(group)).toBe(`group ${ID}`);
    expect(targetKey({ ...azure, condition: 'x' })).toBe(`azure ${ID} /subscriptions/x`);
  });

  it('is one human by tenant and id, in any letters', () => {
    const one = { tenantId: TENANT, objectId: ID };
    expect(samePerson(one, { tenantId: TENANT.toUpperCase(), objectId: ID.toUpperCase() })).toBe(true);
    expect(samePerson(one, { ...one, tenantId: OTHER })).toBe(false);
    expect(samePerson(one, { ...one, objectId: OTHER })).toBe(false);
    expect(personKey({ tenantId: 'A', objectId: 'B' })).toBe('a/b');
  });
});

describe('what is told about a value without a canonical form', () => {
  const messageOf = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return Reflect.get(Object(error), 'message');
    }
  };
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'it holds something of type undefined'],
    ['a function', () => 1, 'it holds something of type function'],
    ['a date', new Date(0), 'it holds something of type object'],
    ['a number that is not finite', Number.NaN, 'a number is not finite'],
    ['half a character', '\ud800', 'a text holds half a character (a lone surrogate)'],
    ['too many levels of objects', JSON.parse(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`), 'it is nested too deeply'],
  ])('%s', (_name, value, why) => {
    expect(messageOf(() => canonicalOf(value))).toBe(`no canonical form: ${why}`);
  });

  it.each<[string, unknown, string]>([
    ['nothing that is known', null, 'null'],
    ['yes', true, 'true'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: [null, false] }), '{"a":[null,false]}'],
    ['64 levels of objects', JSON.parse(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`), `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`],
  ])('is none where it has one: %s', (_name, value, text) => {
    expect(canonicalOf(value)).toBe(text);
  });

  it.each<[string, string, boolean]>([
    ['that was cut off', '{', true],
    ['that was formatted', '{ }', false],
  ])('is told with its cause, and what helps, of a file %s', (_name, text, hasCause) => {
    const read = () => parseCanonical(Buffer.from(text));
    expect(read).toThrow(
      expect.objectContaining({
        code: 'evidence.not-canonical',
        message: 'not byte for byte its own canonical form (RFC 8785)',
        hint: 'The file was changed, formatted, or cut off. Ask for it again as it was exported, and send it as an attachment, not as text.',
      }),
    );
    let cause: unknown;
    try {
      read();
    } catch (error) {
      cause = Reflect.get(Object(error), 'cause');
    }
    expect(cause !== undefined).toBe(hasCause);
  });
});
