import { SLACK, TEAMS, type CastMember } from '../../src/playground/cast.ts';
import type { SlackMessage } from '../../src/playground/slack/slack-objects.ts';
import type { TeamsMessage } from '../../src/playground/teams/teams-objects.ts';
import type { World } from '../../src/playground/world.ts';

export interface Ask {
  readonly entitlementId: string;
  readonly minutes: number;
  readonly why: string;
}

const PATIENCE_MS = 30_000;

/** Resolves with the first value that is there, looked for at every change of the world. Says what it waited for when it never comes. */
export function seen<T>(world: World, what: string, look: () => T | undefined | false, patienceMs = PATIENCE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      clearInterval(again);
      reject(new Error(`never seen: ${what}`));
    }, patienceMs);
    const check = () => {
      const found = look();
      if (found === undefined || found === false) return;
      clearTimeout(timer);
      clearInterval(again);
      stop();
      resolve(found);
    };
    // Time alone changes what the tenant shows (delays, ends), without an event of the world.
    const again = setInterval(check, 100);
    const stop = world.onChange(check);
    check();
  });
}

export function channel(world: World, channelId: string): readonly SlackMessage[] {
  return world.slack.model.state().channels.find(({ id }) => id === channelId)?.messages ?? [];
}

export function directMessages(world: World, who: CastMember): readonly SlackMessage[] {
  return world.slack.model
    .state()
    .channels.filter(({ kind, members }) => kind === 'im' && members.includes(who.slackUserId))
    .flatMap(({ messages }) => messages);
}

export function conversation(world: World, conversationId: string): readonly TeamsMessage[] {
  return world.teams.model.state().conversations.find(({ id }) => id === conversationId)?.messages ?? [];
}

export function personal(world: World, who: CastMember): readonly TeamsMessage[] {
  return world.teams.model
    .state()
    .conversations.filter(({ kind, members }) => kind === 'personal' && members.includes(who.teamsUserId))
    .flatMap(({ messages }) => messages);
}

export const wordsOf = (value: unknown): string => JSON.stringify(value);

/** `/access`, the form, submit. Resolves with what the app answered. */
export async function askInSlack(world: World, who: CastMember, ask: Ask, patienceMs = PATIENCE_MS) {
  const userId = who.slackUserId;
  const modal = () => world.slack.model.state().modals[userId]?.at(-1);
  const before = modal()?.id;
  await world.slack.people.slashCommand(userId, '/access');
  const form = await seen(
    world,
    'the request form',
    () => {
      const top = modal();
      return top !== undefined && top.id !== before && wordsOf(top).includes('"entitlement"') ? top : undefined;
    },
    patienceMs,
  );
  await world.slack.people.press(userId, { viewId: form.id }, 'entitlement', 'entitlement', { choice: ask.entitlementId });
  const durationBlock = `duration:${ask.entitlementId}`;
  await seen(world, 'the durations', () => modal()?.blocks.some(({ block_id }) => block_id === durationBlock), patienceMs);
  const answer = await world.slack.people.submitView(userId, form.id, {
    entitlement: ask.entitlementId,
    [durationBlock]: String(ask.minutes),
    justification: ask.why,
  });
  const left = modal();
  if (left !== undefined) await world.slack.people.closeView(userId, left.id);
  return answer;
}

/** The newest card in a channel that has this text and a button of this name. */
export function slackCard(world: World, channelId: string, text: string, actionId: string): SlackMessage | undefined {
  return channel(world, channelId).findLast(
    (message) => wordsOf(message).includes(text) && wordsOf(message.blocks).includes(`"action_id":"${actionId}"`),
  );
}

export async function pressInSlack(world: World, who: CastMember, channelId: string, text: string, actionId: string) {
  const card = await seen(world, `a card with “${text}” and ${actionId}`, () => slackCard(world, channelId, text, actionId));
  return world.slack.people.press(who.slackUserId, { channelId, ts: card.ts }, actionId);
}

/** `request` to the bot, the form card, submit. */
export async function askInTeams(world: World, who: CastMember, ask: Ask) {
  const count = personal(world, who).length;
  await world.teams.people.say(who.key, 'request');
  const form = await seen(world, 'the form card', () =>
    personal(world, who)
      .slice(count)
      .find((message) => wordsOf(message.cards).includes('"submit"')),
  );
  return world.teams.people.pressAction(who.key, form.conversationId, form.id, 'submit', {
    entitlement: ask.entitlementId,
    duration: String(ask.minutes),
    justification: ask.why,
  });
}

export function teamsCard(world: World, conversationId: string, text: string, verb: string): TeamsMessage | undefined {
  return conversation(world, conversationId).findLast(
    (message) => wordsOf(message.cards).includes(text) && wordsOf(message.cards).includes(`"verb":"${verb}"`),
  );
}

export async function pressInTeams(
  world: World,
  who: CastMember,
  conversationId: string,
  text: string,
  verb: string,
  data: Record<string, unknown> = {},
) {
  const card = await seen(world, `a Teams card with “${text}” and ${verb}`, () => teamsCard(world, conversationId, text, verb));
  return world.teams.people.pressAction(who.key, conversationId, card.id, verb, data);
}

export const approveInSlack = (world: World, who: CastMember, text: string) =>
  pressInSlack(world, who, SLACK.approversChannelId, text, 'approve');
export const approveInTeams = (world: World, who: CastMember, text: string) =>
  pressInTeams(world, who, TEAMS.approversConversationId, text, 'approve');

/** Does this person hold the role by Hallpass's doing right now? */
export function holds(world: World, who: CastMember, roleDefinitionId: string): boolean {
  return world.microsoft.tenant
    .holders()
    .some(
      (holder) =>
        holder.principalId === who.objectId && holder.roleDefinitionId === roleDefinitionId && holder.madeBy !== 'outside',
    );
}
