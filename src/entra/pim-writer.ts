import { anchorSystemOf, isOurTicketSystem } from '../access/core/anchor-text.ts';
import { answerCodeOf } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import { type Clock, instantOf } from '../access/core/clock.ts';
import { point } from '../access/core/point.ts';
import type { Target } from '../access/core/target.ts';
import type { Assignment } from '../../flows/grant.ts';
import type { AccessWriter, Order, Taken } from '../perimeter/access-writer.ts';
import { takeWithoutPim } from './pim-lapsed.ts';
import { sameWord } from './pim-schema.ts';

/** A request as PIM keeps it, for whatever kind of thing. */
export interface PimRequest {
  readonly id: string;
  readonly status: string;
  /** Of the schedule that it made. */
  readonly scheduleId: string;
  readonly createdAt?: string | undefined;
}

/** What PIM shows as live right now, whoever made it. */
export interface PimInstance {
  readonly scheduleId: string;
  /** By which the directory itself knows what PIM made there. */
  readonly originId: string;
  /** Not by a group, and not the person's own activation of an eligibility. */
  readonly isDirect: boolean;
  readonly startedAt?: string | undefined;
  readonly endsAt?: string | undefined;
}

/** What every request says besides whom it is about. */
export interface PimWords {
  readonly justification: string;
  readonly ticketInfo: { readonly ticketNumber: string; readonly ticketSystem: string };
}

/** PIM for one kind of target. Lists are of the order's principal and target, and of nothing else. */
export interface PimService<T extends Target> {
  /** Whether an origin is named only once: what is removed and made again is another one. */
  readonly hasUniqueOrigins: boolean;
  instances(order: Order<T>): Promise<readonly PimInstance[]>;
  /** Ids of what is held by anybody's hand, as `Assignment` would know them. */
  held(order: Order<T>): Promise<readonly string[]>;
  /** The newest giving that says that it is this grant's. */
  findRequest(order: Order<T>): Promise<PimRequest | undefined>;
  /** @throws {AppError} `directory.not-found` when PIM does not know it any more */
  request(order: Order<T>, id: string): Promise<PimRequest>;
  assign(order: Order<T>, words: PimWords, startsAt: string): Promise<PimRequest>;
  remove(order: Order<T>, words: PimWords): Promise<unknown>;
  cancel(order: Order<T>, id: string): Promise<unknown>;
  byHand(order: Order<T>): string;
  byHandWithoutPim(order: Order<T>): string;
}

/** Entra refuses to end an active assignment before (ActiveDurationTooShort). */
const MINIMUM_ACTIVE_MS = 5 * 60_000;
/** PIM works after its answer; its own example takes two seconds. */
const LOOK_AGAIN_AFTER_MS = 1_000;
/** How long an instance that is not listed yet is waited for. */
const LISTED_WITHIN_MS = 15_000;

const DONE = ['provisioned'];
const UNDER_WAY = [
  ...['granted', 'pendingschedulecreation', 'pendingprovisioning', 'schedulecreated'],
  // In Azure Resource Manager only.
  ...['accepted', 'pendingevaluation', 'provisioningstarted', 'pendingexternalprovisioning'],
];
const AWAITS_SOMEBODY = ['pendingapproval', 'pendingadmindecision'];

/** Is this ticket this grant's? With a digest of the evidence behind our name, and without one, as it was given before there was any. */
export function isTicketOf(
  grantId: string,
  ticket: Partial<Record<keyof PimWords['ticketInfo'], string | null | undefined>> | null | undefined,
): boolean {
  return isOurTicketSystem(ticket?.ticketSystem) && ticket?.ticketNumber === grantId;
}

/**
 * Active assignments by PIM, which ends them by itself. The ticket carries the grant's id, which is how ours is known, and the digest of
 * the evidence, by which Microsoft's record anchors ours.
 * @param plain the way out when PIM's licence lapses while a grant is held (pim-lapsed.ts)
 */
export function createPimWriter<T extends Target>(service: PimService<T>, plain: AccessWriter<T>, clock: Clock): AccessWriter<T> {
  /** As the newest taking found it. */
  let isLicensed = true;

  const wordsOf = (order: Order<T>, justification: string): PimWords => ({
    justification,
    ticketInfo: {
      ticketNumber: order.grantId,
      ticketSystem: order.evidenceDigest === undefined ? 'hallpass' : anchorSystemOf(order.evidenceDigest),
    },
  });

  async function give(order: Order<T>): Promise<Assignment> {
    // Most settings demand one.
    const words = wordsOf(order, order.justification === '' ? `Hallpass: ${order.grantId}` : order.justification);
    return active(await service.assign(order, words, instantOf(clock.now())), order);
  }

  /** The directory's own id of the assignment is remembered as long as PIM tells it: without a licence it will not (pim-lapsed.ts). */
  async function active(request: PimRequest, order: Order<T>): Promise<Assignment> {
    const assignment = assignmentOf(request);
    // Whatever goes wrong with this reading says nothing of the write before it, and must not be taken for its answer.
    const live = await service.instances(order).catch(() => []);
    const ours = live.find(isOf(request, undefined));
    if (ours !== undefined) return { ...assignment, roleAssignmentId: ours.originId };
    // Either way: a clock of ours that is behind Microsoft's must not keep what is given waiting for as long as it is behind.
    if (Math.abs(clock.now() - Date.parse(request.createdAt ?? '')) < LISTED_WITHIN_MS)
      throw settling('active, but not listed yet');
    return assignment;
  }

  function isOf(
    request: PimRequest | undefined,
    { id, roleAssignmentId }: Partial<Assignment> = {},
  ): (instance: PimInstance) => boolean {
    // PIM names the schedule after its request, so far as is known of one that PIM has forgotten.
    const scheduleId = request?.scheduleId ?? id ?? '';
    return (instance) =>
      sameWord(instance.scheduleId, scheduleId) ||
      (service.hasUniqueOrigins && roleAssignmentId !== undefined && sameWord(instance.originId, roleAssignmentId));
  }

  /** Undefined when PIM has forgotten it: a request is history, and what is live is told by the instances. */
  async function remembered(order: Order<T>, id: string): Promise<PimRequest | undefined> {
    return service.request(order, id).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'directory.not-found') throw error;
      return undefined;
    });
  }

  /** False when PIM says that there is nothing to remove. */
  async function remove(order: Order<T>, startedAt: string | undefined): Promise<boolean> {
    point('take.before-write');
    try {
      await service.remove(order, wordsOf(order, `Hallpass: end of ${order.grantId}`));
      return true;
    } catch (error) {
      // Removed a moment ago, or given a moment ago and not known everywhere: the reading that follows decides, and time.
      if (answerCodeOf(error) === 'RoleAssignmentDoesNotExist') return false;
      if (answerCodeOf(error) === 'ActiveDurationTooShort') throw tooEarly(error, startedAt);
      throw error;
    } finally {
      point('take.after-write');
    }
  }

  function tooEarly(cause: unknown, startedAt: string | undefined): AppError {
    const sinceStart = clock.now() - Date.parse(startedAt ?? '');
    const wait = Number.isFinite(sinceStart) ? MINIMUM_ACTIVE_MS - sinceStart : MINIMUM_ACTIVE_MS;
    return new AppError('directory.too-early', 'Entra keeps an active assignment for at least five minutes', {
      cause,
      retryable: true,
      retryAfterMs: Math.max(LOOK_AGAIN_AFTER_MS, wait),
      hint: 'It is taken away right after.',
    });
  }

  async function take(order: Order<T>): Promise<Taken> {
    try {
      const taken = await takeByPim(order);
      isLicensed = true;
      return taken;
    } catch (error) {
      isLicensed = !(error instanceof AppError) || error.code !== 'directory.not-licensed';
      if (isLicensed || !(error instanceof AppError)) throw error;
      return takeWithoutPim(plain, clock, order, error);
    }
  }

  async function takeByPim(order: Order<T>): Promise<Taken> {
    const { assignment } = order;
    const request = assignment === undefined ? await service.findRequest(order) : await remembered(order, assignment.id);
    const id = request?.id ?? assignment?.id;
    if (id === undefined) return { found: false };
    if (request !== undefined && AWAITS_SOMEBODY.includes(request.status.toLowerCase())) {
      await service.cancel(order, id);
      return { found: true };
    }
    const isOurs = isOf(request, assignment);
    const before = await service.instances(order);
    const ours = before.find(isOurs);
    // A removal names no assignment but only who, what and where: with somebody else's in that place, it would take theirs.
    if (ours === undefined && before.some(({ isDirect }) => isDirect)) return { found: true };
    if (ours === undefined && clock.now() >= Date.parse(order.endsAt)) return { found: true };
    const removed = await remove(order, ours?.startedAt);
    if ((await service.instances(order)).some(isOurs)) throw settling('still listed after its removal');
    // What PIM has forgotten is not under way: it was active when it was remembered, or it would not be known by its id.
    const status = (await remembered(order, id))?.status ?? request?.status ?? '';
    if (UNDER_WAY.includes(status.toLowerCase())) throw settling(`still ${status}`);
    const isUnseen = ours === undefined && !removed && ['', ...DONE].includes(status.toLowerCase());
    return { found: !isUnseen };
  }

  return {
    kind: 'pim',
    held: (order) => service.held(order),
    find: async (order) => {
      const { assignment } = order;
      const request = assignment === undefined ? await service.findRequest(order) : await service.request(order, assignment.id);
      return request === undefined ? undefined : active(request, order);
    },
    give,
    take,
    look: async (order) => {
      const { assignment } = order;
      if (assignment === undefined) return { isThere: false };
      const isOurs = isOf(await remembered(order, assignment.id), assignment);
      const ours = (await service.instances(order)).find(isOurs);
      const endsAt = Date.parse(ours?.endsAt ?? '');
      return { isThere: ours !== undefined, ...(Number.isNaN(endsAt) ? {} : { endsAt: instantOf(endsAt) }) };
    },
    byHand: (order) => (isLicensed ? service.byHand(order) : service.byHandWithoutPim(order)),
  };
}

/** HTTP 201 says that PIM took the request; only `status` says what became of it. */
function assignmentOf(request: PimRequest): Assignment {
  const status = request.status.toLowerCase();
  if (DONE.includes(status)) return { kind: 'pim', id: request.id };
  if (UNDER_WAY.includes(status)) throw settling(`not active yet, ${request.status}`);
  const awaits = AWAITS_SOMEBODY.includes(status);
  throw new AppError(awaits ? 'directory.awaits-approval' : 'directory.rejected', `PIM answered 201, then ${request.status}`, {
    hint: awaits
      ? 'The settings in Privileged Identity Management ask for an approval there. An administrator can exempt assignments by Hallpass.'
      : 'Privileged Identity Management did not carry out the assignment. An administrator finds it under this request id.',
  });
}

function settling(detail: string): AppError {
  return new AppError('directory.settling', `PIM: ${detail}`, { retryable: true, retryAfterMs: LOOK_AGAIN_AFTER_MS });
}
