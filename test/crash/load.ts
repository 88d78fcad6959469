import { ABEL, ANNA, CAST, SLACK, TEAMS, type CastMember } from '../../src/playground/cast.ts';
import { CHAT_ENTITLEMENTS } from '../../src/playground/entitlements.ts';
import type { World } from '../../src/playground/world.ts';
import { askInSlack, channel, conversation, directMessages, wordsOf } from '../support/acting.ts';

/** People who ask, decide, give back and withdraw, all at once, and never mind that nobody answers. */
export interface Load {
  pause(): Promise<void>;
  resume(): void;
  readonly deeds: number;
}

const MINUTE_MS = 60_000;
const ACTORS = 6;
const PAUSE_MS = 15;
const FORM_PATIENCE_MS = 1_500;

export function startLoad(world: World, random: () => number): Load {
  const mood = { paused: true };
  let running: Promise<unknown> = Promise.resolve();
  let deeds = 0;
  const asking = new Set<string>();
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];

  async function ask(): Promise<void> {
    const who = pick(CAST.filter(({ key }) => !asking.has(key)));
    const what = pick(CHAT_ENTITLEMENTS);
    if (who === undefined || what === undefined) return;
    asking.add(who.key);
    try {
      const form = { entitlementId: what.id, minutes: what.durationsMinutes[0], why: `load ${deeds}` };
      await askInSlack(world, who, form, FORM_PATIENCE_MS);
    } finally {
      // A form whose bot died half-way: people close it and begin again.
      for (const { id } of [...(world.slack.model.state().modals[who.slackUserId] ?? [])].toReversed())
        await world.slack.people.closeView(who.slackUserId, id).catch(() => undefined);
      asking.delete(who.key);
    }
  }

  async function decide(): Promise<void> {
    const approver = pick([ANNA, ABEL]) ?? ANNA;
    const verb = random() < 0.9 ? 'approve' : 'deny';
    if (random() < 0.5) {
      const card = pick(
        channel(world, SLACK.approversChannelId).filter(({ blocks }) => wordsOf(blocks).includes('"action_id":"approve"')),
      );
      if (card !== undefined)
        await world.slack.people.press(approver.slackUserId, { channelId: SLACK.approversChannelId, ts: card.ts }, 'approve');
      return;
    }
    const card = pick(
      conversation(world, TEAMS.approversConversationId).filter(({ cards }) => wordsOf(cards).includes('"verb":"approve"')),
    );
    const data = verb === 'deny' ? { note: 'not now' } : {};
    if (card !== undefined) await world.teams.people.pressAction(approver.key, card.conversationId, card.id, verb, data);
  }

  async function giveUp(): Promise<void> {
    const who: CastMember | undefined = pick(CAST);
    if (who === undefined) return;
    const messages = directMessages(world, who).filter(({ blocks }) => /"action_id":"(withdraw|release)"/.test(wordsOf(blocks)));
    const message = pick(messages);
    const im = world.slack.model.state().channels.find(({ kind, members }) => kind === 'im' && members.includes(who.slackUserId));
    if (message === undefined || im === undefined) return;
    const action = wordsOf(message.blocks).includes('"release"') ? 'release' : 'withdraw';
    await world.slack.people.press(who.slackUserId, { channelId: im.id, ts: message.ts }, action);
  }

  async function act(): Promise<void> {
    const dice = random();
    if (dice < 0.45) await ask();
    else if (dice < 0.85) await decide();
    else if (dice < 0.92) await giveUp();
    else world.clock.advance(Math.ceil(random() * 12) * MINUTE_MS);
    deeds += 1;
  }

  async function actor(): Promise<void> {
    while (!mood.paused) {
      // A dead process answers nobody; what people then see is Slack's and Teams' own word for it.
      await act().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  return {
    get deeds() {
      return deeds;
    },
    resume() {
      if (!mood.paused) return;
      mood.paused = false;
      running = Promise.all(Array.from({ length: ACTORS }, actor));
    },
    async pause() {
      mood.paused = true;
      await running;
    },
  };
}
