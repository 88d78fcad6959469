import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/observe/log.ts';
import { masked, maskOutput } from '../../src/observe/mask.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJlLW9mLWVudHJh';
const OPAQUE = 'Zm9vYmFyYmF6cXV4cXV1eA';

describe('a line shows nobody else’s key', () => {
  it.each([
    ['a token', `token ${TOKEN}, and more`],
    ['a token without its signature', `${TOKEN.slice(0, TOKEN.lastIndexOf('.'))}.`],
    ['a header', `Authorization: Bearer ${OPAQUE}`],
    ['basic credentials', `authorization: 'Basic ${OPAQUE}'`],
    ['a form', `grant_type=x&client_secret=${OPAQUE}&scope=y`],
    ['a form that begins with it', `client_assertion=${OPAQUE}`],
    ['an address with a code', `https://hallpass.example/approve/callback?code=${OPAQUE}&state=1`],
    ['a code that comes second', `/approve/callback?state=1&code=${OPAQUE}`],
    ['a token of Slack’s', `xoxb-${OPAQUE}`],
    ['a token of Slack’s in a form within a form', `body=token%3Dxoxb-${OPAQUE}`],
    ['an address to answer at', `https://hooks.slack.com/actions/T0PLAYGRND/123/${OPAQUE}`],
  ])('%s', (_, line) => {
    const shown = masked(line);
    expect(shown).not.toContain(OPAQUE);
    expect(shown).not.toContain(TOKEN.split('.')[1]);
    expect(shown).toContain('[masked]');
  });

  it.each([
    '{"code":"identity.rejected","msg":"no token of Graph"}',
    'basic facts of the bearer',
    'GET /approve/abc 200',
    '?state=1',
  ])('and is left alone where there is none: %s', (line) => {
    expect(masked(line)).toBe(line);
  });
});

it('masks what libraries print when they are told to be loud', () => {
  const printed: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      printed.push(String(chunk));
      done();
    },
  });
  maskOutput(stream as unknown as NodeJS.WriteStream);
  const options = { headers: { Authorization: `Bearer ${TOKEN}`, Cookie: `a=${OPAQUE}`, 'X-IDENTITY-HEADER': OPAQUE } };
  stream.write(inspect(options));
  stream.write(Buffer.from(JSON.stringify({ client_secret: OPAQUE, set: [['set-cookie', `sid=${OPAQUE}`]] })));
  stream.write('plain\n');
  expect(printed.join('\n')).not.toMatch(new RegExp(`${OPAQUE}|eyJ`));
  expect(printed.at(-1)).toBe('plain\n');
});

describe('the log', () => {
  const lineOf = (masks: boolean, fields: object, message: string): string => {
    let text = '';
    const destination = { write: (line: string) => void (text += line) };
    createLog('bot', 'trace', { masks, destination }).trace(fields, message);
    return text;
  };
  it.each<[string, object, string]>([
    ['by the name of a field', { authorization: OPAQUE }, 'x'],
    ['three levels down', { a: { b: { c: { clientSecret: OPAQUE } } } }, 'x'],
    ['by the shape, in any field', { anything: [`Bearer ${OPAQUE}`] }, 'x'],
    ['in the message', {}, `got ${TOKEN} xoxb-${OPAQUE}`],
    ['in an error of somebody else’s', { err: new Error(`refused: client_secret=${OPAQUE}`) }, 'x'],
  ])('masks %s, and would show it without masks', (_, fields, message) => {
    expect(lineOf(true, fields, message)).not.toContain(OPAQUE);
    expect(() => JSON.parse(lineOf(true, fields, message)) as unknown).not.toThrow();
    expect(lineOf(false, fields, message)).toContain(OPAQUE);
  });
});

describe('an error that nobody caught', () => {
  const dying = (how: string) => {
    const file = join(import.meta.dirname, '../../src/observe/mask.ts');
    const program = `
      import { dieMasked } from ${JSON.stringify(pathToFileURL(file).href)};
      dieMasked();
      const error = Object.assign(new Error('refused ${TOKEN}'), { config: { headers: { Authorization: 'Bearer ${OPAQUE}' } } });
      setTimeout(() => console.log('still there'), 2000);
      ${how}`;
    return spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], { encoding: 'utf8' });
  };
  it.each([
    ['thrown', 'setImmediate(() => { throw error; });'],
    ['a promise that failed', 'void Promise.reject(error);'],
  ])('ends the process, %s, and tells of it without what it carries', (_, how) => {
    const { status, stderr, stdout } = dying(how);
    expect(status).toBe(1);
    expect(stderr).toContain('Error: refused [masked]');
    expect(stderr).not.toMatch(new RegExp(`${OPAQUE}|eyJ`));
    expect(stdout).toBe('');
  });
});
