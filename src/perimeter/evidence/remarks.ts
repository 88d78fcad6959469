import type { EvidenceFile } from './evidence-file.ts';
import type { StoryContext } from './journal-story.ts';

type Remarked = Pick<EvidenceFile, 'request' | 'texts' | 'leftOut'>;

/** What a reader must know before relying on the file, in plain words. Both who writes it and who verifies it ask here. */
export function remarksOf(
  { request, texts, leftOut }: Remarked,
  { opening, decisions, signature, endsAt }: StoryContext,
): string[] {
  const said: string[] = [];
  if (opening.kind !== 'open') said.push(NOT_OPEN[opening.kind]);
  const inChat = decisions.filter(({ assurance }) => assurance === 'chat').length;
  if (inChat > 0 && inChat === decisions.length)
    said.push("Every decision here was a click in chat: nothing but the bot's word stands behind it.");
  else if (inChat > 0)
    said.push(`${inChat} of ${decisions.length} decisions were clicks in chat: nothing but the bot's word stands behind these.`);
  if (decisions.length === 0 && endsAt !== undefined) said.push('Nobody but the requester decided: this needed no approval.');
  if (request !== null && signature === undefined)
    said.push("The requester did not sign: who asked, for what, and why, is the bot's word.");
  if (request !== null && texts.justification === undefined) said.push('What the requester wrote is not in here: it was erased.');
  if (leftOut > 0)
    said.push(
      `${leftOut} more ${leftOut === 1 ? 'record is' : 'records are'} kept that the ledger does not name, and not in here.`,
    );
  return said;
}

const NOT_OPEN = {
  refused: 'The request was refused when it arrived: nobody was asked, and nothing was given.',
  tombstone: 'The request was taken back before it arrived: nobody was asked, and nothing was given.',
  adopted:
    'The ledger was lost after this was given, and this entry was made again from other records. What it was given on is not known here.',
  over: 'The ledger was lost after this was over, and this entry was made again from other records, so that it counts. What it was given on is not known here.',
} as const;
