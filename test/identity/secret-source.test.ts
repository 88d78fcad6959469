import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readSecret } from '../../src/identity/secret-source.ts';

function fileWith(text: string, mode: number): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-secret-')), 'secret');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

afterEach(() => {
  delete process.env['HALLPASS_TEST_SECRET'];
});

describe('reading a secret', () => {
  it.each([0o600, 0o640, 0o400])('reads a file with mode %o, without its last line break', (mode) => {
    expect(readSecret({ file: fileWith('hunter2\n', mode) }).reveal()).toBe('hunter2');
  });

  it.each([0o644, 0o666, 0o602])('refuses a file with mode %o, and says how to mend it', (mode) => {
    const file = fileWith('hunter2', mode);
    expect(() => readSecret({ file })).toThrow(
      expect.objectContaining({ code: 'secret.exposed', hint: `Run: chmod 600 ${file}` }),
    );
  });

  it('reads the environment', () => {
    process.env['HALLPASS_TEST_SECRET'] = 'hunter2';
    expect(readSecret({ env: 'HALLPASS_TEST_SECRET' }).reveal()).toBe('hunter2');
  });

  it.each([
    ['an unset variable', { env: 'HALLPASS_TEST_SECRET' }, 'secret.missing'],
    ['a file that is not there', { file: '/nowhere/secret' }, 'secret.missing'],
    ['an empty file', { file: fileWith('\n', 0o600) }, 'secret.empty'],
    ['a file of blank lines, which anybody would guess', { file: fileWith('\n\n', 0o600) }, 'secret.empty'],
    ['a file of blanks', { file: fileWith(' \t \r\n', 0o600) }, 'secret.empty'],
  ])('refuses %s', (_name, source, code) => {
    expect(() => readSecret(source)).toThrow(expect.objectContaining({ code }));
  });
});
