import type { HttpExchange } from '../../src/playground/exchange-log.ts';
import type { Covered } from './operations-in-use.ts';

/** Whether the far end refused. Slack does so with HTTP 200 and `ok: false`. */
export function wasRefused({ contract, status = 0, responseBody }: HttpExchange): boolean {
  if (status >= 400) return true;
  const ok: unknown = typeof responseBody === 'object' && responseBody !== null ? Reflect.get(responseBody, 'ok') : undefined;
  return contract === 'slack' && ok !== true;
}

export function isOf(operation: Covered, { contract, method, url }: HttpExchange): boolean {
  return (
    contract === operation.contract &&
    method === operation.method &&
    operation.path.test(decodeURIComponent(new URL(url, 'http://x').pathname))
  );
}

/** What an operation was never seen as: `success`, `error`. */
export function missingOf(operation: Covered, exchanges: readonly HttpExchange[]): readonly ('success' | 'error')[] {
  const met = exchanges.filter((exchange) => isOf(operation, exchange)).map(wasRefused);
  return [...(met.includes(false) ? [] : (['success'] as const)), ...(met.includes(true) ? [] : (['error'] as const))];
}
