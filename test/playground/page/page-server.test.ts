import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../../../src/access/core/app-error.ts';
import { freePort } from '../../../src/playground/free-port.ts';
import { type PageServer, startPageServer } from '../../../src/playground/page/page-server.ts';
import { clientFile } from '../../../src/playground/page/static-files.ts';
import type { PageState } from '../../../src/playground/page/page-state.ts';

let server: PageServer;
let port = 0;
const done: string[] = [];
let now = 'first';

beforeAll(async () => {
  port = await freePort();
  server = await startPageServer(port, {
    flows: {},
    // The server sends whatever it is given; what stands in a state is tested where it is made.
    state: () => Promise.resolve({ now } as PageState),
    journalLine: (of, seq) => (of === 'bot' && seq === 7 ? '{"seq":7}' : undefined),
    act(path) {
      if (path === 'refused') throw new AppError('playground.refused', 'It cannot be done.', { hint: 'Do something else.' });
      done.push(path);
      return Promise.resolve({});
    },
  });
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Raw, since fetch lets nobody write Host and Origin. */
function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const own = () => ({ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' });

describe('the page of the playground', () => {
  it.each([
    ['its own page', {}, 200],
    ['its own page under the name localhost', () => ({ host: `localhost:${port}`, origin: `http://localhost:${port}` }), 200],
    ['a foreign web page', { origin: 'https://evil.example' }, 403],
    ['a page that points its own name at this machine', { host: 'evil.example:80', origin: 'http://evil.example' }, 403],
    ['a page of another local port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page in a sandbox', { origin: 'null' }, 403],
    ['a frame that says where it comes from', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a plain form, which needs no permission to be sent', { 'content-type': 'text/plain' }, 415],
  ])('answers %s', async (_, lie, status) => {
    done.length = 0;
    const headers = { ...own(), ...(typeof lie === 'function' ? lie() : lie) };
    const answer = await send('POST', '/api/clock/advance', headers, '{}');
    expect(answer.status).toBe(status);
    expect(done).toEqual(status === 200 ? ['clock/advance'] : []);
  });

  it('does not even show itself under a foreign name', async () => {
    expect((await send('GET', '/', { host: 'evil.example' })).status).toBe(403);
    expect((await send('GET', '/', { host: `127.0.0.1:${port}` })).status).toBe(200);
  });

  it('runs scripts of its own server only, and cannot be framed', async () => {
    const policy = String((await send('GET', '/', { host: `127.0.0.1:${port}` })).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  it.each([
    '/client/../../../../package.json',
    '/client/..%2f..%2f..%2f..%2fpackage.json',
    '/client/%2e%2e/page-server.ts',
    '/vendor/__proto__',
    '/vendor/constructor',
    '/vendor/..%2fpackage.json',
  ])('gives nothing from outside its folder: %s', async (path) => {
    expect((await send('GET', path, { host: `127.0.0.1:${port}` })).status).toBe(404);
  });

  it.each([
    '/client/app.js',
    '/client/style/base.css',
    '/vendor/preact.mjs',
    '/vendor/hooks.mjs',
    '/vendor/htm.mjs',
    '/vendor/adaptivecards.min.js',
  ])('serves %s', async (path) => {
    expect((await send('GET', path, { host: `127.0.0.1:${port}` })).status).toBe(200);
  });

  it('holds to its folder whoever asks, not only where addresses are tidied first', () => {
    expect(clientFile('../../../../jest.config.mjs')).toBeUndefined();
    expect(clientFile('app.js')?.type).toContain('javascript');
  });

  it('says in words what could not be done', async () => {
    const answer = await send('POST', '/api/refused', own(), '{}');
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.text)).toEqual({ sentence: 'It cannot be done. Do something else.', code: 'playground.refused' });
  });

  it('shows a journal line as it is stored', async () => {
    const get = (path: string) => send('GET', path, { host: `127.0.0.1:${port}` });
    expect(JSON.parse((await get('/api/journal/bot/7')).text)).toEqual({ raw: '{"seq":7}' });
    expect((await get('/api/journal/bot/8')).status).toBe(404);
  });

  it('sends the whole state once, and again only when it changed', async () => {
    const get = (known: string) => fetch(`${server.url}/api/state?known=${known}`);
    const first = await get('');
    expect(await first.text()).toContain('"first"');
    const tag = first.headers.get('hallpass-state') ?? '';
    expect((await get(tag)).status).toBe(204);
    now = 'second';
    expect(await (await get(tag)).text()).toContain('"second"');
  });
});
