import { z } from 'zod';
import type { CaseView } from '../durable/port.ts';

/** Key of the link that says that the sweep saw it gone, where the flow cannot. The bot hears of it (events-feed.ts). */
export const SWEPT = 'swept';
/** One of both: when it was seen gone, or seen to be somebody else's. */
export const sweptSchema = z.object({ confirmedAt: z.string().optional(), leftAt: z.string().optional() });

/**
 * What the sweep found at the end of a grant whose flow is stuck; undefined while it has not. It is final: the same role may be given again
 * by then, under the very same id, and nothing that this grant still does may touch it.
 */
export function sweptEnd({ links }: Pick<CaseView, 'links'>): 'gone' | 'left' | undefined {
  const link = links.find(({ key }) => key === SWEPT);
  if (link === undefined) return undefined;
  return sweptSchema.parse(link.value).confirmedAt === undefined ? 'left' : 'gone';
}

/** When it found that. */
export function sweptAt({ links }: Pick<CaseView, 'links'>): string | undefined {
  const link = links.find(({ key }) => key === SWEPT);
  if (link === undefined) return undefined;
  const { confirmedAt, leftAt } = sweptSchema.parse(link.value);
  return confirmedAt ?? leftAt;
}
