import { randomUUID } from 'node:crypto';
import { instantOf } from '../../../access/core/clock.ts';
import type { Answer } from '../far-end-server.ts';
import type { LoginOptions } from './login-options.ts';

/** Why the sign-in service does not go on. Numbers and words: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export interface Refused {
  readonly status: number;
  readonly error: string;
  readonly number: number;
  readonly text: string;
}

export const refused = (status: number, error: string, number: number, text: string): Refused => ({
  status,
  error,
  number,
  text,
});

export const missing = (name: string): Refused =>
  refused(400, 'invalid_request', 900_144, `The request body must contain the following parameter: '${name}'.`);

export const unknownTenant = (name: string): Refused =>
  refused(
    400,
    'invalid_request',
    90_002,
    `Tenant '${printable(name)}' not found. Check to make sure you have the correct tenant ID.`,
  );

export const unknownApplication = (clientId: string): Refused =>
  refused(
    400,
    'unauthorized_client',
    700_016,
    `Application with identifier '${printable(clientId)}' was not found in the directory 'Playground'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
  );

/** What goes into an `error_description`, with the ids that it names. */
export function described({ number, text }: Pick<Refused, 'number' | 'text'>, now: number) {
  const traceId = randomUUID();
  const correlationId = randomUUID();
  const timestamp = `${instantOf(now).slice(0, 19).replace('T', ' ')}Z`;
  const description = `AADSTS${number}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  return { description, traceId, correlationId, timestamp };
}

export function failure({ now, address }: Pick<LoginOptions, 'now' | 'address'>, why: Refused): Answer {
  const { description, traceId, correlationId, timestamp } = described(why, now.now());
  return {
    status: why.status,
    headers: { 'cache-control': 'no-store, no-cache', 'x-ms-request-id': traceId },
    body: {
      error: why.error,
      error_description: description,
      error_codes: [why.number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${address()}/error?code=${why.number}`,
    },
  };
}

/** What came from outside stands in an error text cut short and without control characters. */
export const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 120);
