import { AppError } from '../access/core/app-error.ts';

const ASK_AGAIN_AFTER_MS = 2_000;

/** What needs the index of closed cases, as long as somebody has the patience. @throws {AppError} retryable `store.indexing` */
export async function indexedWithin<T>(patience: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const giveUp = () =>
    reject(
      new AppError('store.indexing', 'the index of closed cases is still being built', {
        retryable: true,
        retryAfterMs: ASK_AGAIN_AFTER_MS,
        hint: 'It has just started, and still reads its journal. It is tried again by itself.',
      }),
    );
  patience.addEventListener('abort', giveUp, { once: true });
  if (patience.aborted) giveUp();
  try {
    return await Promise.race([work, over]);
  } finally {
    patience.removeEventListener('abort', giveUp);
  }
}
