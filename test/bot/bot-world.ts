import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { AppError } from '../../src/access/core/app-error.ts';
import type { Clock } from '../../src/access/core/clock.ts';
import type { Directory, DirectoryPerson } from '../../src/access/directory.ts';
import { createBot, type Bot } from '../../src/bot/bot.ts';
import { BOT_FLOWS } from '../../src/bot/flows.ts';
import { FEED_CURSOR } from '../../src/bot/feed.ts';
import { openLedgerWatch } from '../../src/bot/ledger-watch.ts';
import { createPerimeterClient } from '../../src/bot/perimeter-client.ts';
import { accessCase, type AccessCase } from '../../src/chat/access-case.ts';
import type { DoctorReport } from '../../src/chat/doctor-report.ts';
import type { Answer, RequestForm } from '../../src/chat/desk.ts';
import type { ChatActor, Message, PostedMessage } from '../../src/chat/surface.ts';
import { hallpassConfigSchema, type HallpassConfig } from '../../src/config/hallpass-config.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { inOneShape } from '../../src/config/read-hallpass-config.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import type { FileLayer } from '../../src/durable/stores/lowdb/file-layer.ts';
import { createFindingWords } from '../../src/posture/finding-words.ts';
import { fakePerimeter, type FakePerimeter } from './fake-perimeter.ts';
import { fakeSurface, type FakeSurface, type Standing } from './fake-surface.ts';

export const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
export const FOREIGN_TENANT = '0ddba110-1111-4222-8333-444455556666';
const id = (digit: string) => `0b7ec700-0000-4000-8000-00000000000${digit}`;
export const RITA = id('1');
export const ANNA = id('2');
export const ABEL = id('3');
export const SAM = id('5');
export const ENGINEERS = '96000000-0000-4000-8000-000000000001';
export const APPROVERS = '96000000-0000-4000-8000-000000000002';
export const WORKSPACE = 'T0WORK';

/** What an operator is shown. */
export const EXAMINED: DoctorReport = {
  results: [
    {
      of: 'Slack',
      id: 'slack-scopes',
      title: 'Scopes',
      state: 'missing',
      says: ['users:read is not granted'],
      command: 'Portal: x',
    },
  ],
  verdict: 'missing',
};

const SLACK_IDS: Readonly<Record<string, string>> = { [RITA]: 'U0RITA', [ANNA]: 'U0ANNA', [ABEL]: 'U0ABEL', [SAM]: 'U0SAM' };
const NAMES: Readonly<Record<string, string>> = {
  [RITA]: 'Rita Requester',
  [ANNA]: 'Anna Approver',
  [ABEL]: 'Abel Approver',
  [SAM]: 'Sam Security',
};

export const inSlack = (objectId: string): ChatActor => ({
  platform: 'slack',
  workspaceId: WORKSPACE,
  userId: SLACK_IDS[objectId] ?? 'U0NOBODY',
});
export const inTeams = (objectId: string, tenantId = TENANT): ChatActor => ({
  platform: 'teams',
  workspaceId: tenantId,
  userId: objectId,
  tenantId,
  objectId,
});

export function testConfig(
  perimeterUrl: string,
  folder: string,
  change: (config: Record<string, unknown>) => void = () => undefined,
): HallpassConfig {
  const human = (objectId: string) => ({ tenantId: TENANT, objectId });
  const raw: Record<string, unknown> = {
    tenant: { tenantId: TENANT, clientId: id('9'), credential: { clientSecret: { env: 'NOT_READ' } } },
    listen: { port: 0 },
    store: { folder },
    perimeter: { url: perimeterUrl, audience: 'api://perimeter' },
    slack: { workspaceId: WORKSPACE, botToken: { env: 'NOT_READ' }, signingSecret: { env: 'NOT_READ' } },
    teams: { appId: id('8'), tenantId: TENANT, clientSecret: { env: 'NOT_READ' } },
    people: Object.entries(SLACK_IDS).map(([objectId, userId]) => ({
      person: human(objectId),
      slack: [{ workspaceId: WORKSPACE, userId }],
    })),
    entitlements: [
      {
        id: 'global-reader',
        name: 'Global Reader',
        describes: 'Can read everything in the directory, changes nothing.',
        privileged: false,
        directoryRole: { roleDefinitionId: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451' },
        mayRequest: { groups: [ENGINEERS], people: [human(ANNA)] },
        approvers: { groups: [APPROVERS] },
        approversChannel: { slackChannelId: 'C0APPROVE', teamsConversationId: '19:approve@thread.tacv2' },
        durationsMinutes: [30, 60],
      },
    ],
    security: { channel: { slackChannelId: 'C0SECURE', teamsConversationId: '19:secure@thread.tacv2' } },
  };
  change(raw);
  return inOneShape(hallpassConfigSchema.parse(raw));
}

export interface FakeDirectory extends Directory {
  readonly people: Map<string, DirectoryPerson>;
  readonly groups: Map<string, readonly string[]>;
  /** Every look-up fails while true. */
  down: boolean;
  /** Awaited before each answer about memberships: to hold a click in the middle. */
  gate: (() => Promise<void>) | undefined;
}

export function fakeDirectory(): FakeDirectory {
  const unavailable = () => new AppError('directory.unavailable', 'Graph is down', { retryable: true });
  const directory: FakeDirectory = {
    people: new Map(
      Object.entries(NAMES).map(([objectId, displayName]) => [objectId, { objectId, displayName, enabled: true, guest: false }]),
    ),
    groups: new Map([
      [ENGINEERS, [RITA]],
      [APPROVERS, [ANNA, ABEL]],
    ]),
    down: false,
    gate: undefined,
    async person(objectId) {
      if (directory.down) throw unavailable();
      const person = directory.people.get(objectId);
      if (!person) throw new AppError('directory.person-unknown', 'nobody');
      return person;
    },
    async memberships(objectId, groupIds) {
      await directory.gate?.();
      if (directory.down) throw unavailable();
      return new Set(groupIds.filter((groupId) => directory.groups.get(groupId)?.includes(objectId)));
    },
    async members(groupId) {
      if (directory.down) throw unavailable();
      return directory.groups.get(groupId) ?? [];
    },
  };
  return directory;
}

export interface TestClock extends Clock {
  advance(minutes: number): void;
}

export function testClock(): TestClock {
  const listeners = new Set<() => void>();
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    advance(minutes) {
      offsetMs += minutes * 60_000;
      for (const listener of listeners) listener();
    },
  };
}

export interface BotWorld {
  readonly slack: FakeSurface;
  readonly teams: FakeSurface;
  readonly perimeter: FakePerimeter;
  readonly directory: FakeDirectory;
  readonly clock: TestClock;
  readonly folder: string;
  readonly bot: Bot;
  readonly runtime: Runtime;
  readonly logged: readonly Record<string, unknown>[];
  /** Ends the bot in an orderly way and starts it on the same folder; `reread`: with its configuration made anew; `files`: on such a disk. */
  restart(how?: { readonly reread?: boolean; readonly files?: FileLayer; readonly meanwhile?: () => void }): Promise<void>;
  submit(actor: ChatActor, form?: Partial<RequestForm>): Promise<Answer & { readonly field?: string }>;
  /** The only case there is. */
  theCase(): AccessCase;
  close(): Promise<void>;
}

let submissions = 0;

export async function botWorld(change?: (config: Record<string, unknown>) => void): Promise<BotWorld> {
  const folder = join(mkdtempSync(join(tmpdir(), 'hallpass-bot-')), 'store');
  const clock = testClock();
  const perimeter = await fakePerimeter(() => clock.now());
  const slack = fakeSurface('slack', WORKSPACE);
  const teams = fakeSurface('teams', TENANT);
  const directory = fakeDirectory();
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  let config = testConfig(perimeter.url, folder, change);
  const credential = { getToken: async () => ({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  let runtime: Runtime;
  let bot: Bot;
  const begin = async (files?: FileLayer) => {
    const watch = openLedgerWatch(folder);
    const disk = files === undefined ? {} : { files };
    runtime = await openRuntime({ flows: BOT_FLOWS, folder, clock, log, ...disk });
    bot = createBot({
      config,
      runtime,
      tenants: config.tenants.map((tenant) => ({
        tenant,
        directory,
        perimeter: createPerimeterClient({ ...tenant.perimeter, tenantId: tenant.tenantId, credential, watch }),
        watch,
        cursor: FEED_CURSOR,
      })),
      findingWords: createFindingWords(config.tenants),
      examine: () => Promise.resolve(EXAMINED),
      clock,
      log,
      surfaces: () => [slack, teams],
    });
    await bot.start();
  };
  const end = async () => {
    await bot.stop();
    await runtime.close();
  };
  await begin().catch(async (error: unknown) => {
    await perimeter.close();
    throw error;
  });
  return {
    slack,
    teams,
    perimeter,
    directory,
    clock,
    folder,
    logged,
    get bot() {
      return bot;
    },
    get runtime() {
      return runtime;
    },
    async restart(how) {
      await end();
      how?.meanwhile?.();
      if (how?.reread === true) config = testConfig(perimeter.url, folder, change);
      await begin(how?.files);
    },
    submit: (actor, form = {}) =>
      bot.desk.submit(actor, {
        entitlementId: 'global-reader',
        durationMinutes: 60,
        justification: 'INC-4211: check after the outage',
        submissionId: `V${++submissions}`,
        ...form,
      }),
    theCase() {
      const open = [...runtime.open('accessRequest')];
      const found = accessCase(open[0] ?? runtime.closed('accessRequest', undefined, 1)[0]);
      if (!found) throw new Error('there is no case');
      return found;
    },
    async close() {
      await end();
      await perimeter.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Looks again until it holds; fails with the last reason. */
export async function eventually<T>(look: () => T | Promise<T>, withinMs = 4_000): Promise<T> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Cards for approvers that stand in a channel, and whether they can be pressed. */
export function requestCardsIn(
  surface: FakeSurface,
): readonly (Standing & { readonly live: boolean; readonly status: string })[] {
  return [...surface.standing.values()].flatMap((standing) =>
    standing.message.kind === 'request'
      ? [{ ...standing, live: isLive(standing.message), status: standing.message.view.status }]
      : [],
  );
}

export function requesterMessagesIn(surface: FakeSurface) {
  return [...surface.standing.values()].flatMap(({ message, posted }) =>
    message.kind === 'requester' ? [{ view: message.view, posted }] : [],
  );
}

function isLive(message: Message): boolean {
  return message.kind === 'request' && message.view.status === 'pending' && message.view.inert !== true;
}

export function messageOf(standing: Standing | undefined): PostedMessage {
  if (!standing) throw new Error('no such message');
  return standing.posted;
}
