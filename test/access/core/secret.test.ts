import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/access/core/secret.ts';

describe('a secret', () => {
  const secret = new Secret('hunter2');

  it.each([
    ['as text', () => String(secret)],
    ['as JSON', () => JSON.stringify({ secret })],
    ['inspected', () => inspect({ secret }, { depth: 9, showHidden: true })],
    ['copied', () => JSON.stringify(Object.assign({}, secret))],
    ['in an error', () => String(new Error(`failed with ${String(secret)}`))],
  ])('cannot be printed %s', (_name, print) => {
    expect(print()).not.toContain('hunter2');
  });

  it('is there for the one line that needs it', () => {
    expect(secret.reveal()).toBe('hunter2');
  });
});
