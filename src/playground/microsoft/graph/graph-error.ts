import { randomUUID } from 'node:crypto';
import type { Answer } from '../far-end-server.ts';

/** An answer that ends the handling of a call: thrown by what reads the request, caught by the router. */
export class GraphRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'GraphRefusal';
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (message: string) => new GraphRefusal(400, 'BadRequest', message);
export const directoryBadRequest = (message: string) => new GraphRefusal(400, 'Request_BadRequest', message);
export const unsupportedQuery = (message: string) => new GraphRefusal(400, 'Request_UnsupportedQuery', message);
export const notFound = (id: string) =>
  new GraphRefusal(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

/** Ids of this exchange, in body and headers, as Graph sends them. */
export interface ExchangeIds {
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly date: string;
}

export function exchangeIds(headers: Readonly<Record<string, string>>, nowMs: number): ExchangeIds {
  const requestId = randomUUID();
  const asked = headers['client-request-id'] ?? '';
  // Without an offset: so it comes from Graph.
  return {
    requestId,
    clientRequestId: /^[\w-]{1,64}$/.test(asked) ? asked : requestId,
    date: new Date(nowMs).toISOString().slice(0, 19),
  };
}

export function idHeaders(ids: ExchangeIds): Record<string, string> {
  return { 'request-id': ids.requestId, 'client-request-id': ids.clientRequestId };
}

/** Source: https://learn.microsoft.com/graph/errors */
export function errorAnswer(status: number, code: string, message: string, ids: ExchangeIds): Answer {
  return {
    status,
    headers: idHeaders(ids),
    body: {
      error: {
        code,
        message,
        innerError: { date: ids.date, 'request-id': ids.requestId, 'client-request-id': ids.clientRequestId },
      },
    },
  };
}

const WORDS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  413: ['RequestBodySizeLimitExceeded', 'The request body is larger than 4 MB.'],
  429: ['TooManyRequests', 'Too many requests. Please try again later.'],
  500: ['InternalServerError', 'An unexpected error occurred.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable. Please try again later.'],
};

export function plainError(status: number, ids: ExchangeIds): Answer {
  const [code, message] = WORDS[status] ?? ['UnknownError', ''];
  return errorAnswer(status, code, message, ids);
}
