import { afterEach, describe, expect, it } from '@jest/globals';
import type { PerimeterEvent } from '../../src/access/core/perimeter-api.ts';
import { startFeed } from '../../src/bot/feed.ts';
import { firstTenant, nameFor } from '../../src/bot/first-tenant.ts';
import { createOperators } from '../../src/bot/operators.ts';
import { createPeople } from '../../src/bot/people.ts';
import { createPerimeterClient } from '../../src/bot/perimeter-client.ts';
import { createTenants } from '../../src/bot/tenants.ts';
import type { ChatActor } from '../../src/chat/surface.ts';
import { createLog } from '../../src/observe/log.ts';
import {
  ANNA,
  APPROVERS,
  botWorld,
  ENGINEERS,
  eventually,
  FOREIGN_TENANT as SECOND,
  inSlack,
  inTeams,
  requestCardsIn,
  RITA,
  SAM,
  TENANT as HOME,
  testConfig,
  WORKSPACE,
  type BotWorld,
} from './bot-world.ts';

const log = createLog('bot', 'silent');
const THIRD = '0ddba110-9999-4222-8333-444455556666';
/** Rita's account in the second tenant. */
const RITA_THERE = '0b7ec700-0000-4000-8000-00000000000c';
const ANNA_THERE = '0b7ec700-0000-4000-8000-00000000000d';

/** Rita and Anna have an account in each tenant, and everybody else in the first only. */
function two(raw: Record<string, unknown>): void {
  const { tenant, perimeter } = raw;
  const named = { ...Object(tenant), perimeter };
  raw['tenants'] = [
    { ...named, name: 'home' },
    { ...named, name: 'second', tenantId: SECOND },
  ];
  delete raw['tenant'];
  delete raw['perimeter'];
  const there = (objectId: string, userId: string) => ({
    person: { tenantId: SECOND, objectId },
    slack: [{ workspaceId: WORKSPACE, userId }],
  });
  raw['people'] = [...Object(raw['people']), there(RITA_THERE, 'U0RITA'), there(ANNA_THERE, 'U0ANNA')];
  const [reader] = Object(raw['entitlements']);
  const groups = { mayRequest: { groups: [ENGINEERS] }, approvers: { groups: [APPROVERS] } };
  raw['entitlements'] = [
    { ...reader, tenant: 'home' },
    { ...reader, ...groups, tenant: 'second', id: 'second-reader', name: 'Reader there' },
  ];
}

let world: BotWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function twoWorld(): Promise<BotWorld> {
  world = await botWorld(two);
  for (const [objectId, displayName] of [
    [RITA_THERE, 'Rita Requester'],
    [ANNA_THERE, 'Anna Approver'],
  ] as const)
    world.directory.people.set(objectId, { objectId, displayName, enabled: true, guest: false });
  world.directory.groups.set(ENGINEERS, [RITA, RITA_THERE]);
  world.directory.groups.set(APPROVERS, [ANNA, ANNA_THERE, SAM]);
  return world;
}

describe('who acts in which tenant', () => {
  const config = testConfig('http://127.0.0.1:1', '/tmp/none', two);
  const nobody = { ofAccount: () => [], ofPerson: () => [] };
  const people = createPeople(config, nobody, undefined);
  const told = (actor: ChatActor, tenantId: string) => {
    const who = people.personOf(actor, tenantId);
    return 'person' in who ? who.person.objectId : who.refusal.code;
  };
  const lying = (place: string, said: string): ChatActor => ({ ...inTeams(RITA, said), workspaceId: place });

  it.each<[string, ChatActor, string, string]>([
    ['Rita in Slack, at home', inSlack(RITA), HOME, RITA],
    ['Rita in Slack, in the second tenant', inSlack(RITA), SECOND, RITA_THERE],
    ['Rita in Slack, in the second tenant as others write it', inSlack(RITA), SECOND.toUpperCase(), RITA_THERE],
    ['Rita in Slack, in a tenant that is none of ours', inSlack(RITA), THIRD, 'people.no-account-there'],
    ['Sam in Slack, in a tenant where Sam has no account', inSlack(SAM), SECOND, 'people.no-account-there'],
    ['nobody we know', inSlack('U0NOBODY'), SECOND, 'people.unmapped'],
    ['Rita in Teams of home, at home', inTeams(RITA), HOME, RITA],
    ['Rita in Teams of home, in the second tenant', inTeams(RITA), SECOND, 'people.no-account-there'],
    ['Rita in Teams of the second tenant, there', inTeams(RITA_THERE, SECOND), SECOND, RITA_THERE],
    ['Rita in Teams of the second tenant, at home', inTeams(RITA_THERE, SECOND), HOME, 'people.no-account-there'],
    ['somebody in Teams of a third tenant', inTeams(RITA, THIRD), HOME, 'people.foreign-tenant'],
    ['somebody in Teams of home who is said to be of the second', lying(HOME, SECOND), SECOND, 'people.foreign-tenant'],
    ['somebody in Teams of the second who is said to be of home', lying(SECOND, HOME), HOME, 'people.foreign-tenant'],
  ])('%s', (_, actor, tenantId, expected) => {
    expect(told(actor, tenantId)).toBe(expected);
  });
});

describe('a request of one of two tenants', () => {
  it('is made by the account of that tenant, and offered beside those of the other', async () => {
    const here = await twoWorld();
    const { bot, perimeter, runtime } = here;
    const offered = await bot.desk.options(inSlack(RITA), '');
    expect('options' in offered && offered.options.map(({ entitlementId }) => entitlementId)).toEqual([
      'global-reader',
      'second-reader',
    ]);
    expect(await here.submit(inSlack(RITA), { entitlementId: 'second-reader' })).toMatchObject({ done: true });
    await eventually(() => expect(perimeter.registered).toHaveLength(1));
    const person = { tenantId: SECOND, objectId: RITA_THERE };
    expect(perimeter.registered[0]).toMatchObject({ requester: person, principal: person, entitlementId: 'second-reader' });
    expect([...runtime.open('accessRequest')]).toHaveLength(1);
    const home = await bot.desk.home(inSlack(RITA));
    expect('waiting' in home && home.waiting.map(({ entitlement }) => entitlement)).toEqual([
      expect.objectContaining({ name: 'Reader there', scope: 'whole tenant, in second' }),
    ]);
  });

  it('is not made by somebody who has no account there, and says how to come by one', async () => {
    const here = await twoWorld();
    const { bot } = here;
    expect(await here.submit(inSlack(SAM), { entitlementId: 'second-reader' })).toMatchObject({
      done: false,
      code: 'people.no-account-there',
      reason: expect.stringContaining('second'),
      hint: expect.stringContaining('U0SAM'),
    });
    expect(await bot.desk.options(inTeams(SAM), '')).toMatchObject({ refusal: { code: 'rule.not-eligible' } });
  });

  it('is decided by the account of that tenant, and by no account of the other that its groups happen to name', async () => {
    const here = await twoWorld();
    const { bot, slack, perimeter } = here;
    await here.submit(inSlack(RITA), { entitlementId: 'second-reader' });
    await eventually(() => expect(requestCardsIn(slack).filter(({ live }) => live)).toHaveLength(1));
    const { caseId } = here.theCase();
    for (const actor of [inSlack(SAM), inTeams(SAM), inTeams(ANNA)])
      expect(await bot.desk.decide(actor, caseId, 'approve', undefined, undefined)).toMatchObject({
        code: 'people.no-account-there',
      });
    expect(await bot.desk.details(inSlack(SAM), caseId)).toMatchObject({ refusal: { code: 'people.no-account-there' } });
    expect(await bot.desk.withdraw(inTeams(RITA), caseId)).toMatchObject({ code: 'people.no-account-there' });
    expect(await bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined)).toMatchObject({ done: true });
    await eventually(() => expect(perimeter.decisions).toHaveLength(1));
    expect(perimeter.decisions[0]?.approver).toEqual({ tenantId: SECOND, objectId: ANNA_THERE });
  });

  it('goes to no perimeter when what was asked for is given in the other tenant by now', async () => {
    let moved = false;
    const move = (raw: Record<string, unknown>) => {
      two(raw);
      const [reader, there] = Object(raw['entitlements']);
      if (moved) raw['entitlements'] = [{ ...reader, tenant: 'second' }, there];
    };
    world = await botWorld(move);
    world.perimeter.fail('register', 503, 'down', 50);
    await world.submit(inSlack(RITA));
    moved = true;
    await world.restart({ reread: true });
    world.perimeter.fail('register', 503, 'down', 0);
    await eventually(() =>
      expect(world?.theCase()).toMatchObject({ status: 'refused', context: { refusal: { code: 'tenant.other' } } }),
    );
    expect(world.perimeter.registered).toEqual([]);
  });

  it('is an alert at the start when its tenant is not in the file any more, and no other tenant’s perimeter is asked to end it', async () => {
    let left = false;
    const leave = (raw: Record<string, unknown>) => {
      two(raw);
      if (left) raw['tenants'] = [Object(raw['tenants'])[1]];
      if (left) raw['entitlements'] = [Object(raw['entitlements'])[1]];
    };
    world = await botWorld(leave);
    await world.submit(inSlack(RITA));
    await eventually(() => expect(world?.perimeter.registered).toHaveLength(1));
    left = true;
    await world.restart({ reread: true });
    expect(world.bot.operators.standing().map(({ key }) => key)).toContain(`tenant:${HOME}`);
    world.clock.advance(61);
    await eventually(() => expect(world?.theCase().status).toBe('ending'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(world.perimeter.ends).toEqual([]);
  });
});

describe('what goes to a perimeter and comes from it', () => {
  const people = {
    ours: { tenantId: HOME.toUpperCase(), objectId: RITA },
    other: { tenantId: SECOND, objectId: RITA_THERE },
  };
  const signal = new AbortController().signal;
  const clientOf = (url: string) => {
    const credential = { getToken: async () => ({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const watch = { newest: undefined, note: () => Promise.resolve() };
    return createPerimeterClient({ tenantId: HOME, url, audience: 'api://perimeter', credential, watch });
  };
  const grant = (requester: keyof typeof people, principal: keyof typeof people) => ({
    requestId: 'grant0000001',
    requester: people[requester],
    principal: people[principal],
    entitlementId: 'global-reader',
    durationMinutes: 30,
    justification: 'why',
    approvalWindowMinutes: 60,
    breakGlass: false,
  });

  it('tells it of nobody of another tenant', async () => {
    world = await botWorld();
    const client = clientOf(world.perimeter.url);
    for (const lie of [grant('other', 'ours'), grant('ours', 'other')])
      await expect(client.register(lie, signal)).rejects.toMatchObject({ code: 'perimeter.other-tenant' });
    const decision = { decisionId: 'd', decision: 'approve', decidedAt: '2026-01-01T00:00:00.000Z' } as const;
    await expect(client.decide('grant0000001', { ...decision, approver: people.other }, signal)).rejects.toMatchObject({
      code: 'perimeter.other-tenant',
    });
    expect(world.perimeter.authorizations.filter((one) => one === 'Bearer a-token')).toHaveLength(
      world.perimeter.authorizations.length,
    );
    expect([world.perimeter.registered, world.perimeter.decisions]).toEqual([[], []]);
    await client.register(grant('ours', 'ours'), signal);
    await client.decide('grant0000001', { ...decision, approver: people.ours }, signal);
    expect([world.perimeter.registered.length, world.perimeter.decisions.length]).toEqual([1, 1]);
  });

  const byWhom = (tenantId: string) => ({ how: 'denied', deniedBy: { tenantId, objectId: ANNA } }) as const;
  it.each<[string, string, boolean, Pick<Extract<PerimeterEvent, { type: 'ended' }>, 'how' | 'deniedBy'>]>([
    ['of its own tenant is believed', HOME, true, { how: 'gone' }],
    ['of another tenant is an alarm, and changes nothing', SECOND, false, { how: 'gone' }],
    ['and a decider of its own tenant is believed', HOME, true, byWhom(HOME)],
    ['and a decider of another tenant is an alarm, and changes nothing', HOME, false, byWhom(SECOND)],
  ])('a fact about a request %s', async (_, tenantId, isBelieved, ended) => {
    world = await botWorld();
    const here = world;
    const { runtime, perimeter } = here;
    const theCase = () => here.theCase();
    await world.submit(inSlack(RITA));
    await eventually(() => expect(theCase().status).toBe('pending'));
    await eventually(() => expect(perimeter.waits.length).toBeGreaterThan(1));
    const { caseId } = theCase();
    const event: PerimeterEvent = {
      type: 'ended',
      ...ended,
      seq: 99,
      head: 'h',
      requestId: caseId,
      at: '2026-01-01T00:00:00.000Z',
    };
    const operators = createOperators({ log, tell: () => undefined });
    let polls = 0;
    const feed = startFeed({
      tenantId,
      cursor: 'another',
      called: ' of second',
      runtime,
      operators,
      log,
      perimeter: {
        async events(_after, _wait, stopping) {
          polls += 1;
          if (polls > 1) await new Promise((resolve) => stopping.addEventListener('abort', resolve));
          return { events: [event], ledger: { seq: 99, head: 'h' } };
        },
      },
    });
    await eventually(() => expect(polls).toBeGreaterThan(1));
    await feed.stop();
    expect(theCase().status).toBe(isBelieved ? 'ended' : 'pending');
    expect(runtime.cursor('another')).toBe(isBelieved ? 99 : 0);
    expect(operators.standing().map(({ key }) => key)).toEqual(isBelieved ? [] : [`foreign-case:${tenantId}/${caseId}`]);
  });

  it('asks no directory about a tenant that is not in the file: every look-up fails, and none says nobody', async () => {
    const tenants = createTenants([]);
    const directory = tenants.directoryOf(THIRD);
    for (const look of [directory.person(RITA), directory.memberships(RITA, [ENGINEERS]), directory.members(ENGINEERS)])
      await expect(look).rejects.toMatchObject({ code: 'tenant.unknown' });
    expect(() => tenants.perimeterOf(THIRD)).toThrow(expect.objectContaining({ code: 'tenant.unknown', retryable: true }));
    expect(tenants.approveUrlOf(THIRD)).toBeUndefined();
  });
});

describe('the tenant that a store was begun with', () => {
  const noted = (text?: string) => {
    const written: string[] = [];
    return { written, note: { text, write: (one: string) => Promise.resolve(void written.push(one)) } };
  };

  it.each<[string, string | undefined, readonly string[], boolean, string]>([
    ['is the only one of the file', undefined, [HOME.toUpperCase()], true, HOME],
    ['is the first one, where nothing was seen before', undefined, [SECOND, HOME], false, SECOND],
    ['stays, although the file names another first', JSON.stringify({ first: HOME }), [SECOND, HOME], true, HOME],
    ['stays, although it is in the file no more', JSON.stringify({ first: HOME }), [SECOND], true, HOME],
  ])('%s', async (_, text, tenantIds, isUsed, expected) => {
    const { note, written } = noted(text);
    expect(await firstTenant(note, tenantIds, isUsed)).toBe(expected);
    expect(written).toEqual(text === undefined ? [JSON.stringify({ first: expected })] : []);
  });

  it('is not guessed: a used store that says nothing takes no second tenant', async () => {
    const { note, written } = noted();
    await expect(firstTenant(note, [HOME, SECOND], true)).rejects.toMatchObject({ code: 'config.first-tenant' });
    expect(written).toEqual([]);
  });

  it('alone has names without a tenant in it', () => {
    expect([nameFor('perimeter', HOME.toUpperCase(), HOME), nameFor('perimeter', SECOND, HOME)]).toEqual([
      'perimeter',
      `perimeter-${SECOND}`,
    ]);
  });
});
