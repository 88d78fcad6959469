import { z } from 'zod';

/**
 * What we read of Slack's payloads, and nothing more; other fields pass by unread. Slack publishes no schema for them.
 * @see https://docs.slack.dev/reference/interaction-payloads
 */
const slackId = z.string().regex(/^[A-Z0-9]{2,40}$/);
const caseText = z.string().max(2_000);

const chosen = z.object({ value: z.string().max(200), text: z.object({ text: z.string().max(200) }).optional() }).nullish();
const stateSchema = z.object({
  values: z.record(
    z.string(),
    z.record(z.string(), z.object({ value: z.string().max(10_000).nullish(), selected_option: chosen })),
  ),
});

const viewSchema = z.object({
  id: slackId,
  callback_id: z.string().max(255),
  hash: z.string().optional(),
  private_metadata: z.string().max(3_000).default(''),
  state: stateSchema.optional(),
  team_id: slackId.optional(),
  app_installed_team_id: slackId.optional(),
});
export type SlackView = z.infer<typeof viewSchema>;

const interactive = {
  user: z.object({ id: slackId, team_id: slackId.optional() }),
  team: z.object({ id: slackId }).nullish(),
  is_enterprise_install: z.boolean().nullish(),
  trigger_id: z.string().max(200).optional(),
};

export const blockActionsSchema = z.object({
  type: z.literal('block_actions'),
  ...interactive,
  response_url: z.string().max(2_000).optional(),
  container: z.object({
    type: z.string(),
    message_ts: z.string().max(40).optional(),
    channel_id: slackId.optional(),
    is_ephemeral: z.boolean().optional(),
  }),
  channel: z.object({ id: slackId }).nullish(),
  view: viewSchema.nullish(),
  actions: z.array(z.object({ action_id: z.string().max(255), value: caseText.optional(), selected_option: chosen })).min(1),
});
export type BlockActions = z.infer<typeof blockActionsSchema>;

export const viewSubmissionSchema = z.object({ type: z.literal('view_submission'), ...interactive, view: viewSchema });
export type ViewSubmission = z.infer<typeof viewSubmissionSchema>;

const viewClosedSchema = z.object({ type: z.literal('view_closed'), ...interactive, view: viewSchema });

export const blockSuggestionSchema = z.object({
  type: z.literal('block_suggestion'),
  ...interactive,
  action_id: z.string().max(255),
  value: z.string().max(1_000),
  view: viewSchema.nullish(),
});

export type BlockSuggestion = z.infer<typeof blockSuggestionSchema>;

export const slashCommandSchema = z.object({
  command: z.string().startsWith('/').max(64),
  text: z.string().max(4_000).default(''),
  team_id: slackId,
  user_id: slackId,
  channel_id: slackId,
  trigger_id: z.string().max(200),
  response_url: z.string().max(2_000),
  is_enterprise_install: z.enum(['true', 'false']).optional(),
});
export type SlashCommand = z.infer<typeof slashCommandSchema>;

export const eventCallbackSchema = z.object({
  type: z.literal('event_callback'),
  team_id: slackId,
  event_id: z.string().min(1).max(80),
  is_ext_shared_channel: z.boolean().optional(),
  authorizations: z.array(z.object({ team_id: slackId.nullish(), is_enterprise_install: z.boolean().nullish() })).nullish(),
  event: z.looseObject({ type: z.string() }),
});

export const appHomeOpenedSchema = z.object({ type: z.literal('app_home_opened'), user: slackId, tab: z.string() });

export const urlVerificationSchema = z.object({ type: z.literal('url_verification'), challenge: z.string().max(500) });

export const payloadSchema = z.discriminatedUnion('type', [
  blockActionsSchema,
  viewSubmissionSchema,
  viewClosedSchema,
  blockSuggestionSchema,
  eventCallbackSchema,
  urlVerificationSchema,
]);
export type SlackPayload = z.infer<typeof payloadSchema> | SlashCommand;
