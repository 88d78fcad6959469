import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { loadPerimeterConfig } from '../../src/perimeter/load-perimeter-config.ts';

const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
const RITA = '0b7ec700-0000-4000-8000-000000000001';
const ANNA = '0b7ec700-0000-4000-8000-000000000002';
const ABEL = '0b7ec700-0000-4000-8000-000000000003';
const ENGINEERS = '96000000-0000-4000-8000-000000000001';
const DECIDERS = '96000000-0000-4000-8000-000000000002';
const OTHERS = '96000000-0000-4000-8000-000000000009';
const SUBSCRIPTION = '/subscriptions/5ab5c1d0-0000-4000-8000-000000000001';
const person = (objectId: string, tenantId = TENANT) => `{ tenantId: ${tenantId}, objectId: ${objectId} }`;

const GOOD = `tenant: { tenantId: ${TENANT}, clientId: 9e710000-0000-4000-8000-000000000002, credential: { managedIdentity: {} } }
listen: { port: 8443 }
store: { folder: /var/lib/hallpass-perimeter }
caller: { clientId: b0700000-0000-4000-8000-000000000001, audience: api://perimeter }
alarm: { url: https://alarm.example/hook }
approve:
  listen: { port: 8444 }
  publicUrl: https://approve.example
  clientId: a9970000-0000-4000-8000-000000000004
  managedIdentity: { clientId: 1de70000-0000-4000-8000-000000000005 }
  stepUp: { authenticationContext: c1 }
samePerson: { pairs: [[${RITA}, ${ANNA}]] }
emergencyAccounts: [0b7ec700-0000-4000-8000-0000000000e1]
hostedOn: [${SUBSCRIPTION}/resourceGroups/hallpass]
unfreeze: { people: [${person(ANNA)}, ${person(ABEL)}] }
entitlements:
  - id: one
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayReceive: { groups: [${ENGINEERS}] }
    longestMinutes: 60
    approvers: { groups: [${DECIDERS}] }
`;

function problemsOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-perimeter-')), 'perimeter.yaml');
  writeFileSync(file, text);
  try {
    loadPerimeterConfig(file);
    return 'accepted';
  } catch (error) {
    if (error instanceof AppError && error.code === 'config.invalid')
      return error.message.replaceAll(/^.*perimeter\.yaml:/gm, '');
    throw error;
  }
}

/** The good file with some of its text replaced, each piece found exactly once. */
function changed(...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`not there once: ${from}`);
    return text.replace(from, () => to);
  }, GOOD);
}

const ROLE = 'directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }';
const APPROVERS = `approvers: { groups: [${DECIDERS}] }`;
const RECEIVERS = `mayReceive: { groups: [${ENGINEERS}] }`;
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const more = (line: string): readonly [string, string] => ['    longestMinutes: 60\n', `    longestMinutes: 60\n    ${line}\n`];
const azure = (where: string, role = READER): readonly [string, string] => [
  ROLE,
  `azureRole: { roleDefinitionId: ${role}, ${where} }`,
];
const group = (groupId: string): readonly [string, string] => [ROLE, `group: { groupId: ${groupId} }`];
const breakGlass = (who: string) => more(`breakGlass: { who: ${who}, longestMinutes: 20, perDay: 1 }`);
const stages = (...all: readonly string[]): readonly [string, string] => [APPROVERS, `stages: [${all.join(', ')}]`];

type Row = [string, readonly (readonly [string, string])[], RegExp | 'accepted'];

describe('perimeter.yaml with all that it can say', () => {
  it('is accepted', () => {
    expect(problemsOf(GOOD)).toBe('accepted');
  });
});

describe('what an entitlement gives', () => {
  it.each<Row>([
    ['is missing', [[`    ${ROLE}\n`, '']], /^17: entitlements\.0: needs exactly one of/],
    ['is two things', [more(`group: { groupId: ${OTHERS} }`)], /^17: entitlements\.0: needs exactly one of/],
    ['is a group', [group(OTHERS)], 'accepted'],
    ['is an Azure role at a scope', [azure(`scope: ${SUBSCRIPTION}`)], 'accepted'],
    ['is one at a pattern of scopes', [azure('scopePattern: /subscriptions/*/resourceGroups/*')], 'accepted'],
    ['is one at a management group', [azure('scope: /providers/Microsoft.Management/managementGroups/platform')], 'accepted'],
    ['is one at a name that begins with a dot', [azure(`scope: ${SUBSCRIPTION}/resourceGroups/.x`)], 'accepted'],
    ['is one at a name that ends with a dot', [azure(`scope: ${SUBSCRIPTION}/resourceGroups/x.`)], 'accepted'],
    ['is one at the root', [azure('scope: /')], /^18: entitlements\.0\.azureRole\.scope: .*the root scope \/ is never given/],
    ['is one at any management group', [azure('scopePattern: /providers/Microsoft.Management/managementGroups/*')], 'accepted'],
    ['is one nowhere', [azure('condition: x')], /^18: entitlements\.0\.azureRole: needs exactly one of scope/],
    [
      'is one at both',
      [azure(`scope: ${SUBSCRIPTION}, scopePattern: /subscriptions/*`)],
      /^18: entitlements\.0\.azureRole: needs/,
    ],
    ['is one at a scope with a star', [azure('scope: /subscriptions/*')], /^18: .*scope: holds a \*/],
    ['is one at a pattern without', [azure(`scopePattern: ${SUBSCRIPTION}`)], /^18: .*scopePattern: holds no \*/],
    ['is one at half a name', [azure('scopePattern: /subscriptions/prod-*')], /^18: .*scopePattern: has a part/],
    ['is one at a path that goes up', [azure('scopePattern: /subscriptions/*/../x')], /^18: .*scopePattern: has a part/],
    ['is one at a path with a gap', [azure('scopePattern: /subscriptions//*')], /^18: .*scopePattern: has a part/],
    ['is one at a path that hides something', [azure(`scope: ${SUBSCRIPTION}%2fx`)], /^18: .*scope: has a part/],
  ])('%s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });
});

describe('who receives and who decides', () => {
  const byGroup = `{ approvers: { groups: [${DECIDERS}] } }`;
  const second = (id: string): readonly [string, string] => [
    `    ${APPROVERS}\n`,
    `    ${APPROVERS}\n  - { id: ${id}, group: { groupId: ${OTHERS} }, ${RECEIVERS}, longestMinutes: 1, ${APPROVERS} }\n`,
  ];
  const byName = (needed: number) => `{ approvers: { people: [${person(ANNA)}, ${person(ABEL)}] }, approvalsNeeded: ${needed} }`;
  it.each<Row>([
    ['nobody receives', [[RECEIVERS, 'mayReceive: {}']], /^19: entitlements\.0\.mayReceive: names nobody/],
    ['nobody decides', [[`    ${APPROVERS}\n`, '']], /^17: entitlements\.0\.approvers: are missing/],
    [
      'nobody is named to decide',
      [[APPROVERS, 'approvers: {}']],
      /^21: entitlements\.0\.approvers: names nobody: nobody could ever approve$/,
    ],
    ['they decide in stages', [stages(byGroup, byName(2))], 'accepted'],
    [
      'they decide in stages, and besides',
      [more(`stages: [${byGroup}]`)],
      /^21: entitlements\.0\.stages: stands beside approvers/,
    ],
    [
      'nobody is named in a stage',
      [stages(byGroup, '{ approvers: {} }')],
      /^21: entitlements\.0\.stages\.1\.approvers: names nobody/,
    ],
    [
      'a number stands beside stages',
      [stages(byGroup), more('approvalsNeeded: 2')],
      /^21: entitlements\.0\.approvalsNeeded: needs approvers/,
    ],
    [
      'more are needed than are named',
      [stages(byName(3))],
      /^21: entitlements\.0\.stages\.0\.approvalsNeeded: is more than the 2/,
    ],
    [
      'more are needed than are named, in short',
      [[APPROVERS, `approvers: { people: [${person(ANNA)}], managerOf: principal }`], more('approvalsNeeded: 3')],
      /^21: entitlements\.0\.approvalsNeeded: is more than the 2/,
    ],
    ['as many as are in a group are needed', [more('approvalsNeeded: 9')], 'accepted'],
    ['the manager decides', [[APPROVERS, 'approvers: { managerOf: principal }']], 'accepted'],
    [
      'two managers are needed',
      [[APPROVERS, 'approvers: { managerOf: principal }'], more('approvalsNeeded: 2')],
      /^21: .*than the 1/,
    ],
    ['owners of the group decide', [group(OTHERS), [APPROVERS, 'approvers: { ownersOf: entitlement }']], 'accepted'],
    [
      'owners of a role decide',
      [[APPROVERS, 'approvers: { ownersOf: entitlement }']],
      /^21: .*approvers\.ownersOf: is for groups alone/,
    ],
    [
      'somebody is named twice',
      [[APPROVERS, `approvers: { people: [${person(ANNA)}, ${person(ANNA.toUpperCase())}] }`]],
      /^21: .*people\.1: is named twice/,
    ],
    [
      'a group is named twice',
      [[RECEIVERS, `mayReceive: { groups: [${ENGINEERS}, ${ENGINEERS}] }`]],
      /^19: .*groups\.1: is named twice/,
    ],
    [
      'who receives is of another tenant',
      [[RECEIVERS, `mayReceive: { people: [${person(RITA, OTHERS)}] }`]],
      /^19: .*people\.0\.tenantId: is another tenant/,
    ],
    [
      'who decides is of another tenant',
      [[APPROVERS, `approvers: { people: [${person(ABEL, OTHERS)}] }`]],
      /^21: .*people\.0\.tenantId: is another tenant/,
    ],
    [
      'who decides in a stage is of another tenant',
      [stages(`{ approvers: { people: [${person(ABEL, OTHERS)}] } }`)],
      /^21: .*stages\.0\.approvers\.people\.0\.tenantId/,
    ],
    [
      'who lifts a freeze is of another tenant',
      [[`[${person(ANNA)}, ${person(ABEL)}]`, `[${person(ANNA)}, ${person(ABEL, OTHERS)}]`]],
      /^15: unfreeze\.people\.1\.tenantId/,
    ],
    ['an identifier is used twice', [second('one')], /^22: entitlements\.1\.id: is used twice/],
    ['each has an identifier of its own', [second('two')], 'accepted'],
  ])('%s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });

  const emergency = (objectId: string): readonly [string, string] => [
    '0b7ec700-0000-4000-8000-0000000000e1',
    objectId.toUpperCase(),
  ];
  const rita = person(RITA);
  it.each<Row>([
    [
      'receives',
      [emergency(RITA), [RECEIVERS, `mayReceive: { people: [${rita}] }`]],
      /^19: entitlements\.0\.mayReceive\.people\.0\.objectId: is one of emergencyAccounts/,
    ],
    [
      'decides',
      [emergency(RITA), [APPROVERS, `approvers: { people: [${rita}] }`]],
      /^21: entitlements\.0\.approvers\.people\.0\.objectId: is one of/,
    ],
    [
      'breaks the glass',
      [emergency(RITA), breakGlass(`{ people: [${rita}] }`)],
      /^21: entitlements\.0\.breakGlass\.who\.people\.0\.objectId: is one of/,
    ],
    ['lifts a freeze', [emergency(ABEL)], /^15: unfreeze\.people\.1\.objectId: is one of/],
    ['is listed for nothing', [emergency(RITA)], 'accepted'],
  ])('an emergency account %s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });
});

describe('breaking the glass', () => {
  it.each<Row>([
    ['is for who is named', [breakGlass(`{ groups: [${ENGINEERS}] }`)], 'accepted'],
    ['is for nobody', [breakGlass('{}')], /^21: entitlements\.0\.breakGlass\.who: names nobody/],
    [
      'stands beside chat',
      [breakGlass(`{ groups: [${ENGINEERS}] }`), more('assurance: chat')],
      /^21: entitlements\.0\.assurance: is weaker than breakGlass allows/,
    ],
  ])('%s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });
});

describe('what can reach Hallpass itself', () => {
  const HELPDESK = '729827e3-9c14-49f7-bb1b-9608f156bbb8';
  const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
  const role = (id: string): readonly [string, string] => ['f2ef992c-3afb-46b9-b7cf-a126ee74c451', id];
  const named = more('protected: true');
  it.each<Row>([
    [
      'a role that resets passwords',
      [role(HELPDESK)],
      /^17: entitlements\.0: is protected: Helpdesk Administrator can reset .*write "protected: true"/,
    ],
    ['the same, named one by one', [role(HELPDESK), named], 'accepted'],
    [
      'the same, on the bot’s word',
      [role(HELPDESK), named, more('assurance: chat')],
      /^21: entitlements\.0\.assurance: cannot be chat/,
    ],
    [
      'the same, with an end of ours alone',
      [role(HELPDESK), named, more('endsOnlyByHallpass: true')],
      /^21: entitlements\.0\.endsOnlyByHallpass: cannot stand/,
    ],
    ['a harmless role with an end of ours alone', [more('endsOnlyByHallpass: true')], 'accepted'],
    ['a harmless role, named all the same', [named], 'accepted'],
    ['a custom role', [role('c0570000-0000-4000-8000-000000000001')], /^17: .*is protected: the role is not on the list/],
    ['a harmless role in capitals', [role('F2EF992C-3AFB-46B9-B7CF-A126EE74C451')], 'accepted'],
    [
      'a group that receives here',
      [group(ENGINEERS)],
      /^17: .*is protected: this file lets members of the group receive or decide/,
    ],
    ['a group that decides here, in capitals', [group(DECIDERS.toUpperCase())], /^17: .*is protected: this file lets/],
    [
      'a group that breaks the glass',
      [group(OTHERS), breakGlass(`{ groups: [${OTHERS}] }`)],
      /^17: .*is protected: this file lets/,
    ],
    ['a group that does none of it', [group(OTHERS)], 'accepted'],
    [
      'a role that writes where it is hosted',
      [azure(`scope: ${SUBSCRIPTION}/resourceGroups/hallpass`, CONTRIBUTOR)],
      /^17: .*is protected: .*below \/subscriptions/,
    ],
    ['a role that writes elsewhere', [azure(`scope: ${SUBSCRIPTION}/resourceGroups/other`, CONTRIBUTOR)], 'accepted'],
    [
      'a role that writes, where nobody says where it is hosted',
      [
        azure(`scope: ${SUBSCRIPTION}/resourceGroups/other`, CONTRIBUTOR),
        [`hostedOn: [${SUBSCRIPTION}/resourceGroups/hallpass]\n`, ''],
      ],
      /^16: .*is protected: .*hostedOn does not say/,
    ],
    [
      'a role that reads, where nobody says it',
      [azure(`scope: ${SUBSCRIPTION}`), [`hostedOn: [${SUBSCRIPTION}/resourceGroups/hallpass]\n`, '']],
      'accepted',
    ],
  ])('%s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });
});

describe('where people sign', () => {
  const PAGE = GOOD.slice(GOOD.indexOf('approve:'), GOOD.indexOf('samePerson'));
  it.each<Row>([
    [
      'in no application of its own',
      [['a9970000-0000-4000-8000-000000000004', '9e710000-0000-4000-8000-000000000002']],
      /^9: approve\.clientId: is the identity of/,
    ],
    [
      'in that of the bot',
      [['a9970000-0000-4000-8000-000000000004', 'B0700000-0000-4000-8000-000000000001']],
      /^9: approve\.clientId: is the identity of/,
    ],
    ['with a context of its own', [more('authenticationContext: c2')], 'accepted'],
    [
      'with a context, where Entra is asked for none',
      [more('authenticationContext: c2'), ['{ authenticationContext: c1 }', '{ promptLogin: true }']],
      /^21: entitlements\.0\.authenticationContext: needs approve\.stepUp/,
    ],
    [
      'with a context, for a click',
      [more('authenticationContext: c2'), more('assurance: chat')]
        .slice(0, 1)
        .concat([[APPROVERS, `${APPROVERS}\n    assurance: chat`]]),
      /^21: entitlements\.0\.authenticationContext: is for what is signed/,
    ],
    [
      'nowhere, and with a context',
      [[PAGE, ''], [GOOD.slice(GOOD.indexOf('unfreeze:'), GOOD.indexOf('entitlements:')), ''], more('authenticationContext: c2')],
      /^10: entitlements\.0\.assurance: needs the section approve, .* which is weaker$/,
    ],
    [
      'nowhere, and a freeze is to be lifted',
      [
        [PAGE, ''],
        [APPROVERS, `${APPROVERS}\n    assurance: chat`],
      ],
      /^9: unfreeze: needs the section approve/,
    ],
  ])('%s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });
});

describe('lists', () => {
  it.each<Row>([
    [
      'a pair of one account',
      [[`[${RITA}, ${ANNA}]`, `[${RITA}, ${RITA.toUpperCase()}]`]],
      /^12: samePerson\.pairs\.0: is one account twice/,
    ],
    [
      'an emergency account twice',
      [['[0b7ec700-0000-4000-8000-0000000000e1]', `[${OTHERS}, ${OTHERS}]`]],
      /^13: emergencyAccounts\.1: is named twice/,
    ],
    [
      'a host twice',
      [[`[${SUBSCRIPTION}/resourceGroups/hallpass]`, `[${SUBSCRIPTION}, ${SUBSCRIPTION.toUpperCase()}]`]],
      /^14: hostedOn\.1: is named twice/,
    ],
  ])('%s', (_name, edits, expected) => {
    expect(problemsOf(changed(...edits))).toMatch(expected);
  });
});
