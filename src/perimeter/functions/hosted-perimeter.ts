import { AppError, codeOf } from '../../access/core/app-error.ts';
import type { Log } from '../../observe/log.ts';
import type { AssembledPerimeter, Routes } from '../assemble.ts';
import { problemOf } from '../problem.ts';

/** The perimeter on an instance that comes and goes: opened by the first call or timer, and again by a later one if it could not be. */
export interface HostedPerimeter {
  api: (request: Request) => Promise<Response>;
  approve: (request: Request) => Promise<Response>;
  /** One round over what must end. Resolves without one while another instance holds the store: that one looks after it. */
  sweepRound(): Promise<void>;
  close(): Promise<void>;
}

/** What is hosted of it. The listener of operators is not: its address would be public. */
export type Hosted = Pick<AssembledPerimeter, 'api' | 'approve' | 'sweepRound' | 'close'>;

/** Where the error does not say: an instance that is replaced needs about this long. */
const RETRY_AFTER_MS = 15_000;

export function createHostedPerimeter(open: () => Promise<Hosted>, log: Log): HostedPerimeter {
  let opening: Promise<Hosted> | undefined;

  function opened(): Promise<Hosted> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      log.warn({ err: error }, 'the perimeter could not be opened on this instance; the next call or timer tries again');
      throw error;
    });
    return opening;
  }

  async function answer(routesOf: (perimeter: Hosted) => Routes | undefined, request: Request): Promise<Response> {
    let perimeter: Hosted;
    try {
      perimeter = await opened();
    } catch (error) {
      return refusal(error);
    }
    const routes = routesOf(perimeter);
    if (routes === undefined)
      return refusal(new AppError('route.unknown', 'not served here', { hint: 'Check method and path.' }));
    return routes(request);
  }

  return {
    api: (request) => answer(({ api }) => api, request),
    approve: (request) => answer(({ approve }) => approve, request),
    async sweepRound() {
      let perimeter: Hosted;
      try {
        perimeter = await opened();
      } catch (error) {
        if (codeOf(error) === 'store.locked') return;
        throw error;
      }
      await perimeter.sweepRound();
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

function refusal(error: unknown): Response {
  const problem = problemOf(error);
  const afterMs = (error instanceof AppError ? error.retryAfterMs : undefined) ?? RETRY_AFTER_MS;
  const again = problem.status === 503 ? { 'retry-after': String(Math.max(1, Math.ceil(afterMs / 1_000))) } : {};
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...again },
  });
}
