import type { Clock } from '../access/core/clock.ts';
import { codeOf } from '../access/core/app-error.ts';
import type { DirectoryOf } from '../access/directory.ts';
import { ACCESS_REQUEST, openCases, type AccessCase } from '../chat/access-case.ts';
import { createDesk } from '../chat/desk-service.ts';
import type { Desk } from '../chat/desk.ts';
import { createNames, type Names } from '../chat/names.ts';
import { createOpenRequests } from '../chat/open-requests.ts';
import type { Platform, Surface } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import { createRetention, keptTexts } from '../durable/retention.ts';
import type { Log } from '../observe/log.ts';
import { createBotMetrics, type BotMetrics } from '../observe/metrics.ts';
import type { DoctorReport } from '../chat/doctor-report.ts';
import type { FindingWords } from '../chat/finding-words.ts';
import { alertCards, createFindingDetails, FINDING } from './alert-cards.ts';
import { cardsOf, keyOfAddress } from './card-link.ts';
import { createCaseCards } from './case-cards.ts';
import { createChannels, type Channels } from './channels.ts';
import { startFeed, type Feed } from './feed.ts';
import { alarm, clearUnanswered } from './handlers/alarm.ts';
import { announce } from './handlers/announce.ts';
import { endGrant } from './handlers/end-grant.ts';
import { forwardDecision } from './handlers/forward-decision.ts';
import { refreshCards } from './handlers/refresh-cards.ts';
import { registerRequest } from './handlers/register-request.ts';
import { remind } from './handlers/remind.ts';
import { linkedWords, tellLink, unlinkedWords } from './handlers/tell-link.ts';
import { publishHomes } from './home-tabs.ts';
import { meterDesk } from './meter-desk.ts';
import { createOperators, type Operators } from './operators.ts';
import { endingLinks, lookAtLinked } from './linked-accounts.ts';
import { sayLeftBehind } from './left-behind.ts';
import { createLinks, type Links } from './links.ts';
import { createPeople, type LinkedPeople } from './people.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { sayReceipts } from './receipts.ts';
import { requestCards } from './request-cards.ts';
import { sayUnconfirmed } from './say-unconfirmed.ts';
import { createSecurityNotes } from './security-notes.ts';
import { createTenants, type TenantParts } from './tenants.ts';

export interface BotOptions {
  readonly config: HallpassConfig;
  readonly runtime: Runtime;
  /** One for each of `config.tenants`, in that order. */
  readonly tenants: readonly TenantParts[];
  readonly findingWords: FindingWords;
  /** Looks at everything that Hallpass needs around it, for operators who ask in chat. */
  readonly examine: () => Promise<DoctorReport>;
  /** Where people link their chat accounts, where that is set up. */
  readonly linkUrl?: string;
  /** The domain clock. */
  readonly clock: Clock;
  readonly log: Log;
  /** Built with the desk, since a surface brings there what people say. */
  readonly surfaces: (desk: Desk) => readonly Surface[];
}

export interface Bot {
  readonly desk: Desk;
  readonly metrics: BotMetrics;
  readonly operators: Operators;
  readonly channels: Channels;
  readonly surfaces: ReadonlyMap<Platform, Surface>;
  readonly links: Links;
  readonly people: LinkedPeople;
  readonly names: Names;
  /** Whoever is seen there disabled or deleted loses their links. */
  readonly directoryOf: DirectoryOf;
  readiness(): Promise<Readiness>;
  /** Starts surfaces, commands and the feed. Channels are checked in the background. */
  start(): Promise<void>;
  /** Takes nothing new, lets what is under way end. The runtime is closed by whoever opened it. */
  stop(): Promise<void>;
}

/** Everything between the surfaces and the runtime, wired; no network of its own beyond what is passed in. */
export function createBot(options: BotOptions): Bot {
  const { config, runtime, clock, log } = options;
  const links = createLinks(runtime);
  const tenants = createTenants(
    options.tenants.map((parts) => ({
      ...parts,
      directory: endingLinks(parts.directory, parts.tenant.tenantId, { links, log }),
    })),
  );
  const { directoryOf, perimeterOf, approveUrlOf } = tenants;
  const surfaces = new Map<Platform, Surface>();
  const settings = new Map(config.entitlements.map((entitlement) => [entitlement.id, entitlement]));
  const names = createNames({ directoryOf, log });
  const people = createPeople(config, links, options.linkUrl);
  const sources = { runtime, names, settings, approveUrlOf };
  const notes = createSecurityNotes({ surfaces, channels: () => channels, log });
  const operators = createOperators({ log, tell: (text) => notes.tell(text) });
  const channels: Channels = createChannels({ config, surfaces, operators, clock, log, becameFit: () => bringBack() });
  const requests = requestCards({ ...sources, people, channels });
  const findings = alertCards({ runtime, names, channels, words: options.findingWords });
  const cards = createCaseCards({
    runtime,
    surfaces,
    channels,
    operators,
    log,
    project: (view) => (view.flow === FINDING ? findings(view) : requests(view)),
    adoptedRole: (view) => (view.flow === FINDING ? 'alert' : 'approvers'),
  });
  const refreshPending = (which: (request: AccessCase) => boolean = () => true) => {
    for (const request of openCases(runtime))
      if (request.status === 'pending' && which(request)) cards.refreshSoon(request.caseId);
  };
  const bringBack = (which?: (request: AccessCase) => boolean) => {
    refreshPending(which);
    cards.refreshHidden();
  };
  // Which channels were unfit before this process began is not remembered; which requests lack a card is.
  const lacksChannelCard = ({ view, context: { request } }: AccessCase) => {
    const posted = cardsOf(view);
    return channels.approvers(request.entitlementId).some((address) => !posted.has(keyOfAddress(address)));
  };
  const metrics = createBotMetrics({
    openCases: () => Object.fromEntries([ACCESS_REQUEST, FINDING].map((flow) => [flow, [...runtime.open(flow)].length])),
    ledgerSeqs: () => tenants.all.map(({ tenant, watch }) => ({ tenant: tenant.name, seq: watch.newest?.seq ?? 0 })),
    operatorAlerts: () => operators.standing().length,
    unfitChannels: () => channels.unfit().length,
    journalSeq: () => runtime.head().seq,
  });
  const plainDesk = createDesk({
    runtime,
    directoryOf,
    names,
    openRequests: createOpenRequests(runtime),
    people,
    links,
    settings,
    approveUrlOf,
    config,
    clock,
    log,
    cards,
    examine: options.examine,
    findings: { details: createFindingDetails({ runtime, names, words: options.findingWords }) },
  });
  const desk = meterDesk(plainDesk, metrics);
  for (const surface of options.surfaces(desk)) surfaces.set(surface.platform, surface);
  const perimeterDeps = { runtime, perimeterOf, log, operators, settings };
  const kept = [keptTexts(runtime, config.retention.textsDays)];
  const retention = createRetention({ runtime, kept, clock, log });
  let feeds: readonly Feed[] = [];
  let stopWatching: (() => void) | undefined;
  let stopLooking: (() => Promise<void>) | undefined;
  return {
    desk,
    metrics,
    operators,
    channels,
    surfaces,
    links,
    people,
    names,
    directoryOf,
    readiness: createReadiness({ runtime, feeds: () => feeds, surfaces, channels, operators }),
    async start() {
      for (const surface of surfaces.values()) await startSurface(surface, operators, log);
      runtime.run({
        registerRequest: registerRequest(perimeterDeps),
        forwardDecision: forwardDecision(perimeterDeps),
        endGrant: endGrant(perimeterDeps),
        refreshCards: refreshCards(cards, async (context) => {
          await sayReceipts({ ...sources, surfaces, channels }, context);
          await sayUnconfirmed({ settings, surfaces, channels }, context);
        }),
        refreshAlert: refreshCards(cards),
        remind: remind({ ...sources, surfaces, channels }),
        announce: announce({ runtime, names, surfaces, channels, words: options.findingWords }),
        alarm: alarm({ ...sources, operators, clock }),
        tellLinked: tellLink({ surfaces, people, names, log }, linkedWords),
        tellUnlinked: tellLink({ surfaces, people, names, log }, unlinkedWords),
        eraseDue: retention.eraseDue,
      });
      retention.start();
      sayLeftBehind(runtime, tenants, operators);
      feeds = tenants.all.map(({ tenant: { tenantId }, perimeter, cursor }) =>
        startFeed({
          tenantId,
          cursor,
          called: tenants.called(tenantId),
          runtime,
          perimeter,
          operators,
          log,
          applied: ({ type }) => metrics.perimeterEvents.inc({ type }),
        }),
      );
      void channels
        .checkAll()
        .then(() => bringBack(lacksChannelCard))
        .catch((error: unknown) => log.error({ err: error }, 'channels could not be checked'));
      const stopHomes = publishHomes({ runtime, surfaces, people, desk: plainDesk, log });
      const stopDaily = channels.watch();
      const stopClearing = clearUnanswered({ runtime, operators });
      stopLooking = lookAtLinked({ links, log }, directoryOf, config.security.scanEveryMinutes);
      stopWatching = () => {
        stopHomes();
        stopDaily();
        stopClearing();
      };
    },
    async stop() {
      stopWatching?.();
      retention.stop();
      await stopLooking?.();
      cards.stop();
      await Promise.allSettled([...surfaces.values()].map((surface) => surface.stop()));
      await Promise.all(feeds.map((feed) => feed.stop()));
      await notes.idle();
    },
  };
}

/** One platform that is down must not keep the other, or the taking away, from working. */
async function startSurface(surface: Surface, operators: Operators, log: Log): Promise<void> {
  try {
    await surface.start();
  } catch (error) {
    log.error({ err: error, platform: surface.platform }, 'a platform could not be connected');
    operators.alert(`surface:${surface.platform}`, `${surface.platform} could not be connected (${codeOf(error)}).`);
  }
}
