import { AppError } from '../../../access/core/app-error.ts';
import type { Check } from '../check.ts';
import type { BotTenantParts } from './bot-tenant-parts.ts';

/** Whether the perimeter takes our token, and gives at all just now. */
export const perimeter: Check<BotTenantParts> = {
  id: 'perimeter',
  title: 'Perimeter',
  async look(parts) {
    const { url } = parts.tenant.perimeter;
    const fine = `${url} takes the bot’s token, and gives`;
    try {
      const { notGiving } = await parts.guardrails();
      const stopped = notGiving.map((code) => `it gives nothing now (${code})`);
      return {
        problems: stopped,
        mend: 'Look at /readyz of the perimeter’s operators’ listener: it says why, and what to do.',
        fine,
      };
    } catch (error) {
      if (!(error instanceof AppError) || error.code.startsWith('identity.')) throw error;
      const hint = error.hint === undefined ? [] : [error.hint];
      const refused = error.code === 'perimeter.unauthenticated';
      return { problems: [error.message, ...hint], ...(refused ? { mend: COMPARE } : {}), fine };
    }
  },
  mend: ({ tenant }) =>
    `curl -sS ${tenant.perimeter.url}/healthz, on this machine; then start the perimeter, or open the way to it`,
  show: ({ tenant }) => `curl -sS ${tenant.perimeter.url}/healthz`,
};

const COMPARE = 'hallpass doctor --perimeter perimeter.yaml, where the perimeter runs: it says who may call, and mends it';
