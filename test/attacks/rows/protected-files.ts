import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../src/access/core/app-error.ts';
import { loadPerimeterConfig } from '../../../src/perimeter/load-perimeter-config.ts';
import { ROLES } from '../../../src/playground/cast.ts';
import { APPROVERS, ENGINEERS } from '../../perimeter/support/perimeter-config.ts';
import type { Attack } from '../attack.ts';

const HOST = '/subscriptions/5ab50000-0000-4000-8000-000000000001/resourceGroups/hallpass';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';

const fileWith = (what: string, ...more: readonly string[]) => `tenant:
  tenantId: 5c0ffee0-1111-4222-8333-444455556666
  clientId: 9e710000-0000-4000-8000-000000000002
  credential: { managedIdentity: {} }
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
hostedOn: [${HOST}]
entitlements:
  - id: wanted
    ${what}
    mayReceive: { groups: [${ENGINEERS}] }
    approvers: { groups: [${APPROVERS}] }
    longestMinutes: 60
${more.map((line) => `    ${line}\n`).join('')}`;

/** What the perimeter says to the file before it starts; undefined where it takes it. */
function startedWith(text: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-attacks-'));
  const file = join(folder, 'perimeter.yaml');
  writeFileSync(file, text);
  try {
    loadPerimeterConfig(file);
    return undefined;
  } catch (error) {
    // For this reason, and no slip in the file.
    if (error instanceof AppError && error.message.includes('protected')) return error.code;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const file = (name: string, lie: string, honest: string): Attack => ({
  class: 'protected set and ways around it',
  name,
  code: 'config.invalid',
  journal: 'none',
  noEntry: 'the perimeter does not start, and writes none',
  attack: async () => startedWith(lie),
  twin: async () => {
    const code = startedWith(honest);
    if (code !== undefined) throw new Error(code);
  },
});

const role = (id: string) => `directoryRole: { roleDefinitionId: ${id} }`;
const group = (id: string) => `group: { groupId: ${id} }`;
const azure = (scope: string) => `azureRole: { roleDefinitionId: ${CONTRIBUTOR}, scope: ${scope} }`;

/** A file of guardrails that gives too much without saying so; with it the perimeter does not start. */
export const protectedFiles: readonly Attack[] = [
  file(
    'starts the perimeter with a file that gives Global Administrator like any other role',
    fileWith(role(ROLES.globalAdministrator)),
    fileWith(role(ROLES.globalAdministrator), 'protected: true'),
  ),
  file(
    'starts it with one that gives a role which nobody knows',
    fileWith(role('c0ffee00-0000-4000-8000-00000000c0de')),
    fileWith(role(ROLES.globalReader)),
  ),
  file(
    'starts it with one that lets what is protected be approved in chat',
    fileWith(role(ROLES.globalAdministrator), 'protected: true', 'assurance: chat'),
    fileWith(role(ROLES.globalAdministrator), 'protected: true', 'assurance: signed'),
  ),
  file(
    'starts it with one that gives the group which approves',
    fileWith(group(APPROVERS.toUpperCase())),
    fileWith(group('96000000-0000-4000-8000-0000000000d1')),
  ),
  file(
    'starts it with one that gives a writing role above what hosts the perimeter',
    fileWith(azure(HOST.split('/').slice(0, 3).join('/'))),
    fileWith(azure(`${HOST.split('/').slice(0, 3).join('/')}/resourceGroups/shop`)),
  ),
];
