import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from '../../src/access/core/app-error.ts';
import { readConfig } from '../../src/config/read-config.ts';

const schema = z.strictObject({
  name: z.string(),
  minutes: z.int().positive(),
  things: z.array(z.strictObject({ id: z.string() })).default([]),
});

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-config-')), 'x.yaml');
  writeFileSync(file, text);
  return file;
}

function problemsOf(text: string, rules: Parameters<typeof readConfig<typeof schema>>[2] = []): string {
  try {
    readConfig(fileWith(text), schema, rules);
  } catch (error) {
    if (error instanceof AppError && error.code === 'config.invalid') return error.message.replaceAll(/^.*x\.yaml:/gm, '');
    throw error;
  }
  return 'accepted';
}

describe('reading configuration', () => {
  it('reads what is right', () => {
    expect(readConfig(fileWith('name: a\nminutes: 5\n'), schema)).toEqual({ name: 'a', minutes: 5, things: [] });
  });

  it('reports every problem at once, each with its line', () => {
    const text = 'name: 7\nminutes: -1\nthings:\n  - id: a\n    colour: red\n  - ident: b\n';
    const lines = problemsOf(text).split('\n');
    expect(lines.map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual(
      expect.arrayContaining(['1 name', '2 minutes', '5 things.0.colour', '6 things.1.ident', '6 things.1.id']),
    );
  });

  it('says where a missing key belongs', () => {
    expect(problemsOf('name: a\n')).toMatch(/^1: minutes: /);
  });

  it.each([
    ['yes is not true', 'name: yes\nminutes: 5\n', 'accepted'],
    ['1d is no number of minutes', 'name: a\nminutes: 1d\n', /^2: minutes: /],
    ['a key given twice is no choice', 'name: a\nname: b\nminutes: 5\n', /^2: .*unique/],
    ['broken YAML has a line', 'name: [a\nminutes: 5\n', /^\d+: /],
  ])('%s', (_name, text, expected) => {
    if (expected instanceof RegExp) expect(problemsOf(text)).toMatch(expected);
    else expect(problemsOf(text)).toBe(expected);
  });

  it('never repeats a value: it may be a secret in the wrong place', () => {
    expect(problemsOf('name: a\nminutes: hunter2-secret\nthings: hunter2-secret\nsecret: hunter2-secret\n')).not.toContain(
      'hunter2',
    );
  });

  it('gives rules between keys their line too', () => {
    expect(problemsOf('name: a\nminutes: 5\n', [() => [{ path: ['minutes'], message: 'is too short for this name' }]])).toBe(
      '2: minutes: is too short for this name',
    );
  });

  it('names a file that is not there', () => {
    expect(() => readConfig('/nowhere/x.yaml', schema)).toThrow(expect.objectContaining({ code: 'config.unreadable' }));
  });
});
