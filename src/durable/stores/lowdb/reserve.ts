import { join } from 'node:path';
import type { FileLayer } from './file-layer.ts';

/** Room kept for the day when the disk is full: giving it back lets what is open come to its end. */
export interface Reserve {
  /** Takes the room, unless it is taken. Throws when there is none. */
  take(): Promise<void>;
  /** Gives it back. True when there was something to give. */
  release(): Promise<boolean>;
}

const BLOCK_BYTES = 256 * 1024;

export function createReserve(files: FileLayer, folder: string, bytes: number): Reserve {
  const path = join(folder, 'reserve.bin');
  return {
    async take() {
      if (bytes === 0 || ((await files.size(path)) ?? 0) >= bytes) return;
      await files.remove(path);
      const file = await files.openForAppend(path);
      try {
        // Random-looking, so that a file system that compresses really gives it room.
        for (let done = 0; done < bytes; done += BLOCK_BYTES) await file.append(noise(Math.min(BLOCK_BYTES, bytes - done), done));
        await file.dataSync();
      } catch (error) {
        await files.remove(path);
        throw error;
      } finally {
        await file.close();
      }
      // After a power cut it must still be there: the disk may be full by then.
      await files.syncFolder(folder);
    },
    async release() {
      const had = ((await files.size(path)) ?? 0) > 0;
      await files.remove(path);
      return had;
    },
  };
}

/** xorshift32: fast, and nothing depends on it. */
function noise(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state >>> 0;
  }
  return new Uint8Array(words.buffer, 0, length);
}
