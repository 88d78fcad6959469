import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/access/core/clock.ts';
import type { Assignment, WriterKind } from '../../flows/grant.ts';
import { PERIMETER_APP } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { percentile } from '../figures.ts';
import { type BenchPerson, benchPeople, joinTenant, ROLE } from '../seed/bench-people.ts';
import { seedLedger } from '../seed/seed-stores.ts';
import { bareClient } from './bare-client.ts';
import { limitsFloor } from './limits-floor.ts';
import { unlimited } from '../../test/support/unlimited.ts';

export interface EndFigures {
  readonly kind: WriterKind;
  readonly grants: number;
  /** From the end until reading back said that it is gone. */
  readonly lag: { readonly p50: number; readonly p99: number };
  /** The same calls by a client that does nothing else, against the same far end. */
  readonly bare: { readonly p50: number; readonly p99: number };
  /** What Graph's published limits alone would take. */
  readonly limits: { readonly p50: number; readonly p99: number };
}

const MINUTE_MS = 60_000;
/** Grants of an hour, given most of it ago: older than PIM's five minutes. */
const DURATION_MINUTES = 60;
const LEAD_MS = 3_000;
const PATIENCE_MS = 10 * MINUTE_MS;
const ADMIN = { kind: 'application', id: PERIMETER_APP.clientId, objectId: PERIMETER_APP.principalId, name: 'bench' } as const;
const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';
const REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const INSTANCES = '/roleManagement/directory/roleAssignmentScheduleInstances';

/** So many grants that end at one instant, taken by a perimeter of its own process; Graph's published limits are on. */
export async function measureEnds(kind: WriterKind, grants: number): Promise<EndFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-'));
  const world = await openWorld(folder, kind);
  try {
    await world.perimeter.ready();
    // The bot has no part in it.
    await Promise.all([world.bot.kill('SIGTERM'), world.perimeter.kill('SIGTERM')]);
    const people = benchPeople(grants);
    const others = benchPeople(grants, grants);
    joinTenant(world.microsoft.tenant, [...people, ...others]);
    const endsMs = Math.ceil(world.clock.now() / 1_000) * 1_000 + (DURATION_MINUTES - 10) * MINUTE_MS;
    const assignments = await hold(world, people, kind, endsMs);
    // For the bare client: held all the while, so that both meet a tenant of the same size.
    const held = await hold(world, others, kind, endsMs + DURATION_MINUTES * MINUTE_MS);
    await seedLedger(
      world.files.perimeterStore,
      stillAt(endsMs - DURATION_MINUTES * MINUTE_MS),
      people,
      DURATION_MINUTES,
      assignments,
    );
    await world.perimeter.restart();
    world.microsoft.limits.reset();
    world.clock.advance(endsMs - LEAD_MS - world.clock.now());
    const lags = await allGone(world, people, endsMs);

    world.microsoft.limits.on = false;
    const bare = await bareClient(world, others, (person) => callsOf(kind, person, held.get(person.caseId)?.id ?? ''));
    const calls = callsOf(kind, { objectId: '' }, '').map(([method]) => ({ method, cost: 1 }));
    return { kind, grants, lag: spreadOf(lags), bare: spreadOf(bare), limits: spreadOf(limitsFloor(grants, calls)) };
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openWorld(folder: string, kind: WriterKind): Promise<World> {
  const world = await startWorld({
    folder: join(folder, 'world'),
    slackMode: 'http',
    limits: 'off',
    restartByItself: false,
    adjust: (draft) => unlimited(draft, kind === 'plain'),
  });
  if (kind === 'plain') world.microsoft.tenant.setLicence('P1');
  return world;
}

/** What has to be called at least to take one away and to see that it is gone; by PIM, Entra has ended it already. */
function callsOf(
  kind: WriterKind,
  { objectId }: Pick<BenchPerson, 'objectId'>,
  id: string,
): readonly (readonly [method: 'GET' | 'DELETE', path: string])[] {
  const whose = `$filter=${encodeURIComponent(`principalId eq '${objectId}' and roleDefinitionId eq '${ROLE.roleDefinitionId}'`)}`;
  return kind === 'plain'
    ? [
        ['DELETE', `${ASSIGNMENTS}/${id}`],
        ['GET', `${ASSIGNMENTS}?${whose}`],
      ]
    : [
        ['GET', `${REQUESTS}/${id}`],
        ['GET', `${INSTANCES}?${whose}`],
      ];
}

/** The tenant as if the perimeter had given all of them. Resolves with what it would have been answered. */
async function hold(
  { microsoft: { tenant } }: World,
  people: readonly BenchPerson[],
  kind: WriterKind,
  endsMs: number,
): Promise<ReadonlyMap<string, Assignment>> {
  tenant.pim.processingMs = 0;
  const assignments = new Map<string, Assignment>();
  for (const { caseId, objectId: principalId } of people) {
    if (kind === 'plain') {
      const createdAt = tenant.time();
      const added = tenant.roles.add(
        { principalId, ...ROLE, madeBy: 'plain', createdAt, expiration: { type: 'noExpiration' } },
        ADMIN,
      );
      assignments.set(caseId, { kind, id: added.assignmentId });
      continue;
    }
    const asked = tenant.pim.submit(
      {
        principalId,
        ...ROLE,
        action: 'adminAssign',
        justification: 'bench',
        ticketInfo: { ticketNumber: caseId, ticketSystem: 'hallpass' },
        customData: null,
        isValidationOnly: false,
        scheduleInfo: { expiration: { type: 'afterDateTime', endDateTime: new Date(endsMs).toISOString() } },
      },
      ADMIN,
    );
    if (!('id' in asked)) throw new Error(`PIM refused the bench: ${asked.code}`);
    assignments.set(caseId, { kind, id: asked.id });
  }
  const ours = new Set(people.map(({ objectId }) => objectId));
  while (tenant.holders().filter(({ principalId }) => ours.has(principalId)).length < ours.size)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return assignments;
}

const stillAt = (at: number): Clock => ({ now: () => at, onMoved: () => () => undefined });

/** By the ledger's own record of when reading back said so. */
async function allGone(world: World, people: readonly BenchPerson[], endsMs: number): Promise<readonly number[]> {
  const until = Date.now() + PATIENCE_MS;
  const lags = new Map<string, number>();
  let looked = 0;
  while (lags.size < people.length) {
    if (Date.now() > until) throw new Error(`only ${lags.size} of ${people.length} are gone`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { lines } = world.journals.perimeter;
    for (const { line } of lines.slice(looked)) {
      const gone = line.events.find(({ type }) => type === 'directory.gone');
      if (gone !== undefined) lags.set(line.case, Date.parse(String(gone['confirmedAt'])) - endsMs);
    }
    looked = lines.length;
  }
  return [...lags.values()];
}

function spreadOf(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}
