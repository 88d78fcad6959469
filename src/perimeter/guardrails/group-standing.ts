import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { MembershipReader } from '../../entra/membership-reader.ts';
import type { Log } from '../../observe/log.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';
import type { Judge } from './judge.ts';
import { type GroupFinding, lookAtGroups, notLookedAt } from './look-at-groups.ts';

/** Keeps what cannot be given, by what the directory says of its groups: looked at from the start on, daily, and again soon after a failure. */
export interface GroupStanding {
  /** Waits for the first look. */
  verdictOn(entitlementId: string): Promise<Verdict>;
  /** What was found the last time. */
  findings(): readonly GroupFinding[];
  /** Looks now, besides the rhythm. */
  look(): Promise<void>;
  stop(): void;
}

export interface GroupStandingParts {
  readonly config: PerimeterConfig;
  readonly people: MembershipReader;
  readonly log: Log;
}

const DAILY_MS = 24 * 60 * 60_000;
const AGAIN_AFTER_MS = 60_000;

export function startGroupStanding({ config, people, log }: GroupStandingParts): GroupStanding {
  let found = notLookedAt(config);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    clearTimeout(timer);
    found = await lookAtGroups(config, people);
    for (const { path, message, kind } of found) log.error({ key: path.join('.'), kind }, `not given: ${message}`);
    if (stopped) return;
    const inMs = found.some(({ kind }) => kind === 'unchecked') ? AGAIN_AFTER_MS : DAILY_MS;
    timer = setTimeout(() => void look(), inMs).unref();
  }

  const first = look();
  first.catch((err: unknown) =>
    log.error({ err }, 'the groups of the guardrails were not looked at: nothing that leans on them is given'),
  );
  return {
    async verdictOn(entitlementId) {
      await first;
      const one = found.find((finding) => finding.entitlementId === entitlementId);
      return one === undefined ? permit : verdictOf(one);
    },
    findings: () => found,
    look,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** For operators. */
export function sentenceOf({ entitlementId, path, message }: GroupFinding): string {
  return `${entitlementId} is not given: ${path.join('.')} ${message}.`;
}

function verdictOf({ kind }: GroupFinding): Verdict {
  return kind === 'unsafe' ? UNSAFE : UNCHECKED;
}

const UNSAFE = refuse(
  'guardrail.unsafe-group',
  'The perimeter does not give this, since a group that it leans on is not guarded well enough.',
  'An administrator finds in /readyz of the perimeter which group that is, and why.',
);
const UNCHECKED = refuse(
  'guardrail.unchecked',
  'The perimeter does not give this now, since it could not ask Microsoft Entra how well a group is guarded.',
  'It asks again by itself: ask again in a few minutes.',
);

/** The same judge, for what the standing of its groups allows. A denial needs none of it. */
export function withStanding(judge: Judge, standing: Pick<GroupStanding, 'verdictOn'>): Judge {
  const both = async (entitlementId: string, more: () => Promise<Verdict>): Promise<Verdict> => {
    const verdict = await standing.verdictOn(entitlementId);
    return verdict.permitted ? more() : verdict;
  };
  return {
    mayRegister: (request) => both(request.entitlementId, () => judge.mayRegister(request)),
    mayDecide: (grant, approver, decision) =>
      decision === 'deny'
        ? judge.mayDecide(grant, approver, decision)
        : both(grant.opening.registration.entitlementId, () => judge.mayDecide(grant, approver, decision)),
    maySign: (grant, person) => both(grant.opening.registration.entitlementId, () => judge.maySign(grant, person)),
    mayGive: (grant) => both(grant.opening.registration.entitlementId, () => judge.mayGive(grant)),
    mayUnfreeze: (person, before) => judge.mayUnfreeze(person, before),
  };
}
