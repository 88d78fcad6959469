import { AppError } from '../access/core/app-error.ts';
import type { Log } from '../observe/log.ts';

/** Nothing new fits. What is open is tried all the same. */
export function fullError(cause?: unknown): AppError {
  return new AppError('store.full', 'the disk of the store is full', {
    cause,
    hint: 'Nothing new can be taken on until an administrator makes room. What was given is still taken away on time.',
    retryable: true,
  });
}

export function closedError(): AppError {
  return new AppError('store.closed', 'the store is closed', { retryable: true });
}

/** What a store does by default when it can no longer be sure of what it holds, or of being the one that may write. */
export function endProcess(log: Log, error: AppError): void {
  log.fatal({ err: error }, 'the store cannot be trusted any more; this process ends so that the next one recovers');
  process.exit(1);
}
