import { z } from 'zod';
import { sameTenant } from '../access/core/person.ts';
import type { ChatActor, PostedMessage } from '../chat/surface.ts';
import { zoneNamed } from '../chat/projections/zone.ts';
import type { TeamsSettings } from './bot-identity.ts';

const text = z.string().max(4000);
const id = z.string().min(1).max(1000);

/** Of an activity, only what we use. Everything else in it is ignored; everything here is checked again where it is used. */
export const activitySchema = z.looseObject({
  type: z.string().min(1).max(100),
  id: id.optional(),
  channelId: z.literal('msteams'),
  serviceUrl: z.url(),
  from: z.looseObject({ id, aadObjectId: z.guid().optional() }),
  conversation: z.looseObject({ id, conversationType: z.string().max(50).optional(), tenantId: z.guid().optional() }),
  recipient: z.looseObject({ id: id.optional() }).optional(),
  replyToId: id.optional(),
  text: z.string().max(30_000).nullish(),
  name: z.string().max(200).optional(),
  value: z.unknown().optional(),
  localTimezone: z.unknown().optional(),
  channelData: z.looseObject({ tenant: z.looseObject({ id: z.guid() }).optional() }).nullish(),
});
export type IncomingActivity = z.infer<typeof activitySchema>;

const caseId = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/);

/** What a button may send back. Facts in it would be lies in waiting, so there are none. */
export const pressedSchema = z.looseObject({
  v: z.literal(1),
  caseId: caseId.optional(),
  formId: z
    .string()
    .regex(/^[a-z0-9]{8,40}$/)
    .optional(),
  note: text.optional(),
  entitlement: z.string().max(200).optional(),
  duration: z.union([z.string().max(20), z.number()]).optional(),
  justification: text.optional(),
});
export type Pressed = z.infer<typeof pressedSchema>;

/** `adaptiveCard/action` carries the verb beside the data, Action.Submit within it. */
export const executeSchema = z.looseObject({
  action: z.looseObject({ type: z.literal('Action.Execute'), verb: z.string().max(50), data: pressedSchema }),
});
export const submitSchema = pressedSchema.extend({ verb: z.string().max(50) });

export type Pinned = { readonly actor: ChatActor } | { readonly refused: string };

/**
 * Who this is, in which tenant: both places that name the tenant must name the same one, of ours. Without an Entra object id there is no person.
 * The token that came along vouches for Teams, and Teams for these fields.
 */
export function pin(activity: IncomingActivity, tenantIds: readonly string[]): Pinned {
  const named = [activity.conversation.tenantId, activity.channelData?.tenant?.id].filter((each) => each !== undefined);
  const tenantId = tenantIds.find((ours) => named.length > 0 && named.every((each) => sameTenant(each, ours)));
  if (tenantId === undefined) return { refused: 'teams.other-tenant' };
  const objectId = activity.from.aadObjectId?.toLowerCase();
  if (objectId === undefined) return { refused: 'teams.no-object-id' };
  return { actor: { platform: 'teams', workspaceId: tenantId, userId: objectId, tenantId, objectId } };
}

/**
 * The zone that the client of the one who wrote or pressed is set to, where it says so: not every client does, and one keeps saying
 * the old zone until it is started anew (github.com/microsoft/botbuilder-js/issues/2395).
 */
export function zoneOf({ localTimezone }: IncomingActivity): string | undefined {
  return zoneNamed(localTimezone);
}

/** Answers, and the bot's token with them, go only where the configuration points. */
export function isOurService(serviceUrl: string, settings: TeamsSettings): boolean {
  return URL.canParse(serviceUrl) && new URL(serviceUrl).origin === new URL(settings.serviceUrl).origin;
}

/** The message under a button. In a channel the conversation's id carries the thread, which is no part of the channel's. */
export function messageOf(activity: IncomingActivity, tenantId: string): PostedMessage | undefined {
  if (activity.replyToId === undefined) return undefined;
  return {
    platform: 'teams',
    workspaceId: tenantId,
    channelId: channelOf(activity.conversation.id),
    messageId: activity.replyToId,
    serviceUrl: activity.serviceUrl,
  };
}

export function channelOf(conversationId: string): string {
  return conversationId.split(';')[0] ?? conversationId;
}

/** A personal chat says so; anything else is read by others. */
export function isPersonal(activity: IncomingActivity): boolean {
  return activity.conversation.conversationType === 'personal';
}
