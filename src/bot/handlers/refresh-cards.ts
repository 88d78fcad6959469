import type { CommandContext, CommandHandler } from '../../durable/port.ts';
import type { CaseCards } from '../case-cards.ts';

/** Renders every message of the case from its newest snapshot; `afterwards` says beside them what an edit would hide. */
export function refreshCards(cards: CaseCards, afterwards?: (context: CommandContext) => Promise<void>): CommandHandler {
  return async (command, context) => {
    await cards.refresh(command.caseId, (link) => context.link(link));
    await afterwards?.(context);
    return undefined;
  };
}
