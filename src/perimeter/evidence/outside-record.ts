import { z } from 'zod';
import { type AnchorSays, readDescription, readTicket } from '../../access/core/anchor-text.ts';
import type { RegisteredRequest } from '../../access/core/statement.ts';

/** What one of Microsoft's records, as the verifier has it, says of a request. */
export interface OutsideSays {
  /** `another-access`: it names this request and this digest, and another person or another access. */
  readonly says: AnchorSays | 'another-access';
  /** Which record, for people. */
  readonly what: string;
}

const text = z.string().nullish();
const ticketSchema = z.looseObject({ ticketNumber: text, ticketSystem: text });
/** Fields of PIM's requests and of role assignments, for Entra and groups (Graph) and for Azure (ARM, `properties` laid flat). */
const recordSchema = z.looseObject({
  id: text,
  ticketInfo: ticketSchema.nullish(),
  description: text,
  principalId: text,
  roleDefinitionId: text,
  directoryScopeId: text,
  groupId: text,
  scope: text,
  createdDateTime: text,
  createdOn: text,
  activityDateTime: text,
  additionalDetails: z.array(z.looseObject({ key: text, value: text })).nullish(),
  targetResources: z.array(z.looseObject({ id: text })).nullish(),
});
type Outside = z.infer<typeof recordSchema>;

/**
 * Reads what the verifier brought: one record, a list, or pages of `{ value: [...] }` as Graph and ARM answer.
 * @throws a ZodError when a record is none
 */
export function outsideRecords(given: unknown): readonly Outside[] {
  if (Array.isArray(given)) return given.flatMap(outsideRecords);
  const inner: unknown = Object(given).value;
  if (Array.isArray(inner)) return inner.flatMap(outsideRecords);
  const properties: unknown = Object(given).properties;
  return [recordSchema.parse(typeof properties === 'object' ? { ...Object(given), ...properties } : given)];
}

export function outsideSays(record: Outside, request: RegisteredRequest, evidenceDigest: string): OutsideSays {
  const ticket = record.ticketInfo ?? detailsOf(record);
  const { requestId } = request;
  const what = describe(record);
  const says =
    ticket === undefined
      ? readDescription(record.description ?? '', requestId, evidenceDigest)
      : readTicket(ticket, requestId, evidenceDigest);
  return { what, says: says === 'same' && !isAbout(record, request) ? 'another-access' : says };
}

/** Audit entries of PIM carry the ticket among their details. */
function detailsOf({ additionalDetails }: Outside): z.infer<typeof ticketSchema> | undefined {
  const valueOf = (name: string) =>
    additionalDetails?.find(({ key }) => key?.replaceAll(' ', '').toLowerCase() === name)?.value ?? undefined;
  const ticketNumber = valueOf('ticketnumber');
  return ticketNumber === undefined ? undefined : { ticketNumber, ticketSystem: valueOf('ticketsystem') };
}

/** It must name the person; of the access it may name parts, and these must fit. */
function isAbout(record: Outside, { principal, target }: RegisteredRequest): boolean {
  const people = [record.principalId, ...(record.targetResources ?? []).map(({ id }) => id)];
  if (!people.some((id) => same(id, principal.objectId))) return false;
  const fits = (found: string | null | undefined, wanted: string) => typeof found !== 'string' || same(found, wanted);
  const role = record.roleDefinitionId?.split('/').at(-1);
  if (target.kind === 'group') return fits(record.groupId, target.groupId);
  if (!fits(role, target.roleDefinitionId.split('/').at(-1) ?? '')) return false;
  return target.kind === 'directoryRole'
    ? fits(record.directoryScopeId, target.directoryScopeId)
    : fits(record.scope, target.scope);
}

function describe(record: Outside): string {
  const kind =
    record.ticketInfo !== undefined && record.ticketInfo !== null
      ? 'PIM request'
      : record.additionalDetails
        ? 'audit record'
        : 'role assignment';
  const at = record.createdDateTime ?? record.createdOn ?? record.activityDateTime;
  return `${kind} ${record.id ?? 'without an id'}${typeof at === 'string' ? ` of ${at}` : ''}`;
}

function same(a: string | null | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}
