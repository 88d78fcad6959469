import { z } from 'zod';
import { isLoopback } from './domain-clock.ts';
import { clientCredentialSchema, guid, secretSourceSchema } from './parts.ts';
import type { PathProblem } from './read-config.ts';

const perMinute = z.int().min(1).max(1_000_000);
/** An office behind one address, and people who click through a few pages. */
const limitsSchema = z.strictObject({
  addressPerMinute: perMinute.default(600),
  personPerMinute: perMinute.default(120),
  /** Of everybody together: who comes past that is told to come back. */
  atOnce: z.int().min(1).max(1_000).default(32),
});

/** The web pages of the bot, at `/console` of its public listener: people sign in with Entra. */
export const consoleSchema = z.strictObject({
  /** As browsers see it: the origin, nothing after it. The registration's one redirect address is `{publicUrl}/signin/callback`. */
  publicUrl: z.url({ protocol: /^https?$/ }),
  /** The app registration that people sign in to. */
  clientId: guid,
  credential: clientCredentialSchema,
  /** Whose people may sign in; without it, those of every tenant above. */
  tenantId: guid.optional(),
  /** Of `tenantId`: what its OpenID metadata lies under, `https://login.microsoftonline.com/{tenantId}/v2.0`. Default: by the tenant's cloud. */
  providerUrl: z.url({ protocol: /^https$/ }).optional(),
  /** Seals the cookies; the same on every machine that answers at `publicUrl`. Without it each start makes one of its own. */
  cookieKey: secretSourceSchema.optional(),
  /** Whom to ask for access to the console, in words for people: `#identity in Slack`. */
  contact: z.string().min(1).max(200).optional(),
  limits: limitsSchema.prefault({}),
});
export type ConsoleSetting = z.infer<typeof consoleSchema>;

/** Rules between the keys of `console`. @param tenantIds of the tenants that the file names */
export function consoleProblems(
  setting: ConsoleSetting | undefined,
  tenantIds: readonly string[],
  isSharedStore: boolean,
): readonly PathProblem[] {
  if (setting === undefined) return [];
  const { publicUrl, tenantId, providerUrl, cookieKey } = setting;
  const url = new URL(publicUrl);
  const named = tenantId?.toLowerCase();
  return [
    ...(url.origin === publicUrl ? [] : [at('publicUrl', `has to be an origin, with nothing after it: ${url.origin}`)]),
    ...(url.protocol === 'https:' || isLoopback(url.hostname)
      ? []
      : [at('publicUrl', 'has to be https: browsers keep the cookies of these pages only then')]),
    ...(named === undefined || tenantIds.some((id) => id.toLowerCase() === named)
      ? []
      : [at('tenantId', 'is none of the tenants of this file')]),
    ...(providerUrl === undefined
      ? []
      : providerProblems(providerUrl, named ?? (tenantIds.length === 1 ? tenantIds[0] : undefined))),
    ...(isSharedStore && cookieKey === undefined
      ? [at('cookieKey', 'is missing: several machines answer at one address, and have to read the same cookies')]
      : []),
  ];
}

/** `common`, `organizations` and names of domains are no tenant: whoever signs in there may be of any. */
function providerProblems(providerUrl: string, tenantId: string | undefined): readonly PathProblem[] {
  if (tenantId === undefined) return [at('providerUrl', 'needs console.tenantId: it is the address of one tenant')];
  if (new URL(providerUrl).pathname.toLowerCase() === `/${tenantId.toLowerCase()}/v2.0`) return [];
  return [at('providerUrl', `has to end in /${tenantId.toLowerCase()}/v2.0: version 2, of that tenant alone`)];
}

function at(key: string, message: string): PathProblem {
  return { path: ['console', key], message };
}
