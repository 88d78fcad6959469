import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { ledgerHeadSchema, personSchema, requestIdSchema } from '../../access/core/perimeter-api.ts';

/**
 * What the bot knows of what is live (`hallpass grants export`). A claim, as all that the bot says: it names requests and may bring an end
 * forward; what is ours, and how long at most, Microsoft's records and the guardrails say.
 */
export const botsCopySchema = z.strictObject({
  v: z.literal(1),
  exportedAt: z.iso.datetime(),
  /** The newest of our ledger that it has seen. */
  ledger: ledgerHeadSchema.optional(),
  grants: z.array(
    z.strictObject({
      requestId: requestIdSchema,
      requester: personSchema,
      principal: personSchema,
      entitlementId: z.string().min(1).max(80),
      endsAt: z.iso.datetime(),
    }),
  ),
});
export type BotsCopy = z.infer<typeof botsCopySchema>;

/** @throws {AppError} `usage.copy` */
export function parseBotsCopy(text: string): BotsCopy {
  try {
    return botsCopySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('usage.copy', 'the copy is not what "hallpass grants export" prints', { cause, hint: 'Export it again.' });
  }
}
