import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { AppError } from '../access/core/app-error.ts';
import { masked } from './mask.ts';

export type Log = Logger;

/** What never reaches a log line, wherever an object carries it. `Secret` masks itself; these are the headers and fields of others. */
const REDACTED = [
  'authorization',
  'cookie',
  'token',
  'access_token',
  'client_secret',
  'clientSecret',
  'assertion',
  'justification',
  'note',
];

export interface LogOptions {
  /** False shows what the masks hide: for the test that they hide something. */
  readonly masks?: boolean;
  readonly destination?: DestinationStream;
}

/** One JSON object a line on standard output. Fields: level, time (ISO), service, msg, and what the caller adds. */
export function createLog(
  service: 'bot' | 'perimeter' | 'playground',
  level = process.env['HALLPASS_LOG_LEVEL'] ?? 'info',
  { masks = true, destination }: LogOptions = {},
): Log {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    ...(masks ? { redact: REDACT, hooks: { streamWrite: masked } } : {}),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const REDACT = { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]), censor: '[redacted]' };

/**
 * An error for the log: code, message and stack of ours; of anybody else's only name, code and message, since their extra
 * properties may hold whole requests with their headers.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'a thrown value that is no error' };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error instanceof AppError)
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }), ...cause };
  const code: unknown = Reflect.get(error, 'code');
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message.slice(0, 500),
    stack: error.stack?.split('\n').slice(1, 6),
    ...cause,
  };
}
