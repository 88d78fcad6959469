import { type ClientAuth, ClientSecretPost } from 'openid-client';
import { type ClientAssertion, type ClientSetting, createClientAssertion } from './client-assertion.ts';
import { readSecret } from './secret-source.ts';

/** How an app registration shows at the token endpoint that it is the one; made anew for each call. @throws {AppError} `identity.*` */
export type ClientProof = () => Promise<ClientAuth>;

/**
 * By an assertion (of a managed identity, of the platform, or signed with its certificate), or by its secret.
 * @throws {AppError} `secret.*`, `certificate.*` at once
 */
export function createClientProof(setting: ClientSetting): ClientProof {
  const assertion = createClientAssertion(setting);
  if (assertion !== undefined) return byAssertion(assertion);
  const { credential } = setting;
  if (!('clientSecret' in credential)) throw new RangeError('a credential without assertion and secret');
  const auth = ClientSecretPost(readSecret(credential.clientSecret).reveal());
  return () => Promise.resolve(auth);
}

/** @see https://www.rfc-editor.org/rfc/rfc7523#section-2.2 */
export function byAssertion(assertion: ClientAssertion): ClientProof {
  return async () => {
    const text = await assertion();
    return (_server, client, body) => {
      body.set('client_id', client.client_id);
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      body.set('client_assertion', text);
    };
  };
}
