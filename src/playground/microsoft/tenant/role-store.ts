import { type Clock, instantOf } from '../../../access/core/clock.ts';
import { type Actor, type Audit, SYSTEM } from './audit.ts';
import { key } from './directory.ts';
import { watchEnds } from './ends.ts';
import { roleDefinition } from './role-definitions.ts';

export interface RoleTriple {
  readonly principalId: string;
  readonly roleDefinitionId: string;
  readonly directoryScopeId: string;
}

/** An assignment of a directory role, standing or timed. Instants in milliseconds. */
export interface RoleSchedule extends RoleTriple {
  /** Of the schedule: the request's id when PIM made it, else the assignment's. */
  readonly id: string;
  /** Of the live assignment. Made of role, principal and scope, so the same three get the same id again. */
  readonly assignmentId: string;
  readonly madeBy: 'pim' | 'plain' | 'outside';
  readonly createdAt: number;
  /** Domain clock; a plain assignment has none. */
  readonly startAt?: number;
  readonly endAt?: number;
  readonly expiration: { readonly type: 'noExpiration' | 'afterDateTime' | 'afterDuration'; readonly duration?: string };
  readonly ticketNumber?: string;
  /** Transport clock: when it became readable and when it stopped being so. */
  readonly bornAt: number;
  readonly goneAt?: number;
}

export interface RoleStore {
  /** Everything on record now: live, and scheduled for later. */
  all(): readonly RoleSchedule[];
  /** The same as a reader saw it at that instant of the transport clock. */
  asOf(at: number): readonly RoleSchedule[];
  find(triple: RoleTriple): RoleSchedule | undefined;
  byAssignmentId(id: string): RoleSchedule | undefined;
  add(schedule: Omit<RoleSchedule, 'assignmentId' | 'bornAt' | 'id'> & { readonly id?: string }, actor: Actor): RoleSchedule;
  remove(triple: RoleTriple, actor: Actor, via: 'pim' | 'plain' | 'outside', scheduleRequestId?: string): boolean;
  /** Active by the domain clock: begun and not ended. */
  readonly isLive: (schedule: RoleSchedule) => boolean;
  /** PIM is gone, and its service with it: what is live stays without an end, what had not begun never will. */
  outliveEnds(actor: Actor): void;
  /** Ends what has reached its end; called by itself on every read and when the domain clock moves. */
  sweep(): void;
  reset(): void;
  close(): void;
}

/** A record of what is gone serves stale reads; older than this nobody asks for it. */
const TOMBSTONE_MS = 120_000;

export function createRoleStore(clock: Clock, now: Clock, audit: Audit): RoleStore {
  const current = new Map<string, RoleSchedule>();
  let gone: RoleSchedule[] = [];

  const bury = (schedule: RoleSchedule) => {
    current.delete(keyOf(schedule));
    const at = now.now();
    gone = gone.filter((other) => (other.goneAt ?? 0) > at - TOMBSTONE_MS);
    gone.push({ ...schedule, goneAt: at });
  };
  const sweep = () => {
    const at = clock.now();
    for (const schedule of current.values()) {
      if (schedule.endAt === undefined || schedule.endAt > at) continue;
      bury(schedule);
      audit.add({ actor: SYSTEM, action: 'role.ended', via: 'native', ...idsOf(schedule) });
    }
  };
  const known = () => [...current.values()].map(({ endAt }) => endAt ?? Number.POSITIVE_INFINITY);
  const ends = watchEnds(clock, known, sweep);

  const store: RoleStore = {
    all() {
      sweep();
      return [...current.values()];
    },
    asOf(at) {
      sweep();
      return [...current.values(), ...gone].filter(({ bornAt, goneAt }) => bornAt <= at && (goneAt === undefined || goneAt > at));
    },
    find(triple) {
      sweep();
      return current.get(keyOf(triple));
    },
    byAssignmentId(id) {
      sweep();
      return [...current.values()].find((schedule) => schedule.assignmentId === id);
    },
    add(schedule, actor) {
      const assignmentId = assignmentIdOf(schedule);
      const added = { id: assignmentId, ...schedule, ...lowerCase(schedule), assignmentId, bornAt: now.now() };
      current.set(keyOf(added), added);
      audit.add({ actor, action: 'role.given', via: added.madeBy, ...idsOf(added) });
      ends.changed();
      return added;
    },
    remove(triple, actor, via, scheduleRequestId) {
      sweep();
      const schedule = current.get(keyOf(triple));
      if (schedule === undefined) return false;
      bury(schedule);
      const request = scheduleRequestId === undefined ? {} : { scheduleRequestId };
      audit.add({ actor, action: 'role.taken', via, ...idsOf(schedule), ...request });
      return true;
    },
    outliveEnds(actor) {
      sweep();
      for (const schedule of [...current.values()]) {
        const { endAt, ...rest } = schedule;
        if ((schedule.startAt ?? 0) > clock.now()) store.remove(schedule, actor, 'outside');
        else if (endAt !== undefined) current.set(keyOf(schedule), { ...rest, expiration: { type: 'noExpiration' } });
      }
    },
    isLive: (schedule) => (schedule.startAt ?? 0) <= clock.now() && (schedule.endAt ?? Number.POSITIVE_INFINITY) > clock.now(),
    sweep,
    reset() {
      current.clear();
      gone = [];
    },
    close: () => ends.close(),
  };
  return store;
}

export function lowerCase(triple: RoleTriple): RoleTriple {
  return {
    principalId: key(triple.principalId),
    roleDefinitionId: key(triple.roleDefinitionId),
    directoryScopeId: triple.directoryScopeId,
  };
}

export const keyOf = (triple: RoleTriple): string =>
  `${key(triple.principalId)} ${key(triple.roleDefinitionId)} ${triple.directoryScopeId}`;

function idsOf(schedule: RoleSchedule) {
  return {
    principalId: schedule.principalId,
    roleDefinitionId: schedule.roleDefinitionId,
    scope: schedule.directoryScopeId,
    assignmentId: schedule.assignmentId,
    ...(schedule.madeBy === 'pim' ? { scheduleRequestId: schedule.id } : {}),
    ...(schedule.ticketNumber === undefined ? {} : { ticketNumber: schedule.ticketNumber }),
    detail: `${roleDefinition(schedule.roleDefinitionId)?.displayName ?? 'unknown role'}${
      schedule.endAt === undefined ? ', no end' : `, until ${instantOf(schedule.endAt)}`
    }`,
  };
}

/**
 * Entra's own form: base64url of the bytes of role and principal, then `-1` at the tenant's scope. It is why an assignment
 * that was removed and made again has the id it had before.
 */
export function assignmentIdOf(triple: RoleTriple): string {
  const bytes = Buffer.concat([guidBytes(triple.roleDefinitionId), guidBytes(triple.principalId)]).toString('base64url');
  if (triple.directoryScopeId === '/') return `${bytes}-1`;
  return `${bytes}-2-${Buffer.from(triple.directoryScopeId).toString('base64url').slice(-12)}`;
}

/** .NET's byte order: the first three groups are little-endian. */
function guidBytes(guid: string): Buffer {
  const hex = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Buffer.concat([
    hex.subarray(0, 4).reverse(),
    hex.subarray(4, 6).reverse(),
    hex.subarray(6, 8).reverse(),
    hex.subarray(8),
  ]);
}
