import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { hexDigest } from '../../access/core/statement.ts';
import type { LedgerHead } from '../../access/core/perimeter-api.ts';
import type { Runtime } from '../../durable/port.ts';
import type { DoubtDesk } from './doubt-desk.ts';

/** What a caller says it has seen of our journal, compared with what we have of it. */
export interface SeenHeads {
  /** True when it has seen more of it, or another one: then a doubt was raised, durably. */
  isAhead(seen: LedgerHead): Promise<boolean>;
}

/** A hundred thousand million lines are no journal of ours; the names of its files hold one digit more. */
const SEQ_MAX = 100_000_000_000;
const headersSchema = z.object({ seq: z.coerce.number().int().min(0).max(SEQ_MAX), head: hexDigest });
/** The bot repeats what it saw last; whoever asks for old places again and again makes the disk read. */
const REMEMBERED = 64;

/** The two headers of a request; undefined when it has neither. @throws {AppError} `request.malformed` */
export function seenOf(seq: string | undefined, head: string | undefined): LedgerHead | undefined {
  if (seq === undefined && head === undefined) return undefined;
  const parsed = headersSchema.safeParse({ seq: /^\d+$/.test(seq ?? '') ? seq : undefined, head });
  if (parsed.success) return parsed.data;
  throw new AppError('request.malformed', 'the headers of what was seen', {
    hint: 'Send sequence and head as an answer told them.',
  });
}

export function createSeenHeads(runtime: Runtime, doubts: DoubtDesk): SeenHeads {
  const heads = new Map<number, string | undefined>();

  /** Undefined: it lies before the beginning of this journal, which a rebuilding moved. */
  async function headAt(seq: number): Promise<string | undefined> {
    const newest = runtime.head();
    if (seq === newest.seq) return newest.head;
    if (!heads.has(seq)) {
      let found: string | undefined;
      for await (const entry of runtime.entries(seq - 1)) {
        if (entry.seq === seq) found = entry.head;
        break;
      }
      heads.set(seq, found);
      const [oldest] = heads.keys();
      if (heads.size > REMEMBERED && oldest !== undefined) heads.delete(oldest);
    }
    return heads.get(seq);
  }

  return {
    async isAhead(seen) {
      const isBehind = seen.seq > runtime.head().seq;
      const ours = isBehind || seen.seq === 0 ? undefined : await headAt(seen.seq);
      if (!isBehind && (ours === undefined || ours === seen.head)) return false;
      await doubts.raise({ why: isBehind ? 'behind' : 'forked', seen });
      return true;
    },
  };
}
