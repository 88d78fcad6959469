import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { sameTenant } from '../access/core/person.ts';

/** A small text that lies beside the store. */
export interface StoreNote {
  readonly text: string | undefined;
  readonly write: (text: string) => Promise<void>;
}

const noteSchema = z.strictObject({ first: z.guid() });

/**
 * The tenant whose place in the feed and whose newest ledger head have no name of their own in the store: the one that it was begun with.
 * Written down once, so that neither the order of the file nor a tenant that comes or goes can give one tenant the place of another.
 * @throws {AppError} `config.first-tenant`: the store is older than this note, and the file names several
 */
export async function firstTenant(note: StoreNote, tenantIds: readonly string[], isUsed: boolean): Promise<string> {
  if (note.text !== undefined) return noteSchema.parse(JSON.parse(note.text)).first.toLowerCase();
  const [first = '', ...others] = tenantIds;
  if (isUsed && others.length > 0)
    throw new AppError('config.first-tenant', 'the store was begun with one tenant, and nothing says with which', {
      hint: 'Start Hallpass once with that one tenant in hallpass.yaml. Then add the others.',
    });
  await note.write(JSON.stringify({ first: first.toLowerCase() }));
  return first.toLowerCase();
}

/** How what belongs to a tenant is called in the store. */
export const nameFor = (plain: string, tenantId: string, first: string): string =>
  sameTenant(tenantId, first) ? plain : `${plain}-${tenantId.toLowerCase()}`;
