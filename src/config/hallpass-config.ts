import { z } from 'zod';
import { LONGEST_MINUTES } from '../access/core/perimeter-api.ts';
import { type BotTenant, botTenantSchema, perimeterAddressSchema, tenantNameSchema } from './bot-tenants.ts';
import { consoleSchema } from './console-config.ts';
import {
  audienceSchema,
  botOpsSchema,
  credentialSchema,
  botRetentionSchema,
  domainClockSchema,
  guid,
  listenSchema,
  personSchema,
  secretSourceSchema,
  storeSchema,
  tenantSchema,
} from './parts.ts';

const minutes = z.int().positive().max(LONGEST_MINUTES);
const slackId = (letters: string) => z.string().regex(new RegExp(`^[${letters}][A-Z0-9]{2,20}$`));

/** Where the messages about a request go. */
const channelsSchema = z.strictObject({
  slackChannelId: slackId('CG').optional(),
  teamsConversationId: z.string().min(1).optional(),
  /** The team of that channel, by which it is seen whether every colleague may join. `19:…@thread.tacv2` of the team's link, decoded. */
  teamsTeamId: z
    .string()
    .regex(/^19:[^\s/?#%]+@thread\.(tacv2|skype)$/, 'must be the id in the team’s link, decoded: 19:…@thread.tacv2')
    .optional(),
});

const entitlementSchema = z.strictObject({
  /** The same id stands in perimeter.yaml; the perimeter believes only its own file. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  /** Name of the tenant where it is given, one of `tenants`; left out where there is one only. */
  tenant: tenantNameSchema.optional(),
  name: z.string().min(1).max(75),
  /** What the role can do, in a sentence for an approver. */
  describes: z.string().min(1).max(200),
  privileged: z.boolean(),
  /** Exactly one of the three, as in perimeter.yaml; here it only says on cards where it holds. */
  directoryRole: z.strictObject({ roleDefinitionId: guid, directoryScopeId: z.string().startsWith('/').default('/') }).optional(),
  group: z.strictObject({ groupId: guid }).optional(),
  /** `scope` goes to the perimeter with the request: its file may allow a pattern of them. */
  azureRole: z.strictObject({ scope: z.string().regex(/^\/(subscriptions|providers\/Microsoft\.Management)\/\S+$/i) }).optional(),
  mayRequest: audienceSchema,
  approvers: audienceSchema,
  approversChannel: channelsSchema.default({}),
  /** Also send the card to each named approver who can be reached. */
  tellApproversDirectly: z.boolean().default(false),
  durationsMinutes: z.array(minutes).min(1).max(10),
});
/** With the tenant where it is given. */
export type EntitlementSetting = Omit<z.infer<typeof entitlementSchema>, 'tenant'> & {
  readonly tenantId: string;
  /** Where there are several: people have to see which. */
  readonly tenantName?: string;
};

/**
 * Who may look at Hallpass itself: `viewer` sees who holds what, `auditor` also the history, `operator` also runs its checks and
 * ends links. Nobody, where nothing is named. Approving and asking are no matter of these.
 */
export const rolesSchema = z
  .strictObject({
    viewer: audienceSchema.prefault({}),
    auditor: audienceSchema.prefault({}),
    operator: audienceSchema.prefault({}),
  })
  .prefault({});
export type RoleName = keyof z.infer<typeof rolesSchema>;

const slackSchema = z.strictObject({
  workspaceId: slackId('T'),
  mode: z.enum(['http', 'socket']).default('http'),
  apiUrl: z.url().default('https://slack.com/api/'),
  botToken: secretSourceSchema,
  signingSecret: secretSourceSchema.optional(),
  /** While it is being rotated: the one before, taken as well. Remove it when Slack has stopped using it. */
  previousSigningSecret: secretSourceSchema.optional(),
  appToken: secretSourceSchema.optional(),
  /** Of the same app, for "Sign in with Slack": with both and `console`, people link their accounts by themselves. */
  clientId: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
  clientSecret: secretSourceSchema.optional(),
  /** Who signs Slack's ID tokens; its discovery document lies under it. GovSlack: `https://slack-gov.com`. */
  issuer: z.url({ protocol: /^https?$/ }).default('https://slack.com'),
});

const slackAccountSchema = z.strictObject({ workspaceId: slackId('T'), userId: slackId('UW') });

/** Who may link a Slack account although they are not a plain member on both sides. */
const linkingSchema = z
  .strictObject({
    /** Guests of an Entra tenant, by person. */
    guests: z.array(personSchema).default([]),
    /** Guests of the Slack workspace, by account. */
    slackGuests: z.array(slackAccountSchema).default([]),
    /** Further workspaces whose people meet Hallpass in a shared channel (Slack Connect). */
    workspaces: z.array(slackId('T')).default([]),
  })
  .prefault({});

const teamsSchema = z.strictObject({
  /** The bot's Entra application id, and the tenant where it is registered and its channels are: one of those above. */
  appId: guid,
  tenantId: guid,
  /** How the registration shows that it is the one; `clientSecret` is short for one that has a secret. */
  credential: credentialSchema.optional(),
  clientSecret: secretSourceSchema.optional(),
  serviceUrl: z.url().default('https://smba.trafficmanager.net/teams/'),
  openIdMetadata: z.url().default('https://login.botframework.com/v1/.well-known/openidconfiguration'),
  login: z.url().default('https://login.microsoftonline.com'),
});

export const hallpassConfigSchema = z.strictObject({
  /** One tenant, with `perimeter`; or several, under `tenants`. */
  tenant: tenantSchema.optional(),
  perimeter: perimeterAddressSchema.optional(),
  tenants: z.array(botTenantSchema).min(1).optional(),
  listen: listenSchema,
  ops: botOpsSchema,
  store: storeSchema,
  retention: botRetentionSchema,
  domainClock: domainClockSchema.optional(),
  slack: slackSchema.optional(),
  teams: teamsSchema.optional(),
  people: z
    .array(
      z.strictObject({
        person: personSchema,
        slack: z.array(slackAccountSchema).min(1),
      }),
    )
    .default([]),
  roles: rolesSchema,
  linking: linkingSchema,
  console: consoleSchema.optional(),
  entitlements: z.array(entitlementSchema).min(1),
  requests: z
    .strictObject({ approvalWindowMinutes: minutes.default(60), remindAfterMinutes: minutes.default(15) })
    .default({ approvalWindowMinutes: 60, remindAfterMinutes: 15 }),
  security: z.strictObject({
    channel: channelsSchema,
    /** Days before the end of a secret at which its alert speaks up; the largest is how far ahead is looked. */
    expiryLadderDays: z.array(z.int().positive()).min(1).default([90, 60, 30, 14, 7, 1]),
    scanEveryMinutes: minutes.default(60),
    snoozeDays: z.int().positive().max(366).default(7),
  }),
  /** Channels that may get messages although they are public, shared with others, or have guests in them. */
  unfitChannelsAllowed: z.array(z.string()).default([]),
});
/** The file as it is written. */
export type HallpassFile = z.infer<typeof hallpassConfigSchema>;

/** The file in the one shape that the bot works with, whichever way the tenants are written (read-hallpass-config.ts). */
export type HallpassConfig = Omit<HallpassFile, 'tenant' | 'perimeter' | 'tenants' | 'entitlements'> & {
  /** At least one, in the order of the file. */
  readonly tenants: readonly BotTenant[];
  readonly entitlements: readonly EntitlementSetting[];
};
