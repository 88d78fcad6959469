import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, type JWTPayload } from 'jose';
import { APPROVAL_APP, PERIMETER_IDENTITY, TENANT_ID } from '../../../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../../../src/playground/microsoft/start.ts';
import { type Browser, createBrowser, type Page } from '../../../support/browserless.ts';
import { type Bench, type Reply, startBench, text } from '../far-end.ts';

export interface Arrived {
  readonly method: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** An application that people come back to: it notes with what. */
export interface Callback {
  readonly uri: string;
  readonly arrived: readonly Arrived[];
  close(): Promise<void>;
}

export async function startCallback(): Promise<Callback> {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const fields = request.method === 'POST' ? new URLSearchParams(body) : searchParams;
      arrived.push({ method: request.method ?? '', parameters: Object.fromEntries(fields) });
      response.end('back');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    uri: `http://localhost:${(server.address() as AddressInfo).port}/approve/callback`,
    arrived,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const VERIFIER = randomBytes(32).toString('base64url');
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const C1 = JSON.stringify({ id_token: { acrs: { essential: true, value: 'c1' } } });

export type Changes = Readonly<Record<string, string | undefined>>;

export interface Scene {
  readonly bench: Bench;
  readonly far: MicrosoftFarEnd;
  readonly callback: Callback;
  /** A profile that nobody has used. */
  browser(): Browser;
  /** A right request, with changes; `undefined` leaves a parameter out. */
  authorizeUrl(changes?: Changes): string;
  /** A token of the perimeter's identity for the exchange, as it gets one where it runs. */
  assertion(): Promise<string>;
  redeem(code: string, changes?: Changes): Promise<Reply>;
  /** What the callback got with a page. */
  parameters(page: Page): Readonly<Record<string, string>>;
  /** Claims of the ID token that comes for the code on this page. */
  claims(page: Page): Promise<JWTPayload>;
  close(): Promise<void>;
}

/** @param options as {@link startBench} */
export async function startScene(options: Parameters<typeof startBench>[0] = {}): Promise<Scene> {
  const callback = await startCallback();
  const bench = await startBench(options);
  const { far } = bench;
  far.setRedirectUris(APPROVAL_APP.clientId, [callback.uri]);
  const scene: Scene = {
    bench,
    far,
    callback,
    browser: () => createBrowser(),
    authorizeUrl(changes = {}) {
      const url = new URL(`${far.browserLoginUrl}/${TENANT_ID}/oauth2/v2.0/authorize`);
      const parameters: Changes = {
        client_id: APPROVAL_APP.clientId,
        response_type: 'code',
        redirect_uri: callback.uri,
        response_mode: 'query',
        scope: 'openid profile',
        state: 'state-1',
        nonce: 'nonce-1',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        ...changes,
      };
      for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
      return url.href;
    },
    async assertion() {
      const url = new URL(far.identityEndpoint);
      url.search = new URLSearchParams({
        'api-version': '2019-08-01',
        resource: 'api://AzureADTokenExchange',
        client_id: PERIMETER_IDENTITY.clientId,
      }).toString();
      const answer = await fetch(url, { headers: { 'x-identity-header': far.identityHeader } });
      const body = (await answer.json()) as { readonly access_token: string };
      return body.access_token;
    },
    async redeem(code, changes = {}) {
      const fields: Changes = {
        grant_type: 'authorization_code',
        client_id: APPROVAL_APP.clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'client_assertion' in changes ? changes['client_assertion'] : await scene.assertion(),
        code,
        redirect_uri: callback.uri,
        code_verifier: VERIFIER,
        ...changes,
      };
      const form = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, value);
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      return bench.raw('POST', `${far.loginUrl}/${TENANT_ID}/oauth2/v2.0/token`, type, form.toString());
    },
    parameters(page) {
      if (!page.url.startsWith(callback.uri)) throw new Error(`not back, but at ${page.url}: ${page.text.slice(0, 300)}`);
      return callback.arrived.at(-1)?.parameters ?? {};
    },
    async claims(page) {
      const answer = await scene.redeem(scene.parameters(page)['code'] ?? '');
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return decodeJwt(text(answer.body['id_token']));
    },
    async close() {
      await callback.close();
      await bench.close();
    },
  };
  return scene;
}
