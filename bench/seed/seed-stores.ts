import { pino } from 'pino';
import type { Clock } from '../../src/access/core/clock.ts';
import { accessRequestFlow, findingFlow } from '../../src/bot/flows.ts';
import { FEED_CURSOR } from '../../src/bot/feed.ts';
import type { Actor, CommandHandler, Flow, Runtime } from '../../src/durable/port.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { ANNA, SLACK } from '../../src/playground/cast.ts';
import type { Assignment } from '../../flows/grant.ts';
import { type BenchPerson, cardTs, ENTITLEMENT_ID, NEEDS, personOf, ROLE } from './bench-people.ts';

const BOT: Actor = { kind: 'system', name: 'bot' };
const WINDOW_MINUTES = 60;
const AT_ONCE = 128;
const idle: CommandHandler = () => Promise.resolve(undefined);

/** A ledger in which all these requests are registered; with an assignment each, given until `durationMinutes` after the clock. */
export async function seedLedger(
  folder: string,
  clock: Clock,
  people: readonly BenchPerson[],
  durationMinutes: number,
  assignments?: ReadonlyMap<string, Assignment>,
): Promise<{ readonly seq: number }> {
  return withRuntime(folder, clock, [grantFlow], async (runtime) => {
    await eachOf(people, async (person) => {
      const { caseId } = person;
      const registration = { ...(await requestOf(runtime, person, durationMinutes)), requestId: caseId };
      await runtime.begin('grant', caseId, { opening: { kind: 'open', registration, target: ROLE, needs: NEEDS } }, BOT);
      const assignment = assignments?.get(caseId);
      if (assignment === undefined) return;
      const at = new Date(clock.now()).toISOString();
      const decision = {
        decisionId: `${caseId}-1`,
        decision: 'approve',
        approver: personOf(ANNA),
        assurance: 'chat',
        decidedAt: at,
        stage: 0,
      };
      await runtime.send(caseId, { type: 'decided', decision }, BOT);
      await runtime.send(caseId, { type: 'directory.absent', readAt: at, writer: assignment.kind }, BOT);
      await runtime.send(caseId, { type: 'directory.gave', assignment, nativeEnd: assignment.kind === 'pim' }, BOT);
    });
    return runtime.head();
  });
}

/** A bot's store in which all these requests wait for a decision, with their cards posted and everything heard from the perimeter. */
export async function seedRequests(
  folder: string,
  clock: Clock,
  people: readonly BenchPerson[],
  ledgerSeq: number,
): Promise<void> {
  await withRuntime(folder, clock, [accessRequestFlow, findingFlow], async (runtime) => {
    await eachOf(people, async (person) => {
      const { caseId, slackUserId, slackChannelId } = person;
      const askedVia = { platform: 'slack', workspaceId: SLACK.workspaceId, userId: slackUserId };
      const request = { ...(await requestOf(runtime, person, 30)), id: caseId, remindAfterMinutes: WINDOW_MINUTES, askedVia };
      await runtime.begin('accessRequest', caseId, { request }, BOT);
      const isLast = person === people.at(-1);
      const cursor = isLast ? { cursor: { name: FEED_CURSOR, value: ledgerSeq } } : {};
      await runtime.send(caseId, { type: 'perimeter.registered' }, BOT, cursor);
      const approvers = SLACK.approversChannelId;
      const key = `card/slack/${SLACK.workspaceId}/${approvers}`;
      await runtime.link(caseId, { key, value: { role: 'approvers', posted: postedIn(approvers, caseId) } });
      await runtime.link(caseId, {
        key: 'card/requester',
        value: { role: 'requester', posted: postedIn(slackChannelId, caseId) },
      });
    });
  });
}

const postedIn = (channelId: string, caseId: string) => ({
  platform: 'slack',
  workspaceId: SLACK.workspaceId,
  channelId,
  messageId: cardTs(caseId),
});

async function requestOf(runtime: Runtime, person: BenchPerson, durationMinutes: number) {
  return {
    requester: personOf(person),
    principal: personOf(person),
    entitlementId: ENTITLEMENT_ID,
    durationMinutes,
    justification: await runtime.putText(person.caseId, `INC-${person.caseId}: the nightly export stands still, looking for why`),
    approvalWindowMinutes: WINDOW_MINUTES,
    breakGlass: false,
  };
}

/** Commands end without having done anything: what they would have done is made by the bench. */
async function withRuntime<T>(
  folder: string,
  clock: Clock,
  flows: readonly Flow[],
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const runtime = await openRuntime({ flows, folder, clock, log: pino({ level: 'silent' }) });
  runtime.run(Object.fromEntries(flows.flatMap(({ commands }) => Object.keys(commands).map((name) => [name, idle]))));
  const result = await work(runtime);
  const pending = () => flows.some(({ machine }) => [...runtime.open(machine.id)].some((view) => view.pending.length > 0));
  while (pending()) await new Promise((resolve) => setTimeout(resolve, 20));
  await runtime.close();
  return result;
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
