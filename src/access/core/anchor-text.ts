const NAME = 'hallpass';
/** 132 bits: whoever cut the text short, nobody finds a second digest that begins like this. */
const FEWEST_DIGEST_CHARS = 22;

/**
 * PIM's `ticketInfo.ticketSystem`, 52 characters, where `ticketNumber` is the request id. Microsoft publishes no limit for either.
 * @see https://learn.microsoft.com/graph/api/resources/ticketinfo
 */
export function anchorSystemOf(evidenceDigest: string): string {
  return `${NAME}:${evidenceDigest}`;
}

/**
 * `description` of a role assignment in Azure, at most 93 characters; 512 are what Microsoft recommends at most.
 * @see https://learn.microsoft.com/azure/role-based-access-control/conditions-faq
 */
export function anchorDescriptionOf(requestId: string, evidenceDigest: string): string {
  return `${NAME}:${requestId}:${evidenceDigest}`;
}

/** Is a ticket system ours, with or without a digest? */
export function isOurTicketSystem(text: string | null | undefined): boolean {
  return text === NAME || text?.startsWith(`${NAME}:`) === true;
}

/** What a text in Microsoft's records says of a request. `unnamed`: ours, but no digest, or too little of one. */
export type AnchorSays = 'same' | 'another' | 'unnamed' | 'not-ours';

export function readTicket(
  ticket: { readonly ticketNumber?: unknown; readonly ticketSystem?: unknown },
  requestId: string,
  evidenceDigest: string,
): AnchorSays {
  const { ticketNumber, ticketSystem } = ticket;
  if (ticketNumber !== requestId || typeof ticketSystem !== 'string' || !isOurTicketSystem(ticketSystem)) return 'not-ours';
  return compare(ticketSystem.slice(NAME.length + 1), evidenceDigest);
}

export function readDescription(description: string, requestId: string, evidenceDigest: string): AnchorSays {
  const start = `${NAME}:${requestId}`;
  if (description !== start && !description.startsWith(`${start}:`)) return 'not-ours';
  return compare(description.slice(start.length + 1), evidenceDigest);
}

function compare(found: string, evidenceDigest: string): AnchorSays {
  if (found.length < FEWEST_DIGEST_CHARS) return evidenceDigest.startsWith(found) ? 'unnamed' : 'another';
  return evidenceDigest.startsWith(found) ? 'same' : 'another';
}
