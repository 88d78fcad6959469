import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { json, startHttpServer, type HttpServer } from '../../src/bot/http-server.ts';
import { createLog } from '../../src/observe/log.ts';

let server: HttpServer;
const counted: string[] = [];
beforeEach(async () => {
  counted.length = 0;
  server = await startHttpServer({
    key: 'listen',
    listen: { host: '127.0.0.1', port: 0, behindProxy: false },
    routes: {
      'GET /healthz': (_, res) => json(res, 200, { status: 'ok' }),
      'POST /broken': () => Promise.reject(new Error('with a secret in it')),
    },
    pages: { under: ['/console'], route: (req, res) => json(res, 200, { page: req.url }) },
    log: createLog('bot', 'silent'),
    counted: (route, status) => counted.push(`${route} ${status}`),
  });
});
afterEach(() => server.close());

describe('the bot’s server', () => {
  it.each([
    ['GET', '/healthz', 200, undefined],
    ['GET', '/healthz?x=1', 200, undefined],
    ['POST', '/healthz', 405, 'http.method'],
    ['GET', '/', 404, 'http.not-found'],
    ['GET', '/healthz/../etc/passwd', 404, 'http.not-found'],
    ['POST', '/broken', 500, 'internal'],
  ])('%s %s is answered with %i', async (method, path, status, code) => {
    const response = await fetch(`${server.url}${path}`, { method });
    expect(response.status).toBe(status);
    const body = await response.text();
    if (code !== undefined) expect(JSON.parse(body)).toMatchObject({ status, code });
    expect(body).not.toContain('secret');
    expect(counted).toHaveLength(1);
  });

  it('counts paths that nobody knows under one name', async () => {
    await fetch(`${server.url}/a`);
    await fetch(`${server.url}/b`);
    expect(counted).toEqual(['other 404', 'other 404']);
  });

  it.each([
    ['GET', '/console', 200],
    ['GET', '/console?of=me', 200],
    ['POST', '/console/link/x', 200],
    ['GET', '/consoles', 404],
    ['GET', '/x/console', 404],
  ])('leads %s %s to the pages below it, or nowhere: %i', async (method, path, status) => {
    const response = await fetch(`${server.url}${path}`, { method });
    expect([response.status, await response.json()]).toEqual([
      status,
      status === 200 ? { page: path } : expect.objectContaining({ code: 'http.not-found' }),
    ]);
    expect(counted).toEqual([status === 200 ? `${method} /console 200` : 'other 404']);
  });

  it('refuses a head that is too large, and goes on', async () => {
    const response = await fetch(`${server.url}/healthz`, { headers: { 'x-large': 'x'.repeat(20_000) } });
    expect(response.status).toBe(431);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('hangs up on what is no HTTP', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.resume().write('\u0016\u0003\u0001 hello\r\n\r\n');
    await once(socket, 'close');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
