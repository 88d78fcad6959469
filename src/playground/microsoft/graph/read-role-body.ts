import type { Expiration } from '../tenant/expiration.ts';
import { durationMs } from '../tenant/expiration.ts';
import type { GroupPlace } from '../tenant/group-schedules.ts';
import type { PimAsk } from '../tenant/pim.ts';
import type { PimWords } from '../tenant/pim-engine.ts';
import type { RoleTriple } from '../tenant/role-store.ts';
import { badRequest, GraphRefusal } from './graph-error.ts';

type Body = Readonly<Record<string, unknown>>;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The tenant, an administrative unit, or one object. */
const SCOPE = /^\/(?:administrativeUnits\/)?(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/i;

/** @throws {GraphRefusal} 400 for a property that is not published, is missing, or has the wrong type */
export function readRoleTriple(body: Body, allowed: readonly string[], type: string): RoleTriple {
  onlyKnown(body, allowed, type);
  const scope = body['directoryScopeId'];
  if (scope === undefined || scope === null) throw badRequest('One of directoryScopeId and appScopeId is required.');
  if (typeof scope !== 'string' || !SCOPE.test(scope)) throw new GraphRefusal(400, 'InvalidScope', 'The scope is not valid.');
  return { principalId: guid(body, 'principalId'), roleDefinitionId: guid(body, 'roleDefinitionId'), directoryScopeId: scope };
}

const WORDS = ['@odata.type', 'action', 'scheduleInfo', 'justification', 'ticketInfo', 'customData', 'isValidationOnly'];
const ACTIONS = [
  'adminAssign',
  'adminUpdate',
  'adminRemove',
  'selfActivate',
  'selfDeactivate',
  'adminExtend',
  'adminRenew',
  'selfExtend',
  'selfRenew',
];

/** Source: https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignmentschedulerequests */
export function readPimAsk(body: Body): PimAsk {
  const allowed = [...WORDS, 'principalId', 'roleDefinitionId', 'directoryScopeId'];
  const triple = readRoleTriple(body, allowed, 'unifiedRoleAssignmentScheduleRequest');
  return { ...triple, ...readWords(body) };
}

/** Source: https://learn.microsoft.com/graph/api/privilegedaccessgroup-post-assignmentschedulerequests */
export function readGroupPimAsk(body: Body): GroupPlace & PimWords {
  onlyKnown(body, [...WORDS, 'accessId', 'groupId', 'principalId'], 'privilegedAccessGroupAssignmentScheduleRequest');
  const accessId = text(body, 'accessId');
  if (accessId === null) throw badRequest('The property accessId is required.');
  if (!/^(member|owner)$/i.test(accessId)) throw badRequest(`Requested value '${accessId.slice(0, 60)}' was not found.`);
  if (!/^member$/i.test(accessId)) throw badRequest('The playground assigns members, not owners.');
  return { groupId: guid(body, 'groupId'), principalId: guid(body, 'principalId'), ...readWords(body) };
}

function readWords(body: Body): PimWords {
  const wanted = text(body, 'action');
  if (wanted === null) throw badRequest('The property action is required.');
  const action = ACTIONS.find((known) => known.toLowerCase() === wanted.toLowerCase());
  if (action === undefined) throw badRequest(`Requested value '${wanted.slice(0, 60)}' was not found.`);
  if (action !== 'adminAssign' && action !== 'adminRemove')
    throw badRequest(`The playground carries out adminAssign and adminRemove, not ${action}.`);
  if (action === 'adminAssign' && (body['scheduleInfo'] === undefined || body['scheduleInfo'] === null))
    throw badRequest('The property scheduleInfo is required with adminAssign.');
  const ticket = inner(body, 'ticketInfo', ['@odata.type', 'ticketNumber', 'ticketSystem'], 'ticketInfo');
  const schedule = readSchedule(body);
  return {
    action,
    justification: text(body, 'justification'),
    customData: text(body, 'customData'),
    ticketInfo: { ticketNumber: text(ticket, 'ticketNumber'), ticketSystem: text(ticket, 'ticketSystem') },
    isValidationOnly: flag(body, 'isValidationOnly'),
    ...(schedule === undefined ? {} : { scheduleInfo: schedule }),
  };
}

function readSchedule(body: Body): PimWords['scheduleInfo'] {
  if (body['scheduleInfo'] === undefined || body['scheduleInfo'] === null) return undefined;
  const allowed = ['@odata.type', 'startDateTime', 'recurrence', 'expiration'];
  const schedule = inner(body, 'scheduleInfo', allowed, 'requestSchedule');
  const startDateTime = instant(schedule, 'startDateTime');
  if (schedule['recurrence'] !== undefined && schedule['recurrence'] !== null) throw badRequest('Recurrence is not supported.');
  return { expiration: readExpiration(schedule), ...(startDateTime === undefined ? {} : { startDateTime }) };
}

function readExpiration(schedule: Body): Expiration {
  const allowed = ['@odata.type', 'type', 'duration', 'endDateTime'];
  const expiration = inner(schedule, 'expiration', allowed, 'expirationPattern');
  const types = ['noExpiration', 'afterDateTime', 'afterDuration'] as const;
  const type = types.find((known) => known.toLowerCase() === String(expiration['type']).toLowerCase());
  if (type === undefined) throw badRequest(`Requested value '${String(expiration['type']).slice(0, 60)}' was not found.`);
  const duration = text(expiration, 'duration') ?? undefined;
  const endDateTime = instant(expiration, 'endDateTime');
  if (duration !== undefined && durationMs(duration) === undefined)
    throw badRequest(`Cannot convert the literal '${duration.slice(0, 40)}' to the expected type 'Edm.Duration'.`);
  if (type === 'afterDuration' && duration === undefined)
    throw badRequest('The property duration is required with afterDuration.');
  if (type === 'afterDateTime' && endDateTime === undefined)
    throw badRequest('The property endDateTime is required with afterDateTime.');
  return { type, ...(duration === undefined ? {} : { duration }), ...(endDateTime === undefined ? {} : { endDateTime }) };
}

export function onlyKnown(body: Body, allowed: readonly string[], type: string): void {
  const unknown = Object.keys(body).find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw badRequest(
      `The property '${unknown.slice(0, 60)}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property names that are defined by the type.`,
    );
}

function inner(body: Body, name: string, allowed: readonly string[], type: string): Body {
  const value = body[name];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`The property ${name} is not an object.`);
  onlyKnown(value as Body, allowed, type);
  return value as Body;
}

function guid(body: Body, name: string): string {
  const value = text(body, name);
  if (value === null) throw badRequest(`The property ${name} is required.`);
  if (!GUID.test(value)) throw badRequest(`Invalid GUID: ${value.slice(0, 60)}`);
  return value;
}

function text(body: Body, name: string): string | null {
  const value = body[name] ?? null;
  if (value !== null && typeof value !== 'string') throw cannotConvert(name, 'Edm.String');
  return value;
}

function flag(body: Body, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== 'boolean') throw cannotConvert(name, 'Edm.Boolean');
  return value;
}

function instant(body: Body, name: string): string | undefined {
  const value = text(body, name);
  if (value === null) return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value) || Number.isNaN(Date.parse(value)))
    throw cannotConvert(name, 'Edm.DateTimeOffset');
  return value;
}

const cannotConvert = (name: string, type: string) =>
  badRequest(`Cannot convert the value of '${name}' to the expected type '${type}'.`);
