import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadPerimeterConfig } from '../../src/perimeter/load-perimeter-config.ts';
import { ROOT } from '../tools/arrows.ts';

const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const IDS: Readonly<Record<string, string>> = {
  TENANT: '00000000-0000-4000-8000-000000000001',
  IDENTITY_CLIENT_ID: '00000000-0000-4000-8000-000000000002',
  BOT_CLIENT_ID: '00000000-0000-4000-8000-000000000003',
  API_CLIENT_ID: '00000000-0000-4000-8000-000000000004',
  APPROVAL_CLIENT_ID: '00000000-0000-4000-8000-000000000005',
};

describe('docs/deploy.md', () => {
  it('shows a perimeter.yaml that is read without a complaint, once the rest of it is there', () => {
    const [, shown = ''] = /```yaml\n([\s\S]+?)```/.exec(page) ?? [];
    const filled = shown
      .replaceAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g, (name) => IDS[name] ?? name)
      .replaceAll('YOUR-ADDRESS', 'approve.example.com')
      .replace('[ … ]', '[]')
      .replaceAll(/^ {3}/gm, '');
    const rest = [
      'alarm: { url: https://alarms.example.com/hallpass }',
      `entitlements: [{ id: role, directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }, mayReceive: { groups: [${IDS['TENANT']}] }, longestMinutes: 60, assurance: chat }]`,
    ];
    const file = join(mkdtempSync(join(tmpdir(), 'hallpass-docs-')), 'perimeter.yaml');
    writeFileSync(file, `${filled}\n${rest.join('\n')}\n`);
    expect(loadPerimeterConfig(file)).toMatchObject({ approve: { publicUrl: 'https://approve.example.com' } });
  });

  it('names files that exist', () => {
    const named = [...new Set(page.match(/\bdeploy\/[\w.]+/g))];
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((path) => !existsSync(join(ROOT, path.replace(/\.$/, ''))))).toEqual([]);
  });
});
