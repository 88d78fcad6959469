import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { loadPerimeterConfig } from '../../src/perimeter/load-perimeter-config.ts';

const GOOD = `tenant:
  tenantId: 5c0ffee0-1111-4222-8333-444455556666
  clientId: 9e710000-0000-4000-8000-000000000002
  credential: { clientSecret: { file: /run/secrets/perimeter } }
listen: { port: 8443 }
store: { folder: /var/lib/hallpass-perimeter }
caller: { clientId: b0700000-0000-4000-8000-000000000001, audience: api://perimeter }
alarm: { url: https://alarm.example/hook }
entitlements:
  - id: global-reader
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayReceive: { groups: [96000000-0000-4000-8000-000000000001] }
    longestMinutes: 60
    assurance: chat
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

const OTHERS = (count: number) =>
  `auxiliaryTenantIds: [${Array.from({ length: count }, (_, at) => `5ec0d000-1111-4222-8333-44445555666${at}`).join(', ')}]`;

describe('perimeter.yaml', () => {
  it('takes tokens of three other tenants, by an app registration', () => {
    expect(problemsOf(GOOD.replace('  credential:', `  ${OTHERS(3)}\n  credential:`))).toBe('accepted');
  });

  it('is accepted when everything is said', () => {
    expect(problemsOf(GOOD)).toBe('accepted');
  });

  it.each([
    ['leaves the assurance out', ['    assurance: chat\n', ''], /^10: entitlements\.0\.assurance: needs the section approve/],
    ['says signed', ['assurance: chat', 'assurance: signed'], /^14: entitlements\.0\.assurance: needs the section approve/],
    ['says something else', ['assurance: chat', 'assurance: trust-me'], /^14: entitlements\.0\.assurance: /],
    ['listens to the world without TLS', ['{ port: 8443 }', '{ host: 0.0.0.0, port: 8443 }'], /^5: listen\.host: .*tls/],
    ['tells operators over the network without TLS', ['store:', 'ops: { host: 0.0.0.0 }\nstore:'], /^6: ops\.host: .*ops\.tls/],
    ['has one port for both', ['{ port: 8443 }', '{ port: 9465 }'], /^1: ops\.port: is the port of listen/],
    ['sends its alarm in the clear', ['https://alarm', 'http://alarm'], /^8: alarm\.url/],
    [
      'names nobody who may receive',
      ['{ groups: [96000000-0000-4000-8000-000000000001] }', '{}'],
      /^12: entitlements\.0\.mayReceive: names nobody/,
    ],
    [
      'gives the bot its own identity',
      ['b0700000-0000-4000-8000-000000000001', '9e710000-0000-4000-8000-000000000002'],
      /^7: caller\.clientId: .*own identity/,
    ],
    [
      'moves the clock beside the real cloud',
      ['alarm:', 'domainClock: { offsetFile: /tmp/offset }\nalarm:'],
      /^8: domainClock: is for trying out/,
    ],
    [
      'calls its own tenant another one',
      ['  credential:', '  auxiliaryTenantIds: [5C0FFEE0-1111-4222-8333-444455556666]\n  credential:'],
      /^4: tenant\.auxiliaryTenantIds\.0: is tenant\.tenantId/,
    ],
    [
      'wants tokens of another tenant by a managed identity',
      ['credential: { clientSecret: { file: /run/secrets/perimeter } }', `credential: { managedIdentity: {} }\n  ${OTHERS(1)}`],
      /^5: tenant\.auxiliaryTenantIds\.0: needs an app registration/,
    ],
    [
      'names more tenants than Azure takes tokens of',
      ['  credential:', `  ${OTHERS(4)}\n  credential:`],
      /^4: tenant\.auxiliaryTenantIds: /,
    ],
    ['writes a secret where a source belongs', ['{ file: /run/secrets/perimeter }', 'hunter2'], /^4: tenant\.credential/],
  ])('is refused with its line when it %s', (_name, [from = '', to = ''], expected) => {
    expect(problemsOf(GOOD.replace(from, to))).toMatch(expected);
  });

  it.each([
    ['has TLS', '{ host: 0.0.0.0, port: 8443, tls: { certFile: a, keyFile: b } }'],
    ['stands behind a proxy that has', '{ host: 0.0.0.0, port: 8443, behindProxy: true }'],
  ])('lets it listen to the world when it %s', (_name, listen) => {
    expect(problemsOf(GOOD.replace('{ port: 8443 }', listen))).toBe('accepted');
  });

  it('accepts a moved clock where every outside address is this machine', () => {
    const local = GOOD.replace(
      '  clientId: 9e',
      '  cloud: { login: https://localhost:1, graph: https://localhost:2, arm: https://127.0.0.1:3 }\n  clientId: 9e',
    )
      .replace('https://alarm.example', 'https://localhost:4')
      .replace('alarm:', 'domainClock: { offsetFile: /tmp/offset }\nalarm:');
    expect(problemsOf(local)).toBe('accepted');
  });
});
