import { AppError } from '../../../access/core/app-error.ts';
import type { Line } from '../../store.ts';
import type { FileLayer } from './file-layer.ts';
import { decodeLine, digestOf, type Place } from '../../line-bytes.ts';
import { readGenesis } from './genesis.ts';
import { corrupt, listSegments, readLines, type RawLine, type Segment } from './segments.ts';

/** A place in the journal with where it stands on the disk: its line begins at `offset` and ends before `endOffset`. */
export interface Landmark extends Place {
  readonly segmentSeq: number;
  readonly offset: number;
  readonly endOffset: number;
}

export interface Recovered {
  readonly end: Place;
  /** The last good line, if there is one. */
  readonly landmark: Landmark | undefined;
  /** The segment to write on; undefined when there is none yet. */
  readonly last: Segment | undefined;
  /** Where the last segment ends, after the torn tail. */
  readonly lastBytes: number;
  /** A tail that was never synced, so that nobody was told of it. */
  readonly tornBytes: number;
}

/**
 * Reads the journal from a checkpoint's landmark (or the start), checks the chain, and hands over each line. A tail that was
 * torn before its fsync is reported for removal; any other damage refuses.
 * @throws {AppError} `store.corrupt`, `store.rolled-back`
 */
export async function recoverJournal(
  files: FileLayer,
  folder: string,
  from: Landmark | undefined,
  onLine: (line: Line, head: string, landmark: Landmark) => void,
): Promise<Recovered> {
  const segments = await listSegments(files, folder);
  if (from !== undefined) await checkLandmark(files, segments, from);
  let place: Place = from ?? readGenesis(files, folder);
  let landmark = from;
  const rest = segments.filter(({ firstSeq }) => firstSeq >= (from?.segmentSeq ?? 0));
  for (const [index, segment] of rest.entries()) {
    const isFirst = index === 0 && from !== undefined;
    if (!isFirst && segment.firstSeq !== place.seq + 1)
      throw corrupt(segment.path, 0, `line ${place.seq + 1} is missing before it`);
    let offset = isFirst ? from.endOffset : 0;
    for await (const lines of readLines(files, segment.path, offset)) {
      for (const raw of lines) {
        const line = raw.complete ? decodeLine(raw.bytes, place) : undefined;
        if (line === undefined) {
          const tornBytes = await measureTornTail(files, segment, raw, place, index === rest.length - 1, from?.seq ?? 0);
          return { end: place, landmark, last: segment, lastBytes: raw.offset, tornBytes };
        }
        offset = raw.offset + raw.bytes.length + 1;
        landmark = {
          seq: line.seq,
          head: digestOf(raw.bytes),
          epoch: line.epoch,
          segmentSeq: segment.firstSeq,
          offset: raw.offset,
          endOffset: offset,
        };
        place = landmark;
        onLine(line, landmark.head, landmark);
      }
    }
    if (index === rest.length - 1) return { end: place, landmark, last: segment, lastBytes: offset, tornBytes: 0 };
  }
  return { end: place, landmark, last: undefined, lastBytes: 0, tornBytes: 0 };
}

/** The checkpoint was made from lines that were durable: they must still be there, or somebody put an older journal back. */
async function checkLandmark(files: FileLayer, segments: readonly Segment[], from: Landmark): Promise<void> {
  const segment = segments.find(({ firstSeq }) => firstSeq === from.segmentSeq);
  const bytes = new Uint8Array(from.endOffset - from.offset);
  const found = segment === undefined ? 0 : await files.read(segment.path, from.offset, bytes);
  if (found < bytes.length || digestOf(bytes.subarray(0, -1)) !== from.head)
    throw new AppError('store.rolled-back', `the journal does not hold line ${from.seq}, which a checkpoint was made from`, {
      hint: 'Restore journal and checkpoint from the same backup. To go on from the journal alone, move the checkpoint folder away.',
    });
}

/**
 * What the line beginnings in these bytes say was synced. Looked for anywhere, since a damaged newline makes two lines one. A
 * line that is whole up to here and names another predecessor says that the one before it, which was good, was changed.
 */
function newestSynced(bytes: Uint8Array, place: Place): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const starts = text.matchAll(/\{"v":1,"seq":(\d+),"prev":"([0-9a-f]{64})","epoch":\d+,"synced":(\d+),/g);
  const said = starts.map(([, seq, prev, synced]) =>
    Number(seq) === place.seq + 1 && prev !== place.head ? Infinity : Number(synced),
  );
  return Math.max(0, ...said);
}

/**
 * A line was torn if nobody can have been told of it: it stands in the last segment, behind the checkpoint, and no line
 * after it says that it had been synced.
 */
async function measureTornTail(
  files: FileLayer,
  segment: Segment,
  broken: RawLine,
  place: Place,
  isLast: boolean,
  checkpointSeq: number,
): Promise<number> {
  const lost = place.seq + 1;
  const what = `line ${lost} is damaged or does not follow the one before`;
  if (!isLast || lost <= checkpointSeq) throw corrupt(segment.path, broken.offset, what);
  for await (const lines of readLines(files, segment.path, broken.offset))
    for (const { bytes } of lines) {
      if (newestSynced(bytes, place) >= lost) throw corrupt(segment.path, broken.offset, `${what}, although it had been synced`);
    }
  return ((await files.size(segment.path)) ?? broken.offset) - broken.offset;
}
