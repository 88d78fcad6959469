import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { ledgerHeadSchema } from '../../access/core/perimeter-api.ts';

/** What of a store is worth keeping: the rest is made again by itself, or belongs to a process that runs. */
const KEPT =
  /^(journal\/(\d{12}\.jsonl|genesis\.json)|checkpoint\/checkpoint-\d{12}\.json|texts\/[0-9a-f]{40}\.jsonl|evidence\/[A-Za-z0-9]{1,80}\/[\w-]{1,80}\.json)$/;
/** What the bot saw of each perimeter's ledger, and which tenant was the first (bot/file-note.ts). Nothing else that somebody put there. */
const NOTE = /^(first-tenant|perimeter-ledger(-[0-9a-f-]{36})?)\.json$/;

export const MANIFEST = 'manifest.json';
/** What may stand at the top of a store's folder and be part of a backup. */
export const KEPT_FOLDERS = ['journal', 'checkpoint', 'texts', 'evidence'];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const listedSchema = z.strictObject({
  path: z.string().refine(isKept, 'is no file of a store'),
  bytes: z.int().nonnegative(),
  sha256,
});
export type ListedFile = z.infer<typeof listedSchema>;

/** Written last: a folder without it is no backup. */
export const manifestSchema = z.strictObject({
  v: z.literal(1),
  /** Whose store it is. */
  of: z.enum(['bot', 'perimeter']),
  madeAt: z.iso.datetime(),
  /** Where the journal ends. */
  head: ledgerHeadSchema,
  files: z.array(listedSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

export function isKept(path: string): boolean {
  return KEPT.test(path) || NOTE.test(path);
}

/** @throws {AppError} `backup.no-manifest` */
export function parseManifest(text: string | undefined, folder: string): Manifest {
  try {
    const manifest = manifestSchema.parse(JSON.parse(text ?? ''));
    if (new Set(manifest.files.map(({ path }) => path)).size === manifest.files.length) return manifest;
  } catch (cause) {
    throw noManifest(folder, cause);
  }
  throw noManifest(folder, undefined);
}

function noManifest(folder: string, cause: unknown): AppError {
  return new AppError('backup.no-manifest', `${folder} has no manifest that can be read`, {
    cause,
    hint: 'Name a folder that "hallpass backup" made; one that was interrupted has none, and is of no use.',
  });
}
