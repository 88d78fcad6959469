import { accessRequest } from '../../../flows/access-request.ts';
import { finding } from '../../../flows/finding.ts';
import { grant } from '../../../flows/grant.ts';
import { AppError } from '../../access/core/app-error.ts';
import { instantOf } from '../../access/core/clock.ts';
import type { Child } from '../child.ts';
import { nextEventOf } from '../next-event.ts';
import type { Playground } from '../playground.ts';
import { ACTIONS } from './actions.ts';
import { type ArrivalTimes, createArrivalTimes } from './arrival-times.ts';
import { caseStates, nextEventWords } from './case-state.ts';
import { flowDiagram } from './flow-diagram.ts';
import { guideLines } from './guide-lines.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import type { PageState, ProcessState } from './page-state.ts';
import { PERSONAS } from './personas.ts';
import { slackPanes } from './slack-panes.ts';
import { teamsPanes } from './teams-panes.ts';
import { tenantState } from './tenant-state.ts';

const FLOWS = {
  accessRequest: flowDiagram(accessRequest),
  grant: flowDiagram(grant),
  finding: flowDiagram(finding),
};

/** The page of a playground that runs. */
export function startPage(port: number, playground: Playground): Promise<PageServer> {
  const times = createArrivalTimes(() => playground.world.clock.offsetMs);
  return startPageServer(port, {
    flows: FLOWS,
    state: () => Promise.resolve(pageState(playground, times)),
    journalLine(of, seq) {
      const journal = of === 'bot' || of === 'perimeter' ? playground.world.journals[of] : undefined;
      return journal?.lines.find(({ line }) => line.seq === seq)?.raw;
    },
    async act(path, body) {
      const action = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
      if (action === undefined) throw new AppError('usage.unknown', 'The playground does not know that action.');
      return action(playground, body);
    },
  });
}

function pageState({ world }: Playground, times: ArrivalTimes): PageState {
  const now = world.clock.now();
  const { bot, perimeter } = world.journals;
  const cases = caseStates({
    bot: bot.lines,
    perimeter: perimeter.lines,
    tenant: world.microsoft.tenant,
    now,
    startedAt: world.startedAt,
  });
  const next = nextEventOf([...bot.lines, ...perimeter.lines], now);
  return {
    now: instantOf(now),
    offsetMs: world.clock.offsetMs,
    ...(next === undefined ? {} : { nextEvent: { at: next.at, what: nextEventWords(next.timer, next.caseId, cases) } }),
    consoleUrl: `${world.consoleUrl}/console`,
    processes: [processState(world.bot), processState(world.perimeter)],
    personas: PERSONAS,
    guide: guideLines(cases),
    slack: slackPanes(world.slack.model.state(), times),
    teams: teamsPanes(world.teams.model.state(), times),
    tenant: tenantState(world.microsoft, now),
    cases,
    alarms: world.alarm.alarms.slice(-5).map(({ receivedAt, body }) => ({ at: receivedAt, text: alarmText(body) })),
  };
}

function processState(child: Child): ProcessState {
  const { name, status, restarts, pid, lastWords } = child;
  return { name, status, restarts, ...(pid === undefined ? {} : { pid }), ...(lastWords === undefined ? {} : { lastWords }) };
}

function alarmText(body: unknown): string {
  if (typeof body === 'object' && body !== null) {
    for (const key of ['text', 'message', 'sentence', 'title']) {
      const value: unknown = Reflect.get(body, key);
      if (typeof value === 'string') return value;
    }
  }
  return JSON.stringify(body).slice(0, 300);
}
