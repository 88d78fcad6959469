import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { configSchemas } from '../../src/cli/schemas.ts';

describe('the schemas for editors', () => {
  it.each(Object.entries(configSchemas()))('%s is what the code reads; else run: npm run docs:schemas', (name, text) => {
    expect(readFileSync(new URL(`../../docs/schemas/${name}`, import.meta.url), 'utf8')).toBe(text);
  });

  it.each(Object.entries(configSchemas()))('%s refuses keys that the file does not have', (_name, text) => {
    expect(JSON.parse(text)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});
