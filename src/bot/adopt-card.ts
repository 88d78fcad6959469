import type { PostedMessage } from '../chat/surface.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import { adoptedIn, cardLink, holds, keyOfAdopted, type CardRole } from './card-link.ts';
import { createKeyedLock } from './keyed-lock.ts';
import type { Operators } from './operators.ts';
import { recentCases } from './recent-cases.ts';

export interface AdoptOptions {
  readonly runtime: Runtime;
  readonly operators: Operators;
  readonly log: Log;
  /** The role an adopted message plays in a case. */
  readonly adoptedRole: (view: CaseView) => CardRole;
}

/** More copies than a store that was set back explains: somebody makes them up. */
const MOST_ADOPTED = 5;
/**
 * Makes a message a card of the case, so that it is kept true from now on. Which case a click means is said by the sender, and Teams vouches
 * for the sender alone: a message that is a card of another case stays its card. True when it was adopted.
 */
export function createAdoption({ runtime, operators, log, adoptedRole }: AdoptOptions) {
  // One at a time, or the same message could be adopted by two cases at once.
  const lock = createKeyedLock();
  return (caseId: string, message: PostedMessage): Promise<boolean> =>
    lock('adopting', async () => {
      const view = runtime.read(caseId);
      if (!view || holds(view, message)) return false;
      const code = refusalOf(view, ownerOf(runtime, view, message));
      const { platform, channelId, messageId } = message;
      if (code !== undefined) {
        log.warn({ code, caseId, platform, channelId, messageId }, 'a message was not adopted');
        if (code === 'card.too-many-copies') operators.alert(`copies:${caseId}`, tooMany(caseId), { channelId });
        return false;
      }
      await runtime.link(caseId, cardLink(keyOfAdopted(message), { role: adoptedRole(view), posted: postedOf(message) }));
      log.info({ caseId, platform, channelId }, 'adopted a message we had lost track of');
      return true;
    });
}

function refusalOf(view: CaseView, owner: string | undefined): string | undefined {
  if (owner !== undefined) return 'card.of-another-case';
  return adoptedIn(view) < MOST_ADOPTED ? undefined : 'card.too-many-copies';
}

/** The other case that this message is a card of. */
function ownerOf(runtime: Runtime, { caseId }: CaseView, message: PostedMessage): string | undefined {
  for (const other of recentCases(runtime)) if (other.caseId !== caseId && holds(other, message)) return other.caseId;
  return undefined;
}

const tooMany = (caseId: string) =>
  `More than ${MOST_ADOPTED} messages that Hallpass did not remember were pressed for ${caseId}. Further ones are not kept up to date: find out where they come from.`;

/** Only what is needed to find it again; a payload may carry more. */
function postedOf({ platform, workspaceId, channelId, messageId, serviceUrl }: PostedMessage): PostedMessage {
  return { platform, workspaceId, channelId, messageId, ...(serviceUrl === undefined ? {} : { serviceUrl }) };
}
