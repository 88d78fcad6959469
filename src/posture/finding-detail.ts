import { z } from 'zod';

/** What stands beside a finding's line as text: names and facts, for people. Its JSON is compared between scans, so it holds no "now". */
const instant = z.iso.datetime();
const name = z.string().max(2000);

export const rootAccessDetailSchema = z.strictObject({
  check: z.literal('root-user-access-administrator'),
  assignmentName: z.guid(),
  principalId: z.guid(),
  principalType: name,
  principalName: name.optional(),
  since: instant.optional(),
  /** Who made it: themselves by the switch, or somebody else, or not told. */
  given: z.enum(['by-themselves', 'by-another', 'not-told']),
  givenById: name.optional(),
  givenByName: name.optional(),
  sources: z.array(z.enum(['list', 'resource-graph'])),
});
export type RootAccessDetail = z.infer<typeof rootAccessDetailSchema>;

export const credentialDetailSchema = z.strictObject({
  check: z.literal('expiring-credential'),
  kind: z.enum(['secret', 'certificate']),
  holder: z.strictObject({
    kind: z.enum(['application', 'servicePrincipal']),
    objectId: z.guid(),
    appId: z.string(),
    name,
  }),
  keyId: z.guid(),
  name: name.optional(),
  hint: name.optional(),
  /** Signs SAML answers of an enterprise application: people sign in by it, not the application. */
  signsSaml: z.boolean(),
  endAt: instant,
  /** The rung in words: it ends within so many days; 0 when it has ended. */
  withinDays: z.int().nonnegative(),
  /** Another one of the same kind that ends later, but was there long before: perhaps its successor, perhaps not. */
  newer: z.strictObject({ name: name.optional(), endAt: instant }).optional(),
  /** Null when they could not be read. */
  owners: z.array(name).nullable(),
});
export type CredentialDetail = z.infer<typeof credentialDetailSchema>;

export const couldNotCheckDetailSchema = z.strictObject({
  check: z.literal('could-not-check'),
  what: z.enum(['root-user-access-administrator', 'expiring-credential']),
  code: name,
  reason: name,
  todo: name,
  command: name.optional(),
});
export type CouldNotCheckDetail = z.infer<typeof couldNotCheckDetailSchema>;

export const findingDetailSchema = z.discriminatedUnion('check', [
  rootAccessDetailSchema,
  credentialDetailSchema,
  couldNotCheckDetailSchema,
]);
export type FindingDetail = z.infer<typeof findingDetailSchema>;
export type CheckId = FindingDetail['check'];
export type WatchedCheckId = CouldNotCheckDetail['what'];

/** The stored text as facts; undefined when it was erased or is of a later version. */
export function readDetail(text: string | undefined): FindingDetail | undefined {
  if (text === undefined) return undefined;
  try {
    return findingDetailSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
