import { z } from 'zod';
import { badRequest } from './graph-error.ts';

/** Entra knows more properties; what ours do not use is refused here, so that nothing is written that nobody looks at. */
const uris = z.array(z.string().min(1));
const claim = z.strictObject({ name: z.string().min(1), essential: z.boolean().default(false), source: z.null().optional() });
const claims = z.array(claim).default([]);

export const applicationBody = z.strictObject({
  displayName: z.string().min(1).max(256).optional(),
  signInAudience: z.enum(['AzureADMyOrg', 'AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount']).optional(),
  identifierUris: uris.optional(),
  isFallbackPublicClient: z.literal(false).optional(),
  api: z.strictObject({ requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2), z.null()]) }).optional(),
  appRoles: z
    .array(
      z.strictObject({
        id: z.guid(),
        value: z.string().min(1),
        displayName: z.string().min(1),
        description: z.string().min(1),
        allowedMemberTypes: z.array(z.enum(['Application', 'User'])).min(1),
        isEnabled: z.boolean(),
      }),
    )
    .optional(),
  groupMembershipClaims: z.enum(['SecurityGroup']).nullable().optional(),
  optionalClaims: z.strictObject({ idToken: claims, accessToken: claims }).optional(),
  web: z
    .strictObject({
      redirectUris: uris.optional(),
      implicitGrantSettings: z
        .strictObject({ enableAccessTokenIssuance: z.boolean(), enableIdTokenIssuance: z.boolean() })
        .optional(),
    })
    .optional(),
  spa: z.strictObject({ redirectUris: uris }).optional(),
  publicClient: z.strictObject({ redirectUris: uris }).optional(),
});
export type ApplicationBody = z.infer<typeof applicationBody>;

export const newServicePrincipalBody = z.strictObject({ appId: z.guid() });
export const servicePrincipalBody = z.strictObject({ appRoleAssignmentRequired: z.boolean() });
export const roleAssignmentBody = z.strictObject({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() });
export const federatedBody = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][\w-]{2,119}$/),
  issuer: z.url(),
  subject: z.string().min(1).max(600),
  audiences: z.array(z.string()).length(1),
  description: z.string().max(600).optional(),
});
export const consentBody = z.strictObject({
  clientId: z.guid(),
  consentType: z.literal('AllPrincipals'),
  resourceId: z.guid(),
  scope: z.string().min(1),
});

/** @throws {GraphRefusal} 400, naming the first property that is wrong */
export function readBody<S extends z.ZodType>(schema: S, body: unknown, type: string): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('/');
  throw badRequest(
    `Invalid property '${String(name).slice(0, 60)}' of resource '${type}': ${String(issue?.message).slice(0, 200)}`,
  );
}
