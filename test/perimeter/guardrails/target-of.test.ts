import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../../src/access/core/target.ts';
import { guardrailsDigest, mayStillGive } from '../../../src/perimeter/guardrails.ts';
import { type GuardedEntitlement, type PerimeterConfig, stagesOf, targetOf } from '../../../src/perimeter/perimeter-config.ts';
import { ABEL, ANNA, APPROVERS, GLOBAL_READER, perimeterConfig, RITA } from '../support/perimeter-config.ts';

const GROUP = '96000000-0000-4000-8000-000000000009';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const SCOPE = '/subscriptions/One/resourceGroups/apps';

function settingWith(more: Partial<GuardedEntitlement>): GuardedEntitlement {
  const [setting] = perimeterConfig({ more }).entitlements;
  if (setting === undefined) throw new Error('no entitlement');
  return setting;
}
const azure = (more: object): Partial<GuardedEntitlement> => ({
  directoryRole: undefined,
  azureRole: { roleDefinitionId: CONTRIBUTOR, ...more },
});
const azureTarget = (scope: string, more: object = {}): Target => ({
  ...{ kind: 'azureRole', scope, roleDefinitionId: CONTRIBUTOR },
  ...more,
});

describe('what an entitlement gives', () => {
  const role: Target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
  it.each<[string, Partial<GuardedEntitlement>, string | undefined, Target | undefined]>([
    ['a directory role', {}, undefined, role],
    ['no directory role where the request names a scope', {}, SCOPE, undefined],
    ['a group', { directoryRole: undefined, group: { groupId: GROUP } }, undefined, { kind: 'group', groupId: GROUP }],
    ['no group where the request names a scope', { directoryRole: undefined, group: { groupId: GROUP } }, SCOPE, undefined],
    ['an Azure role', azure({ scope: SCOPE }), undefined, azureTarget(SCOPE)],
    ['an Azure role that the request names, too', azure({ scope: SCOPE }), SCOPE, azureTarget(SCOPE)],
    ['an Azure role in the letters of the file', azure({ scope: SCOPE }), SCOPE.toUpperCase(), azureTarget(SCOPE)],
    ['no Azure role elsewhere', azure({ scope: SCOPE }), '/subscriptions/One', undefined],
    [
      'an Azure role under a condition',
      azure({ scope: SCOPE, condition: '@Resource' }),
      undefined,
      azureTarget(SCOPE, { condition: '@Resource' }),
    ],
    ['nothing where the file names nothing', { directoryRole: undefined }, undefined, undefined],
    ['nothing where a pattern waits for a scope', azure({ scopePattern: '/subscriptions/*' }), undefined, undefined],
    ['nothing where neither scope nor pattern is named', azure({}), '/subscriptions/One', undefined],
  ])('%s', (_name, more, named, target) => {
    expect(targetOf(settingWith(more), named)).toStrictEqual(target);
  });
});

describe('a scope that the request names', () => {
  const any = '/subscriptions/*/resourceGroups/apps-*';
  it.each<[string, string, string, boolean]>([
    ['fits where the pattern takes any name', '/subscriptions/*', '/subscriptions/One', true],
    ['fits in other letters', '/subscriptions/*/resourceGroups/Apps', '/SUBSCRIPTIONS/one/resourcegroups/APPS', true],
    ['fits where two names are any', '/subscriptions/*/resourceGroups/*', '/subscriptions/a/resourceGroups/b', true],
    ['fits with every sign that a name may have', '/subscriptions/*', '/subscriptions/aZ09().-_', true],
    ['fits without any star', '/subscriptions/one', '/subscriptions/one', true],
    ['does not fit with another name', '/subscriptions/*/resourceGroups/apps', '/subscriptions/a/resourceGroups/other', false],
    ['does not fit when it is longer', '/subscriptions/*', '/subscriptions/a/resourceGroups/b', false],
    ['does not fit when it is shorter', '/subscriptions/*/resourceGroups/*', '/subscriptions/a', false],
    ['does not fit with an empty name', '/subscriptions/*', '/subscriptions/', false],
    ['does not fit with two slashes', '/subscriptions/*/resourceGroups/*', '/subscriptions//resourceGroups/b', false],
    ['does not fit with a slash behind', '/subscriptions/*', '/subscriptions/a/', false],
    ['does not fit with something in front', '/subscriptions/*', 'x/subscriptions/a', false],
    ['does not fit with a line more', '/subscriptions/*', '/subscriptions/a\n', false],
    ['does not fit with an encoded slash', '/subscriptions/*', '/subscriptions/a%2fb', false],
    ['does not fit with a question', '/subscriptions/*', '/subscriptions/a?b', false],
    ['does not fit with a star of its own', '/subscriptions/*', '/subscriptions/*', false],
    ['does not fit with a letter that only looks like one', '/subscriptions/*', '/subscriptions/ſ', false],
    ['does not fit with here', '/subscriptions/*', '/subscriptions/.', false],
    ['does not fit with one up', '/subscriptions/*', '/subscriptions/..', false],
    ['does not fit with one up in between', '/subscriptions/*/*/b', '/subscriptions/a/../b', false],
    ['fits with dots that are part of a name', '/subscriptions/*', '/subscriptions/a..b', true],
    ['does not fit a star that is only part of a name', any, '/subscriptions/a/resourceGroups/apps-b', false],
  ])('%s', (_name, pattern, named, fits) => {
    expect(targetOf(settingWith(azure({ scopePattern: pattern })), named)).toStrictEqual(fits ? azureTarget(named) : undefined);
  });

  it('has to fit still when it is given', () => {
    const asked = {
      ...{ requestId: 'request00001', requester: RITA, principal: RITA, entitlementId: 'global-reader' },
      ...{ durationMinutes: 30, justification: '', approvalWindowMinutes: 60, breakGlass: false },
    };
    const still = (target: Target, more: object) => mayStillGive(asked, target, perimeterConfig({ more: azure(more) })).permitted;
    expect(still(azureTarget('/subscriptions/a'), { scopePattern: '/subscriptions/*' })).toBe(true);
    expect(still(azureTarget('/subscriptions/a/resourceGroups/b'), { scopePattern: '/subscriptions/*' })).toBe(false);
    expect(still(azureTarget('/subscriptions/a'), { scope: '/subscriptions/a' })).toBe(true);
    expect(still(azureTarget('/subscriptions/a', { condition: 'x' }), { scope: '/subscriptions/a' })).toBe(false);
    expect(still({ kind: 'group', groupId: GROUP }, { scope: '/subscriptions/a' })).toBe(false);
  });
});

describe('the rounds of approval', () => {
  const approvers = { people: [ABEL], groups: [] };
  const stages = [{ approvers: { people: [ANNA], groups: [APPROVERS] }, approvalsNeeded: 2 }];
  it.each<[string, Partial<GuardedEntitlement>, ReturnType<typeof stagesOf>]>([
    ['are none where only the bot’s rule decides', {}, []],
    ['are one of one', { approvers }, [{ approvers, approvalsNeeded: 1 }]],
    ['are one of several', { approvers, approvalsNeeded: 3 }, [{ approvers, approvalsNeeded: 3 }]],
    ['are those of the file', { stages }, stages],
    ['are those of the file, whatever else it says', { stages, approvers, approvalsNeeded: 3 }, stages],
  ])('%s', (_name, more, expected) => {
    expect(stagesOf(settingWith(more))).toEqual(expected);
  });
});

describe('the digest of the guardrails', () => {
  const signing = (change: object): Partial<PerimeterConfig> => ({
    approve: {
      ...{
        listen: { host: '127.0.0.1', port: 1, behindProxy: false },
        publicUrl: 'https://approve.example',
        clientId: APPROVERS,
      },
      ...{ managedIdentity: { clientId: APPROVERS }, stepUp: { promptLogin: true as const } },
      limits: { addressPerMinute: 1, personPerMinute: 1, atOnce: 1 },
      ...change,
    },
  });
  it.each([
    ['how a sign-in is made fresh', { stepUp: { authenticationContext: 'c1' } }],
    ['for which application people sign', { clientId: GROUP }],
  ])('changes with %s', (_name, change) => {
    const digest = (file: Partial<PerimeterConfig>) => guardrailsDigest(perimeterConfig({ file }));
    expect(digest(signing(change))).not.toBe(digest(signing({})));
  });
});
