import type { Delivered, Delivery, RetryMark } from './delivery.ts';
import type { Wire } from '../wire.ts';

/**
 * Events are tried again when the app did not answer 200 in time, unless it said `X-Slack-No-Retry: 1`; the same `event_id`
 * comes each time. `pausesMs`: before the second, third and fourth attempt.
 * @see https://docs.slack.dev/apis/events-api#retries
 */
export function createEventDelivery(delivery: Delivery, pausesMs: readonly number[]) {
  const retries = new Set<NodeJS.Timeout>();

  function retryLater(payload: Wire, num: number, failed: Delivered): void {
    const pause = pausesMs[num - 1];
    if (failed.outcome === 'answered' || failed.noRetry || pause === undefined) return;
    const reason = failed.shown === 'operation_timeout' ? 'http_timeout' : 'http_error';
    const timer = setTimeout(() => {
      retries.delete(timer);
      void again(payload, { num, reason });
    }, pause);
    timer.unref();
    retries.add(timer);
  }

  async function again(payload: Wire, mark: RetryMark): Promise<void> {
    retryLater(payload, mark.num + 1, await delivery.send('events_api', payload, mark));
  }

  return {
    /** Resolves with what came of the first attempt. */
    async send(payload: Wire): Promise<Delivered> {
      const first = await delivery.send('events_api', payload);
      retryLater(payload, 1, first);
      return first;
    },
    close(): void {
      for (const timer of retries) clearTimeout(timer);
    },
  };
}
