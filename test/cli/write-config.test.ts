import { chownSync, lstatSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { textOf, writeConfig } from '../../src/cli/tenant/write-config.ts';

const id = (digit: string) => `00000000-0000-4000-8000-00000000000${digit}`;
const TEXT = JSON.stringify({
  tenant: { tenantId: id('1'), clientId: id('9'), credential: { clientSecret: { env: 'NOT_READ' } } },
  listen: { port: 8080 },
  store: { folder: '/var/lib/hallpass' },
  perimeter: { url: 'https://perimeter.example', audience: 'api://perimeter' },
  slack: { workspaceId: 'T0WORK', botToken: { env: 'NOT_READ' }, signingSecret: { env: 'NOT_READ' } },
  entitlements: [
    {
      id: 'reports',
      name: 'Reports Reader',
      describes: 'Reads reports.',
      privileged: false,
      directoryRole: { roleDefinitionId: id('4') },
      mayRequest: { groups: [id('5')] },
      approvers: { groups: [id('6')] },
      approversChannel: { slackChannelId: 'C0APPROVE' },
      durationsMinutes: [30],
    },
  ],
  security: { channel: { slackChannelId: 'C0SECURE' } },
});
const CHANGED = `# changed\n${TEXT}`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-config-'));
  file = join(folder, 'hallpass.yaml');
  writeFileSync(file, TEXT, { mode: 0o640 });
});

describe('hallpass.yaml that is written', () => {
  it('is changed where it lies, and what leads there leads there still', () => {
    const elsewhere = join(mkdtempSync(join(tmpdir(), 'write-config-')), 'link.yaml');
    symlinkSync(file, elsewhere);
    writeConfig(elsewhere, CHANGED);
    expect(lstatSync(elsewhere).isSymbolicLink()).toBe(true);
    expect([textOf(elsewhere), readFileSync(file, 'utf8')]).toEqual([CHANGED, CHANGED]);
    expect(readdirSync(folder)).toEqual(['hallpass.yaml']);
  });

  it('is of its owner as before, also where the superuser writes it', () => {
    if (process.getuid?.() === 0) chownSync(file, 1234, 2345);
    const before = statSync(file);
    writeConfig(file, CHANGED);
    const { uid, gid, mode } = statSync(file);
    expect([uid, gid, mode]).toEqual([before.uid, before.gid, before.mode]);
  });

  it('stays as it was where the new text is none', () => {
    expect(() => writeConfig(file, 'tenants: []')).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect([textOf(file), readdirSync(folder)]).toEqual([TEXT, ['hallpass.yaml']]);
  });
});
