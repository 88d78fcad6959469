import { join } from 'node:path';
import type { Line } from '../durable/store.ts';
import { digestOf, parseLine } from '../durable/line-bytes.ts';
import { nodeFiles } from '../durable/stores/lowdb/node-files.ts';
import { listSegments, readLines } from '../durable/stores/lowdb/segments.ts';

export interface FollowedLine {
  readonly line: Line;
  readonly head: string;
  readonly raw: string;
}

/** Reads another process's journal while it writes: only whole lines, never anything else of the store. */
export interface JournalFollower {
  readonly lines: readonly FollowedLine[];
  onLine(listener: () => void): () => void;
  close(): Promise<void>;
}

/** How often the folder is looked at: soon enough for a person, cheap enough for a laptop. */
const LOOK_EVERY_MS = 150;

export function followJournal(storeFolder: string): JournalFollower {
  const folder = join(storeFolder, 'journal');
  const lines: FollowedLine[] = [];
  const offsets = new Map<string, number>();
  const listeners = new Set<() => void>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const readOn = async (path: string): Promise<boolean> => {
    let offset = offsets.get(path) ?? 0;
    let grew = false;
    if (((await nodeFiles.size(path)) ?? 0) <= offset) return false;
    for await (const chunk of readLines(nodeFiles, path, offset)) {
      for (const { bytes, complete } of chunk) {
        const line = complete ? parseLine(bytes) : undefined;
        if (line === undefined) continue;
        lines.push({ line, head: digestOf(bytes), raw: Buffer.from(bytes).toString('utf8') });
        offset += bytes.length + 1;
        grew = true;
      }
    }
    offsets.set(path, offset);
    return grew;
  };
  const look = async () => {
    let grew = false;
    try {
      for (const { path } of await listSegments(nodeFiles, folder)) grew = (await readOn(path)) || grew;
    } catch {
      // The writer is between two files; the next look sees it.
    }
    if (grew) for (const listener of listeners) listener();
  };
  const loop = async (): Promise<void> => {
    await look();
    if (!closed) timer = setTimeout(() => void (running = loop()), LOOK_EVERY_MS);
  };
  let running = loop();

  return {
    lines,
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
