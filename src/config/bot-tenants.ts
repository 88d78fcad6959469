import { z } from 'zod';
import { tenantSchema, type TenantSetting } from './parts.ts';

/** The one perimeter that gives in a tenant, as the bot reaches it. */
export const perimeterAddressSchema = z.strictObject({
  url: z.url(),
  audience: z.string().min(1),
  /** Origin of the page on which people sign, as browsers see it; needed where the perimeter wants signatures. */
  approveUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type PerimeterAddress = z.infer<typeof perimeterAddressSchema>;

/** How a tenant is called in the file, in logs and on cards. */
export const tenantNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and dashes');

/** One of several tenants. */
export const botTenantSchema = tenantSchema.extend({ name: tenantNameSchema, perimeter: perimeterAddressSchema });

/** A tenant as the rest of the bot sees it: the one tenant of a file without names is called by its id. */
export interface BotTenant extends TenantSetting {
  readonly name: string;
  readonly perimeter: PerimeterAddress;
}
