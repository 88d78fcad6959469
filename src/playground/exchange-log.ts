import { appendFileSync } from 'node:fs';

/** The published contract an exchange belongs to. */
export type Contract = 'graph' | 'arm' | 'slack' | 'bot';

/** One HTTP exchange with a far end. */
export interface HttpExchange {
  readonly contract: Contract;
  readonly method: string;
  /** Whole address; the path must be the far end's own (`/v1.0/...`, `/api/...`, `/v3/...`). */
  readonly url: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
  readonly status?: number;
  readonly responseBody?: unknown;
  /** A name for the reader of a failed line. */
  readonly label?: string;
}

export interface ExchangeLog {
  /** Keeps the exchange, without what would let a reader of it act: authorization, cookies, tokens, secrets. */
  record(exchange: HttpExchange): void;
  /** The newest exchanges, oldest first. */
  recent(): readonly HttpExchange[];
  /** The same as JSON lines, as a contract checker reads them. */
  lines(): string;
  /** Calls back after each one. Returns how to stop. */
  onRecord(listener: (exchange: HttpExchange) => void): () => void;
}

export interface ExchangeLogOptions {
  /** Also append each line to this file. Default: `HALLPASS_EXCHANGES` of the environment; unset or empty keeps memory only. */
  readonly file?: string | undefined;
  /** How many are kept in memory. */
  readonly keep?: number;
}

const HIDDEN_HEADERS =
  /^(authorization|x-ms-authorization-auxiliary|proxy-authorization|cookie|set-cookie|x-identity-header|x-slack-signature)$/i;
const HIDDEN_FIELDS = /^(token|client_secret|client_assertion|assertion|refresh_token|access_token|secretText)$/;
const MASK = '[hidden]';

/** A record of what went over the wire, to be checked afterwards against what Microsoft and Slack publish. */
export function createExchangeLog(options: ExchangeLogOptions = {}): ExchangeLog {
  const file = options.file ?? process.env['HALLPASS_EXCHANGES'];
  const keep = options.keep ?? 2_000;
  const ring: HttpExchange[] = [];
  const listeners = new Set<(exchange: HttpExchange) => void>();
  return {
    record(exchange) {
      const safe = withoutSecrets(exchange);
      ring.push(safe);
      if (ring.length > keep) ring.splice(0, ring.length - keep);
      // One synchronous write a line, opened for appending: several processes may share the file.
      if (file) appendFileSync(file, `${JSON.stringify(safe)}\n`);
      for (const listener of listeners) listener(safe);
    },
    recent: () => [...ring],
    lines: () => ring.map((exchange) => `${JSON.stringify(exchange)}\n`).join(''),
    onRecord(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function withoutSecrets(exchange: HttpExchange): HttpExchange {
  const headers = Object.entries(exchange.requestHeaders ?? {}).filter(([name]) => !HIDDEN_HEADERS.test(name));
  return {
    ...exchange,
    ...(exchange.requestHeaders === undefined ? {} : { requestHeaders: Object.fromEntries(headers) }),
    ...(exchange.requestBody === undefined ? {} : { requestBody: masked(exchange.requestBody) }),
    ...(exchange.responseBody === undefined ? {} : { responseBody: masked(exchange.responseBody) }),
  };
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      HIDDEN_FIELDS.test(key) && typeof inner === 'string' ? MASK : masked(inner),
    ]),
  );
}
