import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../access/core/clock.ts';
import { type Actor, type Audit, SYSTEM } from './audit.ts';
import { type Directory, key } from './directory.ts';
import { watchEnds } from './ends.ts';
import type { Expiration } from './expiration.ts';
import { createPimEngine, type PimEngine, type PimRequestFor, scheduleOf } from './pim-engine.ts';
import type { PimPolicy } from './pim-rules.ts';

/** A membership: of ownership PIM is not asked here. */
export interface GroupPlace {
  readonly groupId: string;
  readonly principalId: string;
}
export type GroupPimRequest = PimRequestFor<GroupPlace>;

/** A membership that PIM keeps the end of. Instants in milliseconds. */
export interface GroupSchedule extends GroupPlace {
  /** Of the request; the schedule is named after it. */
  readonly requestId: string;
  readonly instanceId: string;
  readonly createdAt: number;
  readonly startAt: number;
  readonly endAt?: number;
  readonly expiration: Expiration;
  readonly ticketNumber?: string;
  readonly bornAt: number;
  readonly goneAt?: number;
}

/** PIM for groups, and what it keeps. */
export interface GroupSchedules {
  readonly pim: PimEngine<GroupPlace>;
  /** Whether the group is under PIM: from the first request on, and for good. */
  isOnboarded(groupId: string): boolean;
  /** What a reader saw at that instant of the transport clock. */
  asOf(at: number): readonly GroupSchedule[];
  reset(): void;
  close(): void;
}

/** Six months, as documented. */
const USUAL_POLICY: PimPolicy = { permanentActive: false, maximumDuration: 'P180D', enabledRules: ['Justification'] };

export function createGroupSchedules(clock: Clock, now: Clock, directory: Directory, audit: Audit): GroupSchedules {
  const current = new Map<string, GroupSchedule>();
  const onboarded = new Set<string>();
  let gone: GroupSchedule[] = [];
  const keyOf = (place: GroupPlace) => `${key(place.groupId)} ${key(place.principalId)}`;
  const memberIn = ({ groupId, principalId }: GroupPlace) =>
    directory.group(groupId)?.memberIds.includes(key(principalId)) === true;

  const bury = (schedule: GroupSchedule) => {
    current.delete(keyOf(schedule));
    gone.push({ ...schedule, goneAt: now.now() });
  };
  const leave = (place: GroupPlace, actor: Actor, via: 'pim' | 'native', scheduleRequestId?: string) => {
    const schedule = current.get(keyOf(place));
    if (schedule !== undefined) bury(schedule);
    const asked = scheduleRequestId === undefined ? {} : { scheduleRequestId };
    if (memberIn(place)) directory.removeMember(place.groupId, place.principalId, actor, { via, ...asked });
  };
  const sweep = () => {
    for (const schedule of [...current.values()])
      if ((schedule.endAt ?? Infinity) <= clock.now()) leave(schedule, SYSTEM, 'native');
  };
  const ends = watchEnds(clock, () => [...current.values()].map(({ endAt }) => endAt ?? Infinity), sweep);
  // Whoever removes the member from the group removes what PIM made.
  audit.onAdded(({ action, objectId = '', principalId = '' }) => {
    const schedule = action === 'group.left' ? current.get(keyOf({ groupId: objectId, principalId })) : undefined;
    if (schedule !== undefined) bury(schedule);
  });

  const pim = createPimEngine<GroupPlace>(clock, now, {
    usualPolicy: USUAL_POLICY,
    normal: ({ groupId, principalId }) => ({ groupId: key(groupId), principalId: key(principalId) }),
    keyOf,
    policyKeyOf: ({ groupId }) => groupId,
    unknownIn({ groupId, principalId }) {
      const group = directory.group(groupId);
      if (group === undefined) return { code: 'ResourceNotFound', message: 'The resource is not found.' };
      if (group.membershipRule !== null || group.onPremisesSyncEnabled === true)
        return { code: 'InvalidRoleAssignmentRequest', message: 'The role assignment request is invalid.' };
      const known = directory.user(principalId) ?? directory.group(principalId);
      return known === undefined ? { code: 'SubjectNotFound', message: 'The subject is not found.' } : undefined;
    },
    find(place) {
      sweep();
      const schedule = current.get(keyOf(place));
      // Of a membership by hand PIM does not know since when; it is old enough.
      return schedule ?? (memberIn(place) ? { createdAt: 0 } : undefined);
    },
    add(request) {
      const { groupId, principalId } = request;
      const born = { instanceId: randomUUID(), bornAt: now.now() };
      current.set(keyOf(request), { groupId, principalId, requestId: request.id, ...scheduleOf(request), ...born });
      const { ticketNumber } = request.ticketInfo;
      const how = { via: 'pim', scheduleRequestId: request.id, ...(ticketNumber === null ? {} : { ticketNumber }) } as const;
      directory.addMember(groupId, principalId, request.createdBy, how);
      ends.changed();
    },
    remove: (request) => leave(request, request.createdBy, 'pim', request.id),
    note(request, asked) {
      onboarded.add(request.groupId);
      const { principalId, groupId: objectId, createdBy: actor } = request;
      audit.add({ actor, action: 'group.asked', via: 'pim', principalId, objectId, ...asked });
    },
    outliveEnds() {
      for (const [place, { endAt: _, ...schedule }] of current) current.set(place, schedule);
    },
  });

  return {
    pim,
    isOnboarded: (groupId) => onboarded.has(key(groupId)),
    asOf(at) {
      sweep();
      return [...current.values(), ...gone].filter(({ bornAt, goneAt }) => bornAt <= at && (goneAt === undefined || goneAt > at));
    },
    reset() {
      pim.reset();
      current.clear();
      onboarded.clear();
      gone = [];
    },
    close() {
      pim.close();
      ends.close();
    },
  };
}
