import { z } from 'zod';
import { LONGEST_MINUTES } from '../access/core/perimeter-api.ts';
import {
  audienceSchema,
  domainClockSchema,
  guid,
  listenSchema,
  perimeterOpsSchema,
  storeSchema,
  tenantSchema,
} from '../config/parts.ts';

const guardedEntitlementSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  directoryRole: z.strictObject({ roleDefinitionId: guid, directoryScopeId: z.string().startsWith('/').default('/') }),
  /** Who may hold it; everybody else is refused, whatever the bot says. */
  mayReceive: audienceSchema,
  longestMinutes: z.int().positive().max(LONGEST_MINUTES),
  /** Whose word counts. Only `chat` can be carried out today; the default, `signed`, refuses to start. */
  assurance: z.enum(['signed', 'chat']).default('signed'),
  /** Needed where the tenant has no PIM: nobody but Hallpass ends it. */
  endsOnlyByHallpass: z.boolean().default(false),
});
export type GuardedEntitlement = z.infer<typeof guardedEntitlementSchema>;

export const perimeterConfigSchema = z.strictObject({
  tenant: tenantSchema,
  listen: listenSchema,
  ops: perimeterOpsSchema,
  store: storeSchema,
  /** The one application that may call: the bot's, with this audience and app role in its token. */
  caller: z.strictObject({ clientId: guid, audience: z.string().min(1), appRole: z.string().min(1).default('Access.Give') }),
  domainClock: domainClockSchema.optional(),
  /** One HTTPS POST when something that should be gone is still there; needs nothing of the bot. */
  alarm: z.strictObject({ url: z.url({ protocol: /^https$/ }) }),
  sweepEverySeconds: z.int().min(1).max(300).default(15),
  entitlements: z.array(guardedEntitlementSchema).min(1),
});
export type PerimeterConfig = z.infer<typeof perimeterConfigSchema>;
