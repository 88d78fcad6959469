import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { canonicalOf } from '../../access/core/canonical.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import type { FileLayer } from '../../durable/stores/lowdb/file-layer.ts';
import { checkedForStore, type EvidenceStore, readStored, unavailable } from './evidence-store.ts';

const ENDING = '.json';

/**
 * One file a record, `evidence/<request id>/<digest>.json` below the folder of the perimeter's store, which must exist. Folders are 0700, files
 * 0600. Unlike the journal it needs no lease: a name is the digest of what is in it, so that two writers write the same.
 */
export function createFolderEvidence(files: FileLayer, storeFolder: string): EvidenceStore {
  const root = join(storeFolder, 'evidence');
  const folderOf = (requestId: string): string => join(root, requestIdSchema.parse(requestId));
  const namesOf = (requestId: string): Promise<readonly string[]> =>
    files.list(folderOf(requestId)).catch((error: unknown) => {
      throw unavailable(`list ${requestId}`, error);
    });
  return {
    async put(requestId, given) {
      const { digest, record } = checkedForStore(requestId, given);
      const folder = join(root, requestId);
      const path = join(folder, `${digest}${ENDING}`);
      const draft = `${path}.${randomUUID()}.tmp`;
      try {
        await files.makeFolder(root);
        await files.makeFolder(folder);
        await writeNew(files, draft, Buffer.from(canonicalOf(record), 'utf8'));
        await files.rename(draft, path);
        // Also when it was there already: the name may not have been durable yet.
        for (const each of [folder, root, storeFolder]) await files.syncFolder(each);
      } catch (error) {
        await files.remove(draft).catch(() => undefined);
        throw unavailable(`put ${requestId}`, error);
      }
      return { digest };
    },
    async list(requestId) {
      const folder = folderOf(requestId);
      const names = await namesOf(requestId);
      // A name that does not end like this is a draft that a crash left.
      const digests = names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
      return digests.map((digest) => readStored(requestId, digest, read(files, join(folder, `${digest}${ENDING}`))));
    },
    // Also of a case whose id is none of a request's: it has none.
    count: async (caseId) => (requestIdSchema.safeParse(caseId).success ? (await namesOf(caseId)).length : 0),
    async erase(requestId) {
      try {
        // The empty folder stays: nothing else in it is worth another kind of call.
        const names = await namesOf(requestId);
        for (const name of names) await files.remove(join(folderOf(requestId), name));
        if (names.length > 0) await files.syncFolder(folderOf(requestId));
      } catch (error) {
        throw unavailable(`erase ${requestId}`, error);
      }
    },
  };
}

async function writeNew(files: FileLayer, path: string, bytes: Uint8Array): Promise<void> {
  const file = await files.openForAppend(path);
  try {
    await file.append(bytes);
    await file.dataSync();
  } finally {
    await file.close();
  }
}

function read(files: FileLayer, path: string): Uint8Array {
  try {
    return files.readNow(path) ?? new Uint8Array();
  } catch (error) {
    throw unavailable(`read ${path}`, error);
  }
}
