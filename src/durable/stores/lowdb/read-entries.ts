import type { Entry } from '../../followers.ts';
import type { FileLayer } from './file-layer.ts';
import { decodeLine, digestOf, follows, parseLine, type Place } from '../../line-bytes.ts';
import { readGenesis } from './genesis.ts';
import { corrupt, listSegments, readLines } from './segments.ts';

/** The lines after `afterSeq` up to `lastSeq`, from the disk. */
export async function* readEntries(files: FileLayer, folder: string, afterSeq: number, lastSeq: number): AsyncGenerator<Entry> {
  const segments = await listSegments(files, folder);
  for (const [index, { path }] of segments.entries()) {
    if ((segments[index + 1]?.firstSeq ?? Infinity) <= afterSeq + 1) continue;
    for await (const lines of readLines(files, path, 0)) {
      for (const { bytes, offset } of lines) {
        if (seqOf(bytes) <= afterSeq) continue;
        const line = parseLine(bytes);
        if (line === undefined) throw corrupt(path, offset, 'a line is damaged');
        if (line.seq > lastSeq) return;
        yield { line, head: digestOf(bytes) };
      }
    }
  }
}

/** Every line begins `{"v":1,"seq":N,`: skipping to a place must not parse them all. */
function seqOf(bytes: Uint8Array): number {
  const match = /^\{"v":1,"seq":(\d+),/.exec(Buffer.from(bytes.subarray(0, 40)).toString('latin1'));
  return match === null ? Infinity : Number(match[1]);
}

export interface Verification {
  readonly place: Place;
  /** Bytes behind the last whole line: a write under way, or a tail torn by a crash. */
  readonly trailingBytes: number;
}

export interface VerifyOptions {
  /** Not further than this; to the end by default. */
  readonly lastSeq?: number;
  /** What a checkpoint, or anybody else, remembers of the chain. */
  readonly anchor?: { readonly seq: number; readonly head: string };
  /** Also read what the lines say; otherwise only how they hang together. */
  readonly deep?: boolean;
  readonly isStopped?: () => boolean;
}

/**
 * Follows the chain over the raw bytes from the first line on, without holding more than a chunk.
 * @throws {AppError} `store.corrupt`
 */
export async function verifyChain(files: FileLayer, folder: string, options: VerifyOptions = {}): Promise<Verification> {
  const { lastSeq = Infinity, anchor, deep = false, isStopped = () => false } = options;
  let place: Place = readGenesis(files, folder);
  let trailingBytes = 0;
  const segments = await listSegments(files, folder);
  for (const [index, { path, firstSeq }] of segments.entries()) {
    if (place.seq >= lastSeq || isStopped()) break;
    if (firstSeq !== place.seq + 1) throw corrupt(path, 0, `line ${place.seq + 1} is missing before it`);
    for await (const lines of readLines(files, path, 0)) {
      for (const { bytes, offset, complete } of lines) {
        if (place.seq >= lastSeq) break;
        if (!complete && index === segments.length - 1) {
          trailingBytes = bytes.length;
          break;
        }
        const epoch = complete ? epochOf(bytes, place, deep) : undefined;
        if (epoch === undefined)
          throw corrupt(path, offset, `line ${place.seq + 1} is damaged or does not follow the one before`);
        place = { seq: place.seq + 1, head: digestOf(bytes), epoch };
        if (place.seq === anchor?.seq && place.head !== anchor.head)
          throw corrupt(path, offset, `line ${place.seq} is not the one that the checkpoint was made from`);
      }
      if (place.seq >= lastSeq || isStopped()) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  if (anchor !== undefined && anchor.seq > place.seq && !isStopped())
    throw corrupt(folder, 0, `line ${anchor.seq}, which a checkpoint was made from, is missing`);
  return { place, trailingBytes };
}

/** The epoch of a line that stands where it should; undefined when it does not. */
function epochOf(bytes: Uint8Array, place: Place, deep: boolean): number | undefined {
  if (deep) return decodeLine(bytes, place)?.epoch;
  return follows(bytes, place) ? place.epoch : undefined;
}

/** The newest `count` whole lines, read while a process may be writing: what follows the last newline is left alone. */
export async function newestEntries(files: FileLayer, folder: string, count: number): Promise<readonly Entry[]> {
  let newest: Uint8Array[] = [];
  for (const { path } of (await listSegments(files, folder)).toReversed()) {
    const wanted = count - newest.length;
    if (wanted <= 0) break;
    let lines: Uint8Array[] = [];
    for await (const some of readLines(files, path, 0))
      lines = [...lines, ...some.flatMap(({ complete, bytes }) => (complete ? [Uint8Array.from(bytes)] : []))].slice(-wanted);
    newest = [...lines, ...newest];
  }
  return newest.flatMap((bytes) => {
    const line = parseLine(bytes);
    return line === undefined ? [] : [{ line, head: digestOf(bytes) }];
  });
}
