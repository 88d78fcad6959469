import { codeOf } from '../access/core/app-error.ts';
import type { Desk } from '../chat/desk.ts';
import type { ChatActor } from '../chat/surface.ts';
import type { Log } from '../observe/log.ts';
import type { TeamsSettings } from './bot-identity.ts';
import type { Card } from './card-parts.ts';
import type { Chats } from './chats.ts';
import type { Connector } from './connector.ts';
import { answerPress, answerText, asCard, refusal, UNREADABLE, type Caller, type Reply } from './conversation.ts';
import { problem, type HttpAnswer } from './http-answer.ts';
import { executeSchema, isPersonal, messageOf, submitSchema, zoneOf, type IncomingActivity } from './incoming.ts';
import { noticeCard } from './notice-card.ts';
import { inMarkdown } from './plain-text.ts';
import { VERBS } from './verbs.ts';

export interface DispatchDeps {
  readonly settings: TeamsSettings;
  readonly connector: Connector;
  readonly chats: Chats;
  readonly desk: Desk;
  readonly log: Log;
  readonly patienceMs?: number;
  /** Keeps work that outlives its request, so that stopping can wait for it. */
  readonly track: (work: Promise<void>) => void;
}

/** Nobody looks at an empty chat for longer. */
const SAY_SOMETHING_AFTER_MS = 2000;
/** Teams waits 10 to 15 seconds for the answer to an invoke. */
const PATIENCE_MS = 8000;

/** What one verified activity of one known person comes to. */
export async function dispatch(deps: DispatchDeps, activity: IncomingActivity, actor: ChatActor): Promise<HttpAnswer> {
  if (activity.type === 'invoke') {
    if (activity.name !== 'adaptiveCard/action') return problem(501, 'teams.unknown-invoke');
    return { status: 200, body: invokeResponse(await pressed(deps, activity, actor)) };
  }
  if (activity.type !== 'message') return { status: 200 };
  try {
    await answerMessage(deps, activity, actor);
  } catch (error) {
    deps.log.error({ err: error }, 'teams: an answer could not be sent');
  }
  return { status: 200 };
}

async function answerMessage(deps: DispatchDeps, activity: IncomingActivity, actor: ChatActor): Promise<void> {
  if (activity.value !== undefined && activity.value !== null) {
    const card = asCard(await pressed(deps, activity, actor));
    // Without Action.Execute an answer is a message, and only the one who clicked may see it.
    if (isPersonal(activity)) await deps.connector.postInConversation(activity.conversation.id, card);
    else await deps.chats.post({ tenantId: actor.workspaceId, objectId: actor.userId }, card);
    return;
  }
  if (!isPersonal(activity)) {
    const text = 'Write to me in our own chat: “request” to ask for access, “mine” to see what you have.';
    await deps.connector.postInConversation(activity.conversation.id, noticeCard(text));
    return;
  }
  const answer = answerText(callerOf(deps, activity, actor), activity.text ?? '').catch((error: unknown) =>
    asCard(failed(deps, error)),
  );
  await say(deps, activity.conversation.id, answer);
}

/** What takes long is announced, and written in the same place when it is there: Teams does not wait for it. */
async function say(
  { connector, log, track, patienceMs = SAY_SOMETHING_AFTER_MS }: DispatchDeps,
  conversationId: string,
  answer: Promise<Card>,
): Promise<void> {
  const ready = await within(patienceMs, answer);
  if (ready !== undefined) return void (await connector.postInConversation(conversationId, ready.value));
  const posted = await connector.postInConversation(conversationId, noticeCard('One moment …'));
  const fill = async () => connector.update(conversationId, posted, await answer);
  track(fill().catch((error: unknown) => log.error({ err: error }, 'teams: a late answer could not be written')));
}

async function pressed(deps: DispatchDeps, activity: IncomingActivity, actor: ChatActor): Promise<Reply> {
  const what = pressIn(activity);
  if (what === undefined) return refusal(UNREADABLE);
  try {
    const answer = answerPress(callerOf(deps, activity, actor), what.verb, what.data, messageOf(activity, actor.workspaceId));
    return await inTime(answer, deps.patienceMs ?? PATIENCE_MS);
  } catch (error) {
    return failed(deps, error);
  }
}

function callerOf({ desk }: DispatchDeps, activity: IncomingActivity, actor: ChatActor): Caller {
  return { desk, actor, zone: zoneOf(activity) };
}

function pressIn(activity: IncomingActivity) {
  const said = activity.type === 'invoke' ? executed(activity.value) : submitted(activity.value);
  const verb = VERBS.find((each) => each === said?.verb);
  return said === undefined || verb === undefined ? undefined : { verb, data: said.data };
}

function executed(value: unknown) {
  const { data } = executeSchema.safeParse(value);
  return data?.action;
}

function submitted(value: unknown) {
  const { data } = submitSchema.safeParse(value);
  return data === undefined ? undefined : { verb: data.verb, data };
}

/** Whoever waits longer than Teams does is told that "something went wrong", even when it goes well afterwards. */
async function inTime(answer: Promise<Reply>, patienceMs: number): Promise<Reply> {
  const ready = await within(patienceMs, answer);
  return ready?.value ?? { sentence: 'This takes longer than usual. The card will show what came of it.' };
}

/** The value if it comes in time, else undefined; the promise goes on either way. */
async function within<T>(ms: number, promise: Promise<T>): Promise<{ readonly value: T } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether anything was done before it failed is not known here, so nothing is said about it. */
function failed(deps: DispatchDeps, error: unknown): Reply {
  deps.log.error({ err: error }, 'teams: the desk failed');
  return { sentence: 'Something went wrong. Look at the newest card, and try again in a moment.', code: codeOf(error) };
}

/**
 * The body of an `adaptiveCard/action` answer: Teams shows it to the one who pressed. A refusal is a message too, since clients show
 * their own words instead of an error's.
 * @see https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
 */
function invokeResponse(reply: Reply) {
  return 'card' in reply
    ? { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: reply.card }
    : {
        statusCode: 200,
        type: 'application/vnd.microsoft.activity.message',
        value: `${inMarkdown(reply.sentence)}${reply.code === undefined ? '' : ` (${reply.code})`}`,
      };
}
