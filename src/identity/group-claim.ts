import { z } from 'zod';

/** What an ID token says of its person's groups. `elsewhere`: not in the token, so the directory has to be asked; never "no groups". */
export type GroupClaim = { readonly status: 'here'; readonly groupIds: ReadonlySet<string> } | { readonly status: 'elsewhere' };

const ELSEWHERE: GroupClaim = { status: 'elsewhere' };
const claimsSchema = z.looseObject({
  groups: z.array(z.guid()),
  _claim_names: z.looseObject({ groups: z.undefined().optional() }).optional(),
  hasgroups: z.literal(false).optional(),
});

/**
 * Groups by id, in lower case. Past 200 of them Entra leaves them out and names an address in place of them (`_claim_names`), which may be of a
 * service that Microsoft has retired: it is never followed. A claim that is absent, holds names, or contradicts itself is `elsewhere` too: Entra sends
 * none to people without groups, and none where the registration does not ask for it.
 * @param claims of a token that was verified
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim
 */
export function groupClaimOf(claims: unknown): GroupClaim {
  const { data } = claimsSchema.safeParse(claims);
  return data === undefined ? ELSEWHERE : { status: 'here', groupIds: new Set(data.groups.map((id) => id.toLowerCase())) };
}
