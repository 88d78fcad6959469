import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { verifyJournal } from '../../src/cli/journal.ts';
import { reconcile } from '../../src/cli/perimeter-reconcile.ts';
import { controlOver } from '../../src/perimeter/freeze/control-client.ts';
import { refuseHalfReplaced } from '../../src/durable/replace-store.ts';
import type { PerimeterParts } from '../../src/perimeter/assemble.ts';
import { ENGINEERS_GROUP_ID, GINA, SAM } from '../../src/playground/cast.ts';
import { ANNA, GLOBAL_READER, SECURITY_READER, TENANT_ID } from './support/perimeter-config.ts';
import { writeConfigFile } from './support/config-file.ts';
import { ON_CALL } from './support/promises.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(300_000);

const ADMIN = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name } as const;
const PEOPLE = Array.from({ length: 20 }, (_, index) => ({
  tenantId: TENANT_ID,
  objectId: `0b7ec700-0000-4000-8000-0000000001${String(index).padStart(2, '0')}`,
}));
/** Ten without PIM, ten with; of each, seven roles and three memberships. */
const isGroup = (index: number) => index % 10 >= 7;
const idOf = (index: number) => `livegrant${String(index).padStart(3, '0')}`;
const ENDS_AFTER_MINUTES = 40;

let world: World;
let parts: PerimeterParts;

beforeEach(async () => {
  const shared = { mayReceive: { groups: [ENGINEERS_GROUP_ID], people: [] }, longestMinutes: 60, atMostLive: 50 };
  const more = {
    ...shared,
    assurance: 'chat' as const,
    endsOnlyByHallpass: true,
    atMostPerPrincipalPerDay: 4,
    coolDownMinutes: 0,
  };
  const entitlements = [
    { id: 'global-reader', directoryRole: { roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' }, ...more },
    { id: 'on-call', group: { groupId: ON_CALL }, ...more },
  ];
  world = await startWorld({ file: { entitlements }, callerLimits: { waitingPolls: 100 } }, (all) => {
    parts = all;
    return all;
  });
  const { tenant } = world.microsoft;
  tenant.audit.lagMs = 0;
  for (const { objectId } of PEOPLE)
    tenant.directory.addUser(
      { id: objectId, displayName: 'Somebody', userPrincipalName: `${objectId}@playground.example` },
      ADMIN,
    );
  const memberIds = PEOPLE.map(({ objectId }) => objectId);
  tenant.directory.addGroup({ id: ENGINEERS_GROUP_ID, displayName: 'Engineers', memberIds }, ADMIN);
  tenant.directory.addGroup({ id: ON_CALL, displayName: 'On call', memberIds: [SAM.objectId] }, ADMIN);
  tenant.grantRole({ principalId: ANNA.objectId, roleDefinitionId: GLOBAL_READER });
  tenant.grantRole({ principalId: PEOPLE[0]?.objectId ?? '', roleDefinitionId: SECURITY_READER });
});
afterEach(() => world.close());

const give = (indexes: readonly number[]) =>
  Promise.all(
    indexes.map(async (index) => {
      const person = PEOPLE[index] ?? ANNA;
      const entitlementId = isGroup(index) ? 'on-call' : 'global-reader';
      await world.register(idOf(index), {
        requester: person,
        principal: person,
        entitlementId,
        durationMinutes: ENDS_AFTER_MINUTES,
      });
      await world.approve(idOf(index));
      await world.factsUntil(idOf(index), 'given');
    }),
  );
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Ten in a tenant without PIM, which it then gets, and ten more. */
async function giveTwenty(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  world.microsoft.tenant.setLicence('P1');
  await give(numbers(0, 5));
  await meanwhile();
  await give(numbers(5, 10));
  world.microsoft.tenant.setLicence('P2');
  await give(numbers(10, 20));
}

/** Whoever of the twenty holds what was given, and everything else that is held, which must stay. */
const held = (): { readonly ours: number; readonly others: readonly string[] } => {
  const roles = world.microsoft.tenant.holders().map((one) => ({ id: one.principalId, what: one.roleDefinitionId }));
  const members = (world.microsoft.tenant.directory.group(ON_CALL)?.memberIds ?? []).map((id) => ({ id, what: ON_CALL }));
  const isOurs = ({ id, what }: { readonly id: string; readonly what: string }) =>
    PEOPLE.some(({ objectId }) => objectId === id) && what !== SECURITY_READER;
  const all = [...roles, ...members];
  return { ours: all.filter(isOurs).length, others: all.filter((one) => !isOurs(one)).map(({ id, what }) => `${id} ${what}`) };
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const notGiving = async (): Promise<unknown> => Reflect.get(Object((await world.call('GET', '/guardrails')).body), 'notGiving');

async function run(really: boolean, copyFile?: string): Promise<string> {
  const file = writeConfigFile(world, parts);
  const said: string[] = [];
  await reconcile(file, { really, say: (line) => void said.push(line), ...(copyFile === undefined ? {} : { copyFile }) });
  return said.join('\n');
}

/** What the bot would export; `lies` change it. */
async function copyOf(
  ledger: { readonly seq: number; readonly head: string },
  lies: (grant: object) => object = (grant) => grant,
) {
  const { body } = await world.call('GET', '/events?after=0');
  const events: readonly { type: string; requestId: string; endsAt?: string }[] = Reflect.get(Object(body), 'events');
  const grants = events
    .filter(({ type }) => type === 'given')
    .map(({ requestId, endsAt }) => {
      const index = Number(requestId.slice(-3));
      const person = PEOPLE[index] ?? ANNA;
      return lies({
        requestId,
        endsAt,
        requester: person,
        principal: person,
        entitlementId: isGroup(index) ? 'on-call' : 'global-reader',
      });
    });
  const path = join(world.ledger, '..', 'copy.json');
  writeFileSync(path, JSON.stringify({ v: 1, exportedAt: new Date().toISOString(), ledger, grants }));
  return path;
}
const head = async () => {
  const { headers } = await world.call('GET', '/guardrails');
  return { seq: Number(headers.get('hallpass-ledger-seq')), head: headers.get('hallpass-ledger-head') ?? '' };
};

describe.each(['lost', 'rolled back'] as const)('twenty live grants, with and without PIM, and a ledger that was %s', (how) => {
  const backup = () => join(world.ledger, '..', 'backup');
  let others: readonly string[];
  let copy: string;
  let seen: { readonly seq: number; readonly head: string };

  beforeEach(async () => {
    others = held().others;
    await giveTwenty(async () => {
      await world.stop();
      cpSync(world.ledger, backup(), { recursive: true });
      await world.start();
    });
    expect(held()).toEqual({ ours: 20, others });
    seen = await head();
    copy = await copyOf(seen);
    await world.stop();
    rmSync(world.ledger, { recursive: true });
    if (how === 'rolled back') cpSync(backup(), world.ledger, { recursive: true });
    await world.start();
    await until(async () => JSON.stringify(await notGiving()) === '["ledger.doubtful"]');
  });

  it('end on time, all twenty, once it was rebuilt with the bot’s copy; nothing else is touched, and the bot goes on', async () => {
    await expect(run(true, copy)).rejects.toMatchObject({ code: 'store.locked', hint: expect.stringContaining('Stop it first') });
    await world.stop();
    const before = readdirSync(world.ledger);
    const plan = await run(false, copy);
    expect(plan).toContain('20 live grants are taken over');
    expect(plan).toContain('Nothing was changed');
    expect(readdirSync(world.ledger)).toEqual(before);
    await run(true, copy);
    expect(readdirSync(world.ledger).some((name) => name.startsWith('archive-'))).toBe(true);
    expect(await verifyJournal(world.ledger)).toMatchObject({ consistent: true, beginsAfter: expect.any(Number) });
    await world.start();
    await until(async () => JSON.stringify(await notGiving()) === '[]');
    const headers = { 'hallpass-seen-seq': String(seen.seq), 'hallpass-seen-head': seen.head };
    const page = await world.call('GET', `/events?after=${seen.seq}`, undefined, headers);
    expect(page.status).toBe(200);
    expect(JSON.stringify(page.body).match(/"type":"given"/g)).toHaveLength(20);
    world.advance(ENDS_AFTER_MINUTES - 5);
    await parts.runtime.find('-', AbortSignal.timeout(5_000));
    expect(held()).toEqual({ ours: 20, others });
    world.advance(6);
    await until(() => held().ours === 0);
    for (const index of numbers(0, 20)) await world.factsUntil(idOf(index), 'ended');
    expect(held()).toEqual({ ours: 0, others });
    expect(await notGiving()).toEqual([]);
  });

  it('end at once without the copy, where nobody says how long they were to last; those of PIM on time', async () => {
    await world.stop();
    const plan = await run(true);
    const known = how === 'lost' ? 0 : 5;
    expect(plan.match(/old ledger\)/g) ?? []).toHaveLength(known);
    await world.start();
    await until(() => held().ours === 10 + known);
    world.advance(ENDS_AFTER_MINUTES + 1);
    await until(() => held().ours === 0);
    expect(held()).toEqual({ ours: 0, others });
  });
});

describe('a copy of the bot that lies', () => {
  it('lengthens nothing, ends nobody else’s access, and may only bring an end forward', async () => {
    const others = held().others;
    world.microsoft.tenant.setLicence('P1');
    await give([0, 1]);
    world.microsoft.tenant.setLicence('P2');
    await give([10, 11]);
    const long = new Date(parts.clock.now() + 30 * 86_400_000).toISOString();
    const short = new Date(parts.clock.now() + 5 * 60_000).toISOString();
    const copy = await copyOf(await head(), (grant) => {
      const requestId = String(Reflect.get(grant, 'requestId'));
      return { ...grant, endsAt: requestId.endsWith('1') ? short : long };
    });
    const text = JSON.parse(readFileSync(copy, 'utf8'));
    // Anna's was given by an administrator: no claim makes it ours.
    text.grants.push({ ...text.grants[0], requestId: 'annasaccess1', requester: ANNA, principal: ANNA, endsAt: short });
    writeFileSync(copy, JSON.stringify(text));
    await world.stop();
    rmSync(world.ledger, { recursive: true });
    const plan = await run(true, copy);
    expect(plan).toContain('4 live grants are taken over');
    expect(plan).not.toContain('annasaccess1');
    await world.start();
    world.advance(6);
    await until(() => held().ours === 2);
    world.advance(ENDS_AFTER_MINUTES);
    // The one of PIM ends on time; the plain one when the guardrails' longest is over, an hour after it was made.
    await until(() => held().ours === 1);
    world.advance(15);
    await until(() => held().ours === 0);
    expect(held()).toEqual({ ours: 0, others });
  });
});

describe('what had not been given when the ledger was lost', () => {
  it('is given no more, whoever repeats what was decided: it is asked for again', async () => {
    world.microsoft.tenant.setLicence('P1');
    const person = PEOPLE[3] ?? ANNA;
    await world.register('waitingthen1', { requester: person, principal: person });
    await world.stop();
    const plan = await run(true);
    expect(plan).toContain('refused: waitingthen1');
    await world.start();
    expect((await world.factsUntil('waitingthen1', 'refused')).at(-1)).toMatchObject({ code: 'ledger.reconciled' });
    await world.approve('waitingthen1');
    expect(held().ours).toBe(0);
  });
});

describe('a rebuilding', () => {
  it('keeps the perimeter frozen, with nobody’s signature', async () => {
    await world.stop();
    await world.start();
    await controlOver(world.ledger).freeze('a laptop was stolen');
    await world.stop();
    expect(await run(true)).toContain('stays frozen');
    await world.start();
    await until(async () => JSON.stringify(await notGiving()) === '["perimeter.frozen"]');
  });

  it('that was interrupted is ended by the next one, and nobody opens the store in between', async () => {
    world.microsoft.tenant.setLicence('P1');
    await give([0]);
    await world.stop();
    await run(true);
    const journal = join(world.ledger, 'journal');
    const archive = readdirSync(world.ledger).find((name) => name.startsWith('archive-')) ?? '';
    // As it stood right before the new journal took its place.
    cpSync(journal, join(world.ledger, 'rebuilt', 'journal'), { recursive: true });
    rmSync(journal, { recursive: true });
    writeFileSync(join(world.ledger, 'rebuilding.json'), JSON.stringify({ archive }));
    expect(() => refuseHalfReplaced(world.ledger)).toThrow(expect.objectContaining({ code: 'ledger.half-rebuilt' }));
    expect(await run(true)).toContain('finished now');
    expect(existsSync(journal)).toBe(true);
    expect(() => refuseHalfReplaced(world.ledger)).not.toThrow();
    await world.start();
    expect(await world.call('GET', `/grants/${idOf(0)}`)).toMatchObject({ status: 200 });
  });
});

describe('budgets and cool-downs, when the ledger was lost', () => {
  const START = { atMostPerPrincipalPerDay: 1, coolDownMinutes: 30, endsOnlyByHallpass: true, longestMinutes: 60 };
  const shared = { mayReceive: { groups: [ENGINEERS_GROUP_ID], people: [] }, assurance: 'chat' as const, ...START };
  const entitlements = [
    { id: 'global-reader', directoryRole: { roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' }, ...shared, atMostLive: 9 },
  ];

  /** Given and given back, and then the ledger is made again. What the next request is refused with. */
  async function askedAgain(licence: 'P1' | 'P2', lose: () => void): Promise<string | undefined> {
    await world.stop();
    await world.start({ file: { entitlements } });
    world.microsoft.tenant.setLicence(licence);
    await give([0]);
    world.advance(6);
    await world.end(idOf(0));
    await world.factsUntil(idOf(0), 'ended');
    await world.stop();
    lose();
    await run(true);
    expect(await verifyJournal(world.ledger)).toMatchObject({ consistent: true });
    await world.start({ file: { entitlements } });
    await until(async () => JSON.stringify(await notGiving()) === '[]');
    const [person = ANNA] = PEOPLE;
    const { state } = await world.register('askedagain01', { requester: person, principal: person });
    const [fact] = (await world.factsUntil('askedagain01', state === 'refused' ? 'refused' : 'registered')).toReversed();
    return fact?.type === 'refused' ? fact.code : undefined;
  }
  const loseAll = () => rmSync(world.ledger, { recursive: true });
  const loseNothing = () => undefined;

  it.each<[string, 'P1' | 'P2', () => void, string | undefined]>([
    ['by PIM, and the ledger is lost', 'P2', loseAll, 'guardrail.daily-budget'],
    ['by PIM, and the old ledger is there', 'P2', loseNothing, 'guardrail.daily-budget'],
    ['plainly, and the old ledger is there', 'P1', loseNothing, 'guardrail.daily-budget'],
    ['plainly, and the ledger is lost: nobody knows', 'P1', loseAll, undefined],
  ])('count what was given %s', async (_name, licence, lose, code) => {
    expect(await askedAgain(licence, lose)).toBe(code);
  });
});
