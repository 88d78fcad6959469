import { z } from 'zod';
import { LONGEST_MINUTES } from '../access/core/perimeter-api.ts';
import type { Target } from '../access/core/target.ts';
import {
  audienceSchema,
  domainClockSchema,
  guid,
  keptByPlatformSchema,
  listenSchema,
  perimeterOpsSchema,
  perimeterRetentionSchema,
  personSchema,
  secretSourceSchema,
  storeSchema,
  tenantSchema,
} from '../config/parts.ts';

/** Who may approve: by group, by name, or found in the directory when it is asked: the principal's manager, the owners of the group. */
const approversSchema = audienceSchema.extend({
  managerOf: z.literal('principal').optional(),
  ownersOf: z.literal('entitlement').optional(),
});
export type Approvers = z.infer<typeof approversSchema>;

/** One round of approvals; the next begins when this one has all of its own. Nobody counts in two. */
const stageSchema = z.strictObject({ approvers: approversSchema, approvalsNeeded: z.int().min(1).max(10).default(1) });
export type Stage = z.infer<typeof stageSchema>;

/** Without people waiting for anybody: the requester signs, and everybody is told. */
const breakGlassSchema = z.strictObject({
  who: audienceSchema,
  longestMinutes: z.int().positive().max(LONGEST_MINUTES),
  /** Of this entitlement, by all together, in 24 hours. */
  perDay: z.int().positive().max(100),
});

/** @see https://learn.microsoft.com/azure/role-based-access-control/scope-overview */
const armScope = z
  .string()
  .regex(
    /^\/(subscriptions|providers\/Microsoft\.Management\/managementGroups)\/[^\s?#]*[^\s?#/]$/i,
    'is no ARM id of a management group, subscription, resource group or resource; the root scope / is never given',
  );
const azureRoleSchema = z.strictObject({
  roleDefinitionId: guid,
  /** Exactly one of the two. */
  scope: armScope.optional(),
  /** As `scope`, where a segment may be `*`: any one name. The request names the scope. */
  scopePattern: armScope.optional(),
  condition: z.string().min(1).max(8_192).optional(),
});

const contextId = z.string().regex(/^c[1-9][0-9]?$/);

const guardedEntitlementSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  /** Exactly one of the three. */
  directoryRole: z.strictObject({ roleDefinitionId: guid, directoryScopeId: z.string().startsWith('/').default('/') }).optional(),
  group: z.strictObject({ groupId: guid }).optional(),
  azureRole: azureRoleSchema.optional(),
  /** Who may hold it; everybody else is refused, whatever the bot says. A guest only where named in `people`. */
  mayReceive: audienceSchema,
  longestMinutes: z.int().positive().max(LONGEST_MINUTES),
  /** Whose word counts: `signed` by the approver on the perimeter's own page, or `chat`, which is the bot's word for it. */
  assurance: z.enum(['signed', 'chat']).default('signed'),
  /** One stage in short; or `stages`. For `chat` they may be left out: then the bot's own rule decides who approves. */
  approvers: approversSchema.optional(),
  approvalsNeeded: z.int().min(1).max(10).optional(),
  stages: z.array(stageSchema).min(1).max(5).optional(),
  /** Says that the computed protection was seen and the entitlement is wanted all the same. */
  protected: z.literal(true).optional(),
  authenticationContext: contextId.optional(),
  /** By all people together. */
  atMostLive: z.int().positive().max(10_000).default(10),
  /** Given to one principal in 24 hours, at whatever scopes, and of the same thing by whatever name. */
  atMostPerPrincipalPerDay: z.int().positive().max(1_000).default(4),
  /** After an end, before the same principal may be given the same thing again. */
  coolDownMinutes: z.int().nonnegative().max(LONGEST_MINUTES).default(0),
  breakGlass: breakGlassSchema.optional(),
  /** Needed where neither Entra nor Azure can end it: nobody but Hallpass ends it. */
  endsOnlyByHallpass: z.boolean().default(false),
});
export type GuardedEntitlement = z.infer<typeof guardedEntitlementSchema>;

/** Finds one human behind two accounts. What cannot be read counts as the same human. */
const samePersonSchema = z.union([
  z.strictObject({ attribute: z.enum(['employeeId']) }),
  z.strictObject({ pairs: z.array(z.tuple([guid, guid])).min(1) }),
]);

const perMinute = z.int().min(1).max(1_000_000);
/** An office behind one address, and people who decide as fast as they can read: a decision takes three or four calls. */
const pageLimitsSchema = z.strictObject({
  addressPerMinute: perMinute.default(600),
  personPerMinute: perMinute.default(60),
  /** Of everybody together: what takes longer than that is told to come back. */
  atOnce: z.int().min(1).max(1_000).default(32),
});

/** The page on which people sign. Its own listener, its own app registration, no secret. */
const approveSchema = z.strictObject({
  listen: listenSchema,
  /** As browsers see it: the origin, nothing after it. Part of every statement. */
  publicUrl: z.url({ protocol: /^https?$/ }),
  clientId: guid,
  /** The user-assigned managed identity that the registration trusts by a federated credential; its token is the client's assertion. */
  managedIdentity: z.strictObject({ clientId: guid }).optional(),
  /** In its place, where there is no managed identity. Exactly one of the two; a secret is none. */
  credential: keptByPlatformSchema.optional(),
  /** How a signature is made fresh. `promptLogin` is for tenants without P1. */
  stepUp: z.union([z.strictObject({ authenticationContext: contextId }), z.strictObject({ promptLogin: z.literal(true) })]),
  /** Seals the page's cookies; the same on every machine that answers at `publicUrl`. Without it each start makes one of its own. */
  cookieKey: secretSourceSchema.optional(),
  limits: pageLimitsSchema.prefault({}),
});
export type ApproveSetting = z.infer<typeof approveSchema>;

/**
 * One bot, and people behind it: registrations and decisions come at the speed of clicks. An end must always get through, also when an
 * outage ends and all of them come at once; a poll is cheap and answered per fact. `strangers` are bad tokens of one address.
 */
const callerLimitsSchema = z.strictObject({
  registerPerMinute: perMinute.default(300),
  decidePerMinute: perMinute.default(600),
  endPerMinute: perMinute.default(6_000),
  readPerMinute: perMinute.default(1_200),
  feedPerMinute: perMinute.default(6_000),
  /** Polls for what memory does not hold: each reads the journal. A page of them has 200 facts. */
  historyPerMinute: perMinute.default(300),
  waitingPolls: z.int().min(1).max(1_000).default(16),
  strangersPerMinute: perMinute.default(300),
});

export const perimeterConfigSchema = z.strictObject({
  tenant: tenantSchema.extend({
    /** Tenants whose resources an Azure role here is linked with: our application is known there too. As many as Azure takes. */
    auxiliaryTenantIds: z.array(guid).max(3).default([]),
  }),
  listen: listenSchema,
  ops: perimeterOpsSchema,
  store: storeSchema,
  retention: perimeterRetentionSchema,
  /** The one application that may call: the bot's, with this audience and app role in its token. */
  caller: z.strictObject({ clientId: guid, audience: z.string().min(1), appRole: z.string().min(1).default('Access.Give') }),
  approve: approveSchema.optional(),
  domainClock: domainClockSchema.optional(),
  /** One HTTPS POST when something that should be gone is still there; needs nothing of the bot. */
  alarm: z.strictObject({ url: z.url({ protocol: /^https$/ }) }),
  sweepEverySeconds: z.int().min(1).max(300).default(15),
  callerLimits: callerLimitsSchema.prefault({}),
  /** How often it is looked whether what was given is there as it was given. */
  driftEveryMinutes: z.int().min(1).max(1_440).default(60),
  /** From its registration, how long a request may wait at most, and what was signed for it is good. A day. */
  approvalsGoodForMinutes: z.int().positive().max(LONGEST_MINUTES).default(1_440),
  samePerson: samePersonSchema.optional(),
  /** Accounts of last resort: never given, taken, or asked to approve anything. */
  emergencyAccounts: z.array(guid).default([]),
  /** ARM ids of what hosts the perimeter, its identity, store and image: roles that can write there are protected. */
  hostedOn: z.array(armScope).default([]),
  /** Who may lift a freeze: two different ones of them have to sign. */
  unfreeze: z.strictObject({ people: z.array(personSchema).min(2) }).optional(),
  entitlements: z.array(guardedEntitlementSchema).min(1),
});
export type PerimeterConfig = z.infer<typeof perimeterConfigSchema>;

/** What the entitlement gives; undefined where the request has to name a scope that fits the pattern, and does not. */
export function targetOf(setting: GuardedEntitlement, azureScope?: string): Target | undefined {
  const { directoryRole, group, azureRole } = setting;
  if (directoryRole !== undefined) return azureScope === undefined ? { kind: 'directoryRole', ...directoryRole } : undefined;
  if (group !== undefined) return azureScope === undefined ? { kind: 'group', ...group } : undefined;
  if (azureRole === undefined) return undefined;
  const { roleDefinitionId, condition, scopePattern = '' } = azureRole;
  const scope = azureRole.scope === undefined ? fitting(scopePattern, azureScope) : fixed(azureRole.scope, azureScope);
  if (scope === undefined) return undefined;
  return { kind: 'azureRole', scope, roleDefinitionId, ...(condition === undefined ? {} : { condition }) };
}

function fixed(scope: string, named: string | undefined): string | undefined {
  return named === undefined || named.toLowerCase() === scope.toLowerCase() ? scope : undefined;
}

/** Segment by segment: a `*` is one name, never a slash; nothing that a server might decode or resolve to something else. */
function fitting(pattern: string, named: string | undefined): string | undefined {
  if (named === undefined || !/^(\/[A-Za-z0-9()._-]+)+$/.test(named)) return undefined;
  const [wanted, got] = [pattern.toLowerCase().split('/'), named.toLowerCase().split('/')];
  const fits = wanted.length === got.length && wanted.every((part, at) => part === '*' || part === got[at]);
  return fits && !got.some((part) => part === '.' || part === '..') ? named : undefined;
}

/** The rounds of approval; none where only the bot's rule decides. */
export function stagesOf({ approvers, approvalsNeeded = 1, stages }: GuardedEntitlement): readonly Stage[] {
  return stages ?? (approvers === undefined ? [] : [{ approvers, approvalsNeeded }]);
}
