import { z } from 'zod';
import { instantOf } from '../access/core/clock.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';
import { type DirectoryRole, type GroupMembership, targetKey } from '../access/core/target.ts';
import type { Order } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { quoted } from './odata.ts';
import { answerOf, sameWord } from './pim-schema.ts';

const AUDITS = '/auditLogs/directoryAudits';
const PERMISSION = 'AuditLog.Read.All';
/** As far apart as our clock and Microsoft's may be: sign-in tolerates no more either. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** What has no name of ours, so that only Microsoft's record tells who made it. */
type Nameless = Order<DirectoryRole> | Order<GroupMembership>;

/** The newest change that Microsoft's audit knows of one principal's assignment or membership. `unknown`: it does not name who did it. */
export interface LastChange {
  readonly what: 'given' | 'taken';
  readonly by: 'us' | 'others' | 'unknown';
}

export interface RoleAuditReader {
  /**
   * Of this principal and target, since `absentAt`. Undefined while the audit has nothing: entries come seconds to minutes after the
   * fact, and are kept for 7 days, with P1 or P2 for 30.
   * @throws {AppError} `directory.*`, `identity.*`
   */
  lastChange(order: Nameless): Promise<LastChange | undefined>;
}

/** PIM keeps entries of its own beside these; what really changed in the directory is written here. */
const SERVICE = 'Core Directory';
const ACTIVITIES: Readonly<Record<string, { readonly what: LastChange['what']; readonly of: 'role' | 'scopedRole' | 'group' }>> =
  {
    'add member to role': { what: 'given', of: 'role' },
    'remove member from role': { what: 'taken', of: 'role' },
    'add scoped member to role': { what: 'given', of: 'scopedRole' },
    'remove scoped member from role': { what: 'taken', of: 'scopedRole' },
    'add member to role scoped over restricted management administrative unit': { what: 'given', of: 'scopedRole' },
    'remove member from role scoped over restricted management administrative unit': { what: 'taken', of: 'scopedRole' },
    'add member to group': { what: 'given', of: 'group' },
    'remove member from group': { what: 'taken', of: 'group' },
  };

const text = z.string().nullish();
const entrySchema = z.object({
  activityDateTime: z.iso.datetime({ offset: true }),
  activityDisplayName: text,
  loggedByService: text,
  result: text,
  initiatedBy: z
    .object({
      user: z.object({ id: text, userPrincipalName: text }).nullish(),
      app: z.object({ appId: text, servicePrincipalId: text }).nullish(),
    })
    .nullish(),
  targetResources: z
    .array(
      z.object({
        id: text,
        modifiedProperties: z.array(z.object({ displayName: text, oldValue: text, newValue: text })).nullish(),
      }),
    )
    .nullish(),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Who gave or took a directory role or a group membership, by Microsoft's own record.
 * @see https://learn.microsoft.com/graph/api/directoryaudit-list
 * @see https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
 */
export function createRoleAuditReader(graph: Pick<GraphClient, 'list' | 'whoWeAre'>): RoleAuditReader {
  return {
    async lastChange(order) {
      const since = instantOf(Date.parse(order.absentAt ?? '1970-01-01T00:00:00Z') - CLOCK_SKEW_MS);
      const query = {
        $filter: `activityDateTime ge ${since} and targetResources/any(t:t/id eq ${quoted(order.principalId.toLowerCase())})`,
      };
      const changes: { readonly atMs: number; readonly entry: Entry; readonly what: LastChange['what'] }[] = [];
      for await (const item of graph.list(AUDITS, { query, permission: PERMISSION })) {
        const entry = answerOf(entrySchema, item, `GET ${AUDITS}`);
        const what = changeOf(entry, order);
        if (what !== undefined) changes.push({ atMs: Date.parse(entry.activityDateTime), entry, what });
      }
      const newestMs = Math.max(...changes.map(({ atMs }) => atMs));
      const newest = changes.filter(({ atMs }) => atMs === newestMs);
      const [last] = newest;
      if (last === undefined) return undefined;
      // Two at one instant: their order, and so whose assignment stands, cannot be told.
      if (newest.length > 1) return { what: last.what, by: 'unknown' };
      return { what: last.what, by: makerOf(last.entry, await graph.whoWeAre()) };
    },
  };
}

/** Somebody who got something without a name of ours on it, and has not lost it since, as far as the audit goes. */
export interface Given {
  readonly principalId: string;
  readonly target: Nameless['target'];
  readonly at: string;
}

/**
 * Everything of these that the audit says we gave last, since an instant. Two queries for all of them, since the audit may be asked five
 * times in ten seconds. @throws {AppError} `directory.*`, `identity.*`
 */
export async function givenByUs(
  graph: Pick<GraphClient, 'list' | 'whoWeAre'>,
  targets: readonly Nameless['target'][],
  since: string,
): Promise<readonly Given[]> {
  const own = await graph.whoWeAre();
  const newest = new Map<string, Given & { readonly isOurs: boolean }>();
  const categories = ['RoleManagement', ...(targets.some(({ kind }) => kind === 'group') ? ['GroupManagement'] : [])];
  for (const category of categories) {
    const query = { $filter: `category eq ${quoted(category)} and activityDateTime ge ${since}` };
    for await (const item of graph.list(AUDITS, { query, permission: PERMISSION })) {
      const entry = answerOf(entrySchema, item, `GET ${AUDITS}`);
      const at = entry.activityDateTime;
      for (const { principalId, target, what } of changesIn(entry, targets)) {
        const key = `${principalId} ${targetKey(target)}`;
        const known = newest.get(key);
        const order = Math.sign(Date.parse(at) - Date.parse(known?.at ?? '1970-01-01T00:00:00Z'));
        // Two at one instant: their order, and so whose it is, cannot be told.
        if (order >= 0)
          newest.set(key, { principalId, target, at, isOurs: order > 0 && what === 'given' && makerOf(entry, own) === 'us' });
      }
    }
  }
  return [...newest.values()].filter(({ isOurs }) => isOurs);
}

function changesIn(entry: Entry, targets: readonly Nameless['target'][]) {
  const ids = (entry.targetResources ?? []).flatMap(({ id }) => (typeof id === 'string' && id !== '' ? [id.toLowerCase()] : []));
  return targets.flatMap((target) => {
    const { names } = namesOf(target);
    return ids.flatMap((principalId) => {
      const what = names.some((name) => sameWord(name, principalId)) ? undefined : changeOf(entry, { principalId, target });
      return what === undefined ? [] : [{ principalId, target, what }];
    });
  });
}

/** What this entry says about it; undefined when it is about another, or nothing came of it. */
function changeOf(
  entry: Entry,
  { principalId, target }: Pick<Nameless, 'principalId' | 'target'>,
): LastChange['what'] | undefined {
  const activity = ACTIVITIES[entry.activityDisplayName?.toLowerCase() ?? ''];
  if (activity === undefined || !sameWord(entry.loggedByService, SERVICE) || !sameWord(entry.result, 'success')) return undefined;
  const ids = idsIn(entry);
  const { of, names } = namesOf(target);
  return activity.of === of && [principalId, ...names].every((id) => ids.has(id.toLowerCase())) ? activity.what : undefined;
}

function namesOf(target: Nameless['target']): {
  readonly of: 'role' | 'scopedRole' | 'group';
  readonly names: readonly string[];
} {
  if (target.kind === 'group') return { of: 'group', names: [target.groupId] };
  const scope = target.directoryScopeId.slice(target.directoryScopeId.lastIndexOf('/') + 1);
  return scope === ''
    ? { of: 'role', names: [target.roleDefinitionId] }
    : { of: 'scopedRole', names: [target.roleDefinitionId, scope] };
}

/** Targets by id, and the ids among their properties, which Entra writes in quotes (`Role.ObjectID`, `Group.ObjectID`). */
function idsIn({ targetResources }: Entry): ReadonlySet<string> {
  const found = (targetResources ?? []).flatMap(({ id, modifiedProperties }) => [
    id,
    ...(modifiedProperties ?? []).flatMap(({ oldValue, newValue }) => [oldValue, newValue]),
  ]);
  return new Set(found.map((value) => value?.replaceAll('"', '').toLowerCase() ?? ''));
}

/** Records of applications often lack one of the two ids. One that contradicts ours is somebody else; a name alone proves nothing. */
function makerOf({ initiatedBy }: Entry, own: OwnIdentity): LastChange['by'] {
  const { user, app } = initiatedBy ?? {};
  if ((user?.id ?? '') !== '' || (user?.userPrincipalName ?? '') !== '') return 'others';
  const said = [
    { id: app?.servicePrincipalId ?? '', ours: own.servicePrincipalId },
    { id: app?.appId ?? '', ours: own.appId },
  ].filter(({ id }) => id !== '');
  if (said.length === 0) return 'unknown';
  return said.every(({ id, ours }) => sameWord(id, ours)) ? 'us' : 'others';
}
