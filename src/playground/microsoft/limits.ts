import type { Clock } from '../../access/core/clock.ts';

/** Published limits of the far ends, as a model that can be switched off (a test of something else) and on. */
export interface Limits {
  on: boolean;
  /** Books one call to Graph; with an `answer` it is over a limit and gets 429. */
  graph(appId: string, method: string, cost: number, url: URL): Spent;
  /** Books one call to ARM of this kind. */
  arm(principalId: string, kind: 'read' | 'write' | 'delete'): Spent;
  /** Books one query of Resource Graph. */
  resourceGraph(principalId: string): Spent;
  reset(): void;
}

export interface Spent {
  readonly headers: Readonly<Record<string, string>>;
  readonly answer?: 429;
}

interface Window {
  readonly limit: number;
  readonly ms: number;
}

/**
 * Source: https://learn.microsoft.com/graph/throttling-limits (identity and access; reports; a tenant under 50 users) and the
 * reference of application (`keyCredentials`).
 */
const GRAPH_UNITS: Window = { limit: 3_500, ms: 10_000 };
const GRAPH_WRITES: Window = { limit: 3_000, ms: 150_000 };
const GRAPH_REPORTS: Window = { limit: 5, ms: 10_000 };
const GRAPH_KEYS: Window = { limit: 150, ms: 60_000 };
/** Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests */
const RESOURCE_GRAPH: Window = { limit: 15, ms: 5_000 };
/** Token buckets. Source: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling */
const ARM_BUCKETS = {
  read: { size: 250, perSecond: 25 },
  write: { size: 200, perSecond: 10 },
  delete: { size: 200, perSecond: 10 },
};

export function createLimits(now: Clock): Limits {
  const windows = new Map<string, { at: number; cost: number }[]>();
  const buckets = new Map<string, { left: number; at: number }>();

  /** Books the cost if it fits; otherwise says after how many milliseconds it may. */
  const book = (name: string, window: Window, cost: number): { readonly share: number; readonly waitMs?: number } => {
    const at = now.now();
    const kept = (windows.get(name) ?? []).filter((entry) => entry.at > at - window.ms);
    windows.set(name, kept);
    const used = kept.reduce((sum, entry) => sum + entry.cost, 0);
    // A refused call costs as well: who does not wait stays refused.
    kept.push({ at, cost });
    if (used + cost <= window.limit) return { share: (used + cost) / window.limit };
    return { share: (used + cost) / window.limit, waitMs: roomAfter(kept, window, cost) - at };
  };

  return {
    on: true,
    graph(appId, method, cost, url) {
      const headers = { 'x-ms-resource-unit': String(cost) };
      if (!this.on) return { headers };
      const booked = [
        book(`units ${appId}`, GRAPH_UNITS, cost),
        ...(method === 'GET' ? [] : [book(`writes ${appId}`, GRAPH_WRITES, 1)]),
        ...(url.pathname.includes('/auditLogs/') ? [book(`reports ${appId}`, GRAPH_REPORTS, 1)] : []),
        ...(url.search.includes('keyCredentials') ? [book('keys', GRAPH_KEYS, 1)] : []),
      ];
      const share = Math.max(...booked.map((one) => one.share));
      const shown = share < 0.8 ? headers : { ...headers, 'x-ms-throttle-limit-percentage': share.toFixed(2) };
      const wait = Math.max(...booked.map((one) => one.waitMs ?? 0));
      if (wait === 0) return { headers: shown };
      const scope = { 'x-ms-throttle-scope': `Tenant_Application/ReadWrite/${appId}` };
      return { answer: 429, headers: { ...shown, ...scope, 'retry-after': String(Math.ceil(wait / 1_000)) } };
    },
    arm(principalId, kind) {
      if (!this.on) return { headers: {} };
      const { size, perSecond } = ARM_BUCKETS[kind];
      const at = now.now();
      const bucket = buckets.get(`${principalId} ${kind}`) ?? { left: size, at };
      const left = Math.min(size, bucket.left + ((at - bucket.at) / 1_000) * perSecond) - 1;
      buckets.set(`${principalId} ${kind}`, { left: Math.max(left, 0), at });
      const headers = { [`x-ms-ratelimit-remaining-tenant-${kind}s`]: String(Math.max(Math.floor(left), 0)) };
      return left >= 0 ? { headers } : { answer: 429, headers: { ...headers, 'retry-after': '1' } };
    },
    resourceGraph(principalId) {
      if (!this.on) return { headers: {} };
      const name = `resource graph ${principalId}`;
      const booked = book(name, RESOURCE_GRAPH, 1);
      const remaining = Math.max(RESOURCE_GRAPH.limit - (windows.get(name)?.length ?? 0), 0);
      const seconds = Math.ceil((booked.waitMs ?? RESOURCE_GRAPH.ms) / 1_000);
      const headers = {
        'x-ms-user-quota-remaining': String(remaining),
        'x-ms-user-quota-resets-after': `00:00:${String(seconds).padStart(2, '0')}`,
      };
      return booked.waitMs === undefined ? { headers } : { answer: 429, headers: { ...headers, 'retry-after': String(seconds) } };
    },
    reset() {
      windows.clear();
      buckets.clear();
    },
  };
}

/** The instant from which this cost fits, if nothing else comes. */
function roomAfter(entries: readonly { readonly at: number; readonly cost: number }[], window: Window, cost: number): number {
  let used = entries.reduce((sum, entry) => sum + entry.cost, 0);
  for (const entry of entries) {
    used -= entry.cost;
    if (used + cost <= window.limit) return entry.at + window.ms + 1;
  }
  return (entries.at(-1)?.at ?? 0) + window.ms + 1;
}
