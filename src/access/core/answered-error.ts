import { AppError, type AppErrorOptions } from './app-error.ts';

/** What Microsoft answered, without its words: branch on `status` and `code`, never on the message. */
export interface FarAnswer {
  readonly status: number;
  /** The innermost code; PIM hides its own in JSON inside `error.message`. */
  readonly code: string;
  readonly requestId?: string | undefined;
}

/** An AppError that still knows Microsoft's own code, for the writers that must tell one 400 from another. */
export class AnsweredError extends AppError {
  readonly answer: FarAnswer;

  constructor(code: string, message: string, answer: FarAnswer, options: AppErrorOptions) {
    super(code, message, options);
    this.answer = answer;
  }
}

/** Microsoft's own code of a translated error; empty for anything else. */
export function answerCodeOf(error: unknown): string {
  return error instanceof AnsweredError ? error.answer.code : '';
}

/** True when a write cannot have happened: Microsoft refused it, or there was no token to send it with. Timeouts, resets and 5xx prove nothing. */
export function provesNothingWritten(error: unknown): boolean {
  if (error instanceof AppError && error.code.startsWith('identity.')) return true;
  return error instanceof AnsweredError && error.answer.status >= 400 && error.answer.status < 500 && error.answer.status !== 408;
}
