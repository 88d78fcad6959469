import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CREDENTIALS_PAGE, withNumbers } from '../../src/cli/docs-credentials.ts';
import { exchangeAudience } from '../../src/identity/client-assertion.ts';

const page = readFileSync(CREDENTIALS_PAGE, 'utf8');

it('tells every number as the product does (npm run docs:credentials)', () => {
  expect(page).toBe(withNumbers(page));
});

it('names each cloud’s audience as it is asked for', () => {
  for (const cloud of ['AzureCloud', 'AzureUSGovernment', 'AzureChina'] as const)
    expect(page).toContain(`| \`${cloud}\` | \`${exchangeAudience(cloud)}\` |`);
});
