import { basename, dirname } from 'node:path';
import type { FileLayer } from '../../../src/durable/stores/lowdb/file-layer.ts';

/** What a disk holds after the power went: names that were synced, with the content that was synced. */
export interface DiskImage {
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

export interface ForgetfulFiles extends FileLayer {
  /**
   * What is left when the power goes now. `forget`: nothing but what was synced. `tear`: names are there, and of each unsynced
   * tail some blocks arrived and some did not, in any order; the last is cut short.
   */
  image(loss: 'forget' | 'tear', chance?: () => number): DiskImage;
  /** Every place in the code that synced something so far, as `file:line` of the caller. */
  readonly syncSites: ReadonlySet<string>;
}

export interface ForgetfulOptions {
  readonly image?: DiskImage;
  /** This sync is told "done" and nothing is done. */
  readonly suppressed?: string;
  /** Called before each operation that changes something. */
  readonly onChange?: (operation: string) => void;
  /** Bytes that fit on the disk. */
  readonly capacity?: () => number;
}

interface Inode {
  content: Uint8Array;
  synced: Uint8Array;
}
interface Folder {
  readonly live: Map<string, Inode>;
  synced: Map<string, Inode>;
}

const BLOCK_BYTES = 64;
const bytesOf = (folders: ReadonlyMap<string, Folder>): number =>
  [...folders.values()].flatMap(({ live }) => [...live.values()]).reduce((sum, { content }) => sum + content.length, 0);

/** A disk in memory that keeps only what was synced: content by file, names by folder. */
export function forgetfulFiles(options: ForgetfulOptions = {}): ForgetfulFiles {
  const folders = new Map<string, Folder>();
  const syncedFolders = new Set<string>();
  const syncSites = new Set<string>();
  for (const [path, names] of options.image?.folders ?? []) {
    const inodes = new Map([...names].map(([name, content]) => [name, { content, synced: content }]));
    folders.set(path, { live: inodes, synced: new Map(inodes) });
    syncedFolders.add(path);
  }
  const change = (operation: string): void => options.onChange?.(operation);
  const folderOf = (path: string): Folder => {
    const folder = folders.get(dirname(path));
    if (folder === undefined) throw Object.assign(new Error(`no folder ${dirname(path)}`), { code: 'ENOENT' });
    return folder;
  };
  const inodeOf = (path: string): Inode | undefined => folders.get(dirname(path))?.live.get(basename(path));
  const isSuppressed = (): boolean => {
    const site = callerSite();
    syncSites.add(site);
    return site === options.suppressed;
  };

  return {
    syncSites,
    makeFolder(path) {
      change(`makeFolder ${path}`);
      if (!folders.has(path)) folders.set(path, { live: new Map(), synced: new Map() });
      return Promise.resolve();
    },
    list: (folder) => Promise.resolve([...(folders.get(folder)?.live.keys() ?? [])].toSorted()),
    size: (path) => Promise.resolve(inodeOf(path)?.content.length),
    read(path, from, into) {
      const found = (inodeOf(path)?.content ?? new Uint8Array(0)).subarray(from, from + into.length);
      into.set(found);
      return Promise.resolve(found.length);
    },
    readNow: (path) => inodeOf(path)?.content,
    async openForAppend(path) {
      change(`open ${path}`);
      const { live } = folderOf(path);
      const inode = live.get(basename(path)) ?? { content: new Uint8Array(0), synced: new Uint8Array(0) };
      live.set(basename(path), inode);
      return {
        async append(bytes) {
          change(`append ${path}`);
          const room = (options.capacity?.() ?? Infinity) - bytesOf(folders);
          inode.content = Buffer.concat([inode.content, bytes.subarray(0, Math.max(0, room))]);
          if (bytes.length > room)
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
        },
        dataSync() {
          change(`dataSync ${path}`);
          if (!isSuppressed()) inode.synced = inode.content;
          return Promise.resolve();
        },
        async truncate(length) {
          change(`truncate ${path}`);
          inode.content = inode.content.slice(0, length);
        },
        close: () => Promise.resolve(),
      };
    },
    async rename(from, to) {
      change(`rename ${from}`);
      const inode = inodeOf(from);
      if (inode === undefined) throw Object.assign(new Error(`no file ${from}`), { code: 'ENOENT' });
      folderOf(from).live.delete(basename(from));
      folderOf(to).live.set(basename(to), inode);
    },
    async remove(path) {
      change(`remove ${path}`);
      folders.get(dirname(path))?.live.delete(basename(path));
    },
    syncFolder(path) {
      change(`syncFolder ${path}`);
      if (isSuppressed()) return Promise.resolve();
      const folder = folders.get(path);
      if (folder !== undefined) folder.synced = new Map(folder.live);
      for (const known of folders.keys()) if (dirname(known) === path) syncedFolders.add(known);
      return Promise.resolve();
    },
    image(loss, chance = Math.random) {
      const kept = [...folders].filter(([path]) => loss === 'tear' || isReachable(path, syncedFolders, folders));
      return {
        folders: new Map(
          kept.map(([path, folder]) => {
            const names = loss === 'tear' ? folder.live : folder.synced;
            return [
              path,
              new Map([...names].map(([name, inode]) => [name, loss === 'tear' ? torn(inode, chance) : inode.synced])),
            ];
          }),
        ),
      };
    },
  };
}

/** A folder is there when its name was synced in its parent, and so on upwards as far as this disk goes. */
function isReachable(path: string, synced: ReadonlySet<string>, folders: ReadonlyMap<string, Folder>): boolean {
  return synced.has(path) && (!folders.has(dirname(path)) || isReachable(dirname(path), synced, folders));
}

/** Blocks of an unsynced tail arrive in any order: some are still zeros while later ones are there. */
function torn({ content, synced }: Inode, chance: () => number): Uint8Array {
  const from = content.length >= synced.length ? synced.length : content.length;
  const tail = Uint8Array.from(content.subarray(from, from + Math.floor(chance() * (content.length - from + 1))));
  for (let at = 0; at < tail.length; at += BLOCK_BYTES)
    if (chance() < 0.3) tail.fill(0, at, Math.min(tail.length, at + BLOCK_BYTES));
  return Buffer.concat([content.subarray(0, from), tail]);
}

/** The line of the store that asked for the sync: the first one that is not of this file. */
function callerSite(): string {
  const stack = new Error('where').stack?.split('\n') ?? [];
  const line = stack.find((text) => text.includes('/src/durable/'));
  return /([\w-]+\.ts:\d+):\d+\)?$/.exec(line ?? '')?.[1] ?? 'unknown';
}
