export interface AppErrorOptions {
  readonly cause?: unknown;
  /** What the person who sees it can do next, in one sentence. */
  readonly hint?: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  /** How long the other side asked us to wait (its Retry-After), in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The one error of the house: a stable `code` for programs, a message for operators, a hint for whoever is affected. */
export class AppError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The stable code of any thrown thing; `unknown` for what is not ours. */
export function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'unknown';
}
