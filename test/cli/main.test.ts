import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { exitCodeOf, sentenceOf } from '../../src/cli/exit-codes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const hallpass = (...args: string[]) => spawnSync(process.execPath, ['src/main.ts', ...args], { cwd: ROOT, encoding: 'utf8' });

describe('the hallpass command', () => {
  it('says what it can do, and what its exit codes mean', () => {
    const { status, stdout } = hallpass('--help');
    expect(status).toBe(0);
    for (const word of ['playground', 'start', 'perimeter', 'Exit codes: 0 done']) expect(stdout).toContain(word);
  });

  it.each([
    ['an unknown command', ['fly']],
    ['a port that is none', ['playground', '--port', '99999']],
    ['a missing configuration', ['start']],
  ])('answers %s with exit code 2 and a way out', (_, args) => {
    const { status, stderr } = hallpass(...args);
    expect(status).toBe(2);
    expect(stderr).toContain('--help');
  });

  it('tells which file it cannot read, without a stack', () => {
    const { status, stderr } = hallpass('perimeter', '--config', 'nowhere.yaml');
    expect(status).toBe(2);
    expect(stderr).toContain('nowhere.yaml cannot be read');
    expect(stderr).toContain('(config.unreadable)');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    ['a configuration to mend', new AppError('config.invalid', 'x'), 2],
    ['something that may work later', new AppError('graph.unavailable', 'x', { retryable: true }), 4],
    ['any other refusal', new AppError('store.corrupt', 'x'), 1],
    ['something unforeseen', new Error('x'), 1],
  ])('ends with its own code for %s', (_, error, code) => expect(exitCodeOf(error)).toBe(code));

  it('shows sentence, hint and code, in this order', () => {
    expect(sentenceOf(new AppError('a.b', 'It failed.', { hint: 'Do this.' }))).toBe('It failed.\nDo this.\n(a.b)\n');
  });
});
