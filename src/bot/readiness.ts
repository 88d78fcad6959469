import type { Surface } from '../chat/surface.ts';
import type { Runtime } from '../durable/port.ts';
import type { Channels, Surfaces } from './channels.ts';
import type { Feed } from './feed.ts';
import type { Operators } from './operators.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Sentences for operators: what keeps it from being ready, then what is merely wrong. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
}

/** A platform's health costs a call each: asked at most this often. */
const HEALTH_REMEMBERED_MS = 10_000;
/** Nobody reads more, and whoever asks every few seconds gets it each time. */
const WARNINGS_SHOWN = 200;
const HEALTH_PATIENCE_MS = 3_000;

/**
 * Ready means: a person who asks now can be served. Unfit channels and other standing alerts are warnings: the rest works, and
 * taking a process out of service for them would help nobody.
 */
export function createReadiness(parts: {
  readonly runtime: Runtime;
  /** One a tenant; none before the start. */
  readonly feeds: () => readonly Feed[];
  readonly surfaces: Surfaces;
  readonly channels: Channels;
  readonly operators: Operators;
}): () => Promise<Readiness> {
  const remembered = new Map<Surface, { readonly reason: Promise<string | undefined>; readonly untilMs: number }>();
  const healthOf = (surface: Surface): Promise<string | undefined> => {
    const entry = remembered.get(surface);
    if (entry && entry.untilMs > performance.now()) return entry.reason;
    const reason = askHealth(surface);
    remembered.set(surface, { reason, untilMs: performance.now() + HEALTH_REMEMBERED_MS });
    return reason;
  };
  return async () => {
    const surfaceReasons = await Promise.all([...parts.surfaces.values()].map(healthOf));
    const feeds = parts.feeds().map((feed) => feed.health());
    const reasons = [
      parts.runtime.degraded ? 'The store is full: no new requests are taken.' : '',
      feeds.length === 0 ? 'The events feed of the perimeter has not started.' : '',
      ...feeds.map((feed) => (feed.ok ? '' : feed.reason)),
      ...surfaceReasons.map((reason) => reason ?? ''),
    ].filter((reason) => reason !== '');
    const unfit = parts.channels.unfit();
    const warnings = [...new Set([...unfit, ...parts.operators.standing().map(({ text }) => text)])];
    const more = warnings.length - WARNINGS_SHOWN;
    const shown = more > 0 ? [...warnings.slice(0, WARNINGS_SHOWN), `… and ${more} more: see the log.`] : warnings;
    return { ready: reasons.length === 0, reasons, warnings: shown };
  };
}

async function askHealth(surface: Surface): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ readonly ok: false; readonly reason: string }>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: `${surface.platform} does not answer.` }), HEALTH_PATIENCE_MS);
  });
  try {
    const health = await Promise.race([surface.health(), late]);
    return health.ok ? undefined : health.reason;
  } catch {
    return `${surface.platform} cannot be asked how it is.`;
  } finally {
    clearTimeout(timer);
  }
}
