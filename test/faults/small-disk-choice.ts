import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { WorldOptions } from '../../src/playground/world.ts';
import { bytesIn } from './bytes-in.ts';

export type DiskKind = 'mount' | 'layer';

/** A disk for the perimeter's store that can be filled to the last byte. */
export interface SmallDisk {
  readonly kind: DiskKind;
  /** What the perimeter's process needs to live on it. */
  readonly options: Partial<WorldOptions>;
  readonly fill: () => void;
  readonly makeRoom: () => void;
  readonly close: () => void;
}

const DISK_BYTES = 24 * 1024 * 1024;
const BLOCK = Buffer.alloc(4_096, 1);

/** A small file system of its own where we may mount one (root on Linux), else a file layer that counts. */
export function makeSmallDisk(folder: string, wanted: DiskKind | undefined): SmallDisk {
  const store = join(folder, 'world', 'perimeter');
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const mounted = wanted !== 'layer' && mount(store);
  if (wanted === 'mount' && !mounted) throw new Error('a file system can be mounted by root on Linux only');
  return mounted ? onMount(store) : onLayer(folder, store);
}

function mount(store: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES},mode=700`, 'tmpfs', store]).status === 0;
}

function onMount(store: string): SmallDisk {
  const ballast = join(store, 'ballast.bin');
  return {
    kind: 'mount',
    options: {},
    fill() {
      const file = openSync(ballast, 'a');
      try {
        for (;;) writeSync(file, BLOCK);
      } catch (error) {
        if (Reflect.get(Object(error), 'code') !== 'ENOSPC') throw error;
      } finally {
        fsyncSync(file);
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    close: () => void spawnSync('umount', [store]),
  };
}

function onLayer(folder: string, store: string): SmallDisk {
  const limitFile = join(folder, 'small-disk');
  const limit = (bytes: number) => writeFileSync(limitFile, String(bytes));
  limit(DISK_BYTES);
  return {
    kind: 'layer',
    options: {
      nodeArgs: { perimeter: ['--import', join(import.meta.dirname, 'small-disk.ts')] },
      env: { HALLPASS_SMALL_DISK_FILE: limitFile },
    },
    fill: () => limit(bytesIn(store)),
    makeRoom: () => limit(DISK_BYTES),
    close: () => undefined,
  };
}
