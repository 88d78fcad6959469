import { AppError, codeOf } from '../access/core/app-error.ts';
import { zoneNamed } from '../chat/projections/zone.ts';
import type { Log } from '../observe/log.ts';
import { within } from './patience.ts';
import type { SlackClient } from './slack-client.ts';

/** People move their zone rarely; a Home tab is drawn often. */
const KEPT_MS = 60 * 60_000;
/** Slack is down, throttles us, or took the scope away: not asked again at each click. */
const FAILURE_KEPT_MS = 60_000;
/** How long a Home tab waits for the name of a zone. */
const PATIENCE_MS = 500;
const MOST_KEPT = 5_000;

/** In which zone somebody is, as their Slack account says. A help for readers: what cannot be learnt is left out. */
export interface Zones {
  /** What is known now, perhaps of an hour ago; asks afresh in the background when that is old. Never waits. */
  known(userId: string): string | undefined;
  /** The same, waiting a moment for Slack when nothing is known yet. Never throws. */
  soon(userId: string): Promise<string | undefined>;
}

interface Entry {
  readonly zone: string | undefined;
  readonly untilMs: number;
  /** Under way. */
  readonly asking?: Promise<string | undefined>;
}

/** Needs the scope users:read. @see https://docs.slack.dev/reference/methods/users.info */
export function createZones(client: SlackClient, log: Log): Zones {
  const entries = new Map<string, Entry>();
  /** Slack's Retry-After is for the method, whoever we ask about. */
  let leftAloneUntilMs = 0;

  async function ask(userId: string, before: string | undefined): Promise<string | undefined> {
    const keep = (zone: string | undefined, forMs: number) => {
      entries.set(userId, { zone, untilMs: performance.now() + forMs });
      return zone;
    };
    try {
      const { user } = await client.call(`read the zone of ${userId}`, (web) => web.users.info({ user: userId }));
      return keep(zoneNamed(user?.tz), KEPT_MS);
    } catch (error) {
      const waitMs = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
      leftAloneUntilMs = Math.max(leftAloneUntilMs, performance.now() + waitMs);
      log.info({ code: codeOf(error), userId }, 'slack: a zone could not be looked up');
      return keep(before, FAILURE_KEPT_MS);
    }
  }

  function look(userId: string): Entry {
    const entry = entries.get(userId);
    if (entry !== undefined && (entry.asking !== undefined || entry.untilMs > performance.now())) return entry;
    if (leftAloneUntilMs > performance.now()) return { zone: entry?.zone, untilMs: leftAloneUntilMs };
    if (entries.size >= MOST_KEPT) entries.clear();
    const asked: Entry = { zone: entry?.zone, untilMs: 0, asking: ask(userId, entry?.zone) };
    entries.set(userId, asked);
    return asked;
  }

  return {
    known: (userId) => look(userId).zone,
    async soon(userId) {
      const { zone, asking } = look(userId);
      if (zone !== undefined || asking === undefined) return zone;
      return (await within(PATIENCE_MS, asking))?.value;
    },
  };
}
