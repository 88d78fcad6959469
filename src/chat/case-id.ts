import { createHash } from 'node:crypto';
import { personKey, type Person } from '../access/core/person.ts';
import type { ChatActor } from './surface.ts';

/**
 * The same submission is the same case: the id is a digest of who submitted it, where, and the platform's own id of the
 * submission (which is unique per conversation only, in Teams). Nothing can be read back from it.
 */
export function caseIdOf(actor: ChatActor, person: Person, submissionId: string): string {
  const parts = [actor.platform, actor.workspaceId, personKey(person), submissionId];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
