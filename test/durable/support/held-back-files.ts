import type { FileLayer } from '../../../src/durable/stores/lowdb/file-layer.ts';
import { nodeFiles } from '../../../src/durable/stores/lowdb/node-files.ts';

/** The real disk, until the store is open; then it reads nothing more for whoever rebuilds the index, until it is let go. */
export function heldBackFiles(): { readonly files: FileLayer; readonly letGo: () => void } {
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>();
  let isOpen = false;
  const files: FileLayer = {
    ...nodeFiles,
    // The journal is opened for writing once everything of it that a start needs has been read.
    openForAppend(path) {
      isOpen = true;
      return nodeFiles.openForAppend(path);
    },
    async read(path, from, into) {
      if (isOpen) await gate;
      return nodeFiles.read(path, from, into);
    },
  };
  return { files, letGo };
}
