import { describe, expect, it } from '@jest/globals';
import { HttpRequest, HttpResponse } from '@azure/functions';
import { cookieOf, functionsResponse, standardRequest } from '../../src/perimeter/functions/http.ts';

describe('what passes through Azure Functions', () => {
  it('hands on method, address, headers and body of a call', async () => {
    const request = standardRequest(
      new HttpRequest({
        method: 'POST',
        url: 'https://perimeter.example/grants?x=1',
        headers: { authorization: 'Bearer a.b.c' },
        body: { string: '{"a":1}' },
      }),
    );
    expect([request.method, request.url, request.headers.get('authorization'), await request.text()]).toEqual([
      'POST',
      'https://perimeter.example/grants?x=1',
      'Bearer a.b.c',
      '{"a":1}',
    ]);
  });

  it('hands on a call without a body', async () => {
    const request = standardRequest(new HttpRequest({ method: 'GET', url: 'https://perimeter.example/healthz' }));
    expect([request.method, await request.text()]).toEqual(['GET', '']);
  });

  it.each([
    ['203.0.113.7:50123', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7:1', '198.51.100.1, 203.0.113.7'],
    ['[2001:db8::7]:50123', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
  ])('names who calls without the port that App Service adds: %s', (forwarded, named) => {
    const headers = { 'x-forwarded-for': forwarded };
    const request = standardRequest(new HttpRequest({ method: 'GET', url: 'https://perimeter.example/', headers }));
    expect(request.headers.get('x-forwarded-for')).toBe(named);
  });

  it('hands back status, headers, bytes, and every cookie apart', async () => {
    const headers = new Headers({ 'content-security-policy': "default-src 'none'" });
    headers.append('set-cookie', '__Host-a=1; Path=/; Secure; HttpOnly; SameSite=Lax');
    headers.append('set-cookie', '__Host-b=two%3D2; Max-Age=0; Path=/; Secure');
    const response = new HttpResponse(await functionsResponse(new Response('körper', { status: 418, headers })));
    expect(response.status).toBe(418);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.text()).toBe('körper');
    expect(response.cookies).toEqual([
      { name: '__Host-a', value: '1', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
      { name: '__Host-b', value: 'two=2', maxAge: 0, path: '/', secure: true },
    ]);
  });

  it('hands back an answer that may have no body', async () => {
    const response = new HttpResponse(await functionsResponse(new Response(null, { status: 204 })));
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it.each(['a=1; Partitioned', 'a=1; SameSite=Sideways', 'a=1; Priority=High'])(
    'refuses a cookie whose attribute would be lost on the way: %s',
    (line) => {
      expect(() => cookieOf(line)).toThrow('an attribute that Azure Functions cannot pass on');
    },
  );
});
