import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { flowPages } from '../../src/cli/docs-flows.ts';

describe('the pages of docs/flows', () => {
  it('are one for each flow', () => {
    expect([...flowPages().keys()].toSorted()).toEqual(
      readdirSync('flows')
        .map((name) => name.replace('.ts', '.md'))
        .toSorted(),
    );
  });

  it.each([...flowPages()])('show the flow as it is: %s (else run npm run docs:flows)', (name, page) => {
    expect(readFileSync(join('docs', 'flows', name), 'utf8')).toBe(page);
  });
});
