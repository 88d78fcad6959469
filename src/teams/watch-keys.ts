import { AppError } from '../access/core/app-error.ts';

/** Seen once, it is believed for a while: botbuilder itself keeps the keys for a day. */
const BELIEVED_MS = 10 * 60_000;
const TIMEOUT_MS = 5000;

/** Whether the place can be read where the keys of Teams are published. */
export function watchKeys(openIdMetadata: string): { look(): Promise<void> } {
  let believedUntilMs = 0;
  return {
    async look() {
      if (performance.now() < believedUntilMs) return;
      const response = await fetch(openIdMetadata, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
      await response.body?.cancel();
      if (!response.ok)
        throw new AppError('chat.unavailable', `OpenID metadata answered ${response.status}`, { retryable: true });
      believedUntilMs = performance.now() + BELIEVED_MS;
    },
  };
}
