import { isBehind } from '../../../bot/ledger-watch.ts';
import type { Check } from '../check.ts';
import type { BotTenantParts } from './bot-tenant-parts.ts';

/** Whether the perimeter's history goes on from what the bot has seen of it. */
export const ledger: Check<BotTenantParts> = {
  id: 'ledger',
  title: 'Heads of the ledger',
  async look(parts) {
    const known = await parts.seenHead();
    const { ledger: now } = await parts.guardrails();
    const fine =
      known === undefined ? 'the bot has seen nothing of it yet' : `the bot saw ${known.seq}, the perimeter is at ${now.seq}`;
    if (known === undefined || !isBehind(now, known)) return { fine };
    return {
      problems: [
        `the perimeter is at ${now.seq} (${now.head.slice(0, 12)}), and the bot saw ${known.seq} (${known.head.slice(0, 12)}) before: its history was set back or replaced`,
      ],
      fine,
    };
  },
  mend: () => 'hallpass perimeter reconcile, once it is known who set it back',
  show: () => 'hallpass journal verify, where the perimeter runs',
};
