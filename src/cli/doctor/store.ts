import { randomUUID } from 'node:crypto';
import { open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresSetting, StoreSetting } from '../../config/parts.ts';
import { openPostgres } from '../../durable/stores/postgres/open-postgres.ts';
import { createLog } from '../../observe/log.ts';
import type { Check, Seen } from './check.ts';

export interface StoreParts {
  readonly setting: StoreSetting;
}

/** What a folder may lie on that forgets, or that does not keep to `fsync` and `rename`: `f_type` of statfs(2), linux/magic.h. */
const NO_DISKS: Readonly<Record<number, string>> = {
  0x01021994: 'memory (tmpfs)',
  0x858458f6: 'memory (ramfs)',
  0x794c7630: 'the layer of a container (overlay), which goes with it',
  0x61756673: 'the layer of a container (aufs), which goes with it',
  0x6969: 'a network share (NFS)',
  0xff534d42: 'a network share (CIFS)',
  0xfe534d42: 'a network share (SMB)',
  0x517b: 'a network share (SMB)',
  0x01021997: 'a share of the host (9p)',
  0x65735546: 'a file system of a program (FUSE)',
};
const GIB = 1024 ** 3;
/** Below the first nothing new is taken on soon; below the second somebody should look. */
const LEAST_BYTES = GIB / 4;
const LITTLE_BYTES = 2 * GIB;

/** Whether what has to survive this machine's next start would. Takes no lease: the process that holds it may run. */
export const store: Check<StoreParts> = {
  id: 'store',
  title: 'Store',
  look: ({ setting }) => ('folder' in setting ? lookAtFolder(setting.folder) : lookAtDatabase(setting.postgres)),
  mend: ({ setting }) =>
    'folder' in setting
      ? `Name a folder on a disk of this machine that this account may write, as store.folder, and move what is in ${setting.folder} there while the process is stopped.`
      : 'Give the database room and let it write: see the log of the server.',
  show: ({ setting }) =>
    'folder' in setting
      ? `df -hT ${setting.folder}; ls -ld ${setting.folder}`
      : 'psql "$STORE" -c "SHOW default_transaction_read_only"',
};

async function lookAtFolder(folder: string): Promise<Seen> {
  const unwritten = await tryToWrite(folder);
  if (unwritten !== undefined) return { problems: [`${folder} cannot be written (${unwritten})`], fine: '' };
  return judged(folder, await statfs(folder));
}

/** By what statfs(2) says of where the folder lies. */
export function judged(
  folder: string,
  { type, bavail, bsize }: { readonly type: number; readonly bavail: number; readonly bsize: number },
): Seen {
  const kind = NO_DISKS[type];
  const free = bavail * bsize;
  const says = `${(free / GIB).toFixed(1)} GiB free`;
  const fine = `${folder} is on a disk and can be written, ${says}`;
  if (kind !== undefined) return { problems: [`${folder} lies on ${kind}: what is written there may be lost`], fine };
  if (free < LEAST_BYTES)
    return { problems: [`${folder} has ${says}`], mend: `Make room on the disk of ${folder}, or move it to a larger one.`, fine };
  return free < LITTLE_BYTES ? { warnings: [`${folder} has ${says}`], fine } : { fine };
}

/** The code of what failed. */
async function tryToWrite(folder: string): Promise<string | undefined> {
  const file = join(folder, `.doctor-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile('hallpass doctor');
      await handle.sync();
    } finally {
      await handle.close();
      await unlink(file);
    }
    return undefined;
  } catch (error) {
    return String(Reflect.get(Object(error), 'code') ?? 'unknown');
  }
}

/** A server that may be written to says so; nothing is written. Without the schema the first start makes it. */
async function lookAtDatabase(setting: PostgresSetting): Promise<Seen> {
  const db = await openPostgres({ setting, log: createLog('bot', 'silent') });
  try {
    const [row] = await db.query('SHOW default_transaction_read_only');
    const isReadOnly = Reflect.get(Object(row), 'default_transaction_read_only') === 'on';
    const fine = 'the database writes to disk and takes writes';
    return isReadOnly ? { problems: ['the database is read-only: its disk may be full'], fine } : { fine };
  } finally {
    await db.close();
  }
}
