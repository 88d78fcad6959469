import { AppError } from '../../access/core/app-error.ts';
import { type ActivityPlace, createActivities } from './activities.ts';
import { findAction, inputObjections } from './card-actions.ts';
import { type Delivered, type Delivery, SOMETHING_WENT_WRONG } from './delivery.ts';
import { createDialogs } from './dialogs.ts';
import { type InvokeAnswer, readInvokeAnswer } from './invoke-answer.ts';
import type { TeamsModel } from './teams-model.ts';
import type { TeamsMessage, TeamsUser } from './teams-objects.ts';
import type { Wire } from '../wire.ts';

/** What a deed came to. `not-sent`: the Teams client held it back, the bot heard nothing. */
export type Deed =
  | (Delivered & { readonly answer?: InvokeAnswer })
  | { readonly outcome: 'not-sent'; readonly errors: Readonly<Record<string, string>> };

export interface PeopleOptions {
  readonly model: TeamsModel;
  readonly delivery: Delivery;
  readonly serviceUrl: () => string;
}

export type TeamsPeople = ReturnType<typeof createPeople>;

/** The people of the tenant with Teams in front of them; each deed resolves with what the bot answered. */
export function createPeople({ model, delivery, serviceUrl }: PeopleOptions) {
  const activities = createActivities(model, serviceUrl);

  function person(key: string): TeamsUser {
    const user = [...model.users.values()].find((one) => one.key === key || one.id === key);
    if (!user) throw new AppError('playground.nobody', `no such person in Teams: ${key}`);
    return user;
  }

  function placeFor(user: TeamsUser, conversationId: string | undefined, threadId?: string): ActivityPlace {
    if (conversationId === undefined) return { conversation: model.openPersonal(user.id) };
    const conversation = model.conversations.get(conversationId);
    if (!conversation?.members.includes(user.id)) {
      throw new AppError('playground.not-there', `${user.key} is not in the conversation ${conversationId}`);
    }
    return { conversation, threadId };
  }

  function messageIn(
    user: TeamsUser,
    conversationId: string,
    id: string,
  ): { readonly place: ActivityPlace; readonly message: TeamsMessage } {
    const message = model.messageOf(conversationId, id);
    if (!message) throw new AppError('playground.not-there', `there is no message ${id}`);
    return { place: placeFor(user, conversationId, message.replyToId ?? message.id), message };
  }

  function addOwnMessage(user: TeamsUser, { conversation, threadId }: ActivityPlace, text: string): string {
    const id = model.nextId();
    const thread = conversation.kind === 'channel' && threadId !== undefined ? { replyToId: threadId } : {};
    const at = new Date().toISOString();
    model.putMessage({
      id,
      conversationId: conversation.id,
      ...thread,
      fromId: user.id,
      byBot: false,
      text,
      cards: [],
      at,
      edited: false,
      ownCards: {},
    });
    return id;
  }

  async function deliver(user: TeamsUser, place: ActivityPlace, activity: Wire): Promise<Delivered> {
    const delivered = await delivery.send(activity);
    if (delivered.outcome === 'failed') model.notice(user.id, place.conversation.id, delivered.shown);
    return delivered;
  }

  /** The answer to a card's invoke, shown to the one who pressed. */
  function show(user: TeamsUser, message: TeamsMessage, delivered: Delivered): Deed {
    if (delivered.outcome === 'failed') return delivered;
    const answer = readInvokeAnswer(delivered.body);
    const now = model.messageOf(message.conversationId, message.id);
    if (answer.kind === 'card' && now) model.putMessage({ ...now, ownCards: { ...now.ownCards, [user.id]: answer.card } });
    if (answer.kind === 'text' || answer.kind === 'error') model.notice(user.id, message.conversationId, answer.text);
    if (answer.kind === 'unusable') {
      model.notice(user.id, message.conversationId, SOMETHING_WENT_WRONG);
      return {
        outcome: 'failed',
        shown: `${SOMETHING_WENT_WRONG} (${answer.why})`,
        status: delivered.status,
        ms: delivered.ms,
        answer,
      };
    }
    return { ...delivered, answer };
  }

  const dialogs = createDialogs({
    model,
    invoke: async (user, place, name, value, replyToId) =>
      await deliver(user, place, activities.invoke(user, place, name, value, replyToId)),
  });

  async function install(key: string, action: 'add' | 'remove'): Promise<Delivered> {
    const user = person(key);
    const place = placeFor(user, undefined);
    model.putUser({ ...user, installed: action === 'add' });
    const told = await delivery.send(activities.installed(user, place, action));
    return action === 'add' ? await delivery.send(activities.membersAdded(user, place)) : told;
  }

  return {
    /** Writes to the bot: in the chat with it, or, mentioned, in a channel (`threadId` answers a message there). */
    async say(key: string, text: string, conversationId?: string, threadId?: string): Promise<Deed> {
      const user = person(key);
      const place = placeFor(user, conversationId, threadId);
      if (place.conversation.kind === 'personal' && !user.installed) {
        return { outcome: 'not-sent', errors: { app: 'the app is not installed' } };
      }
      const id = addOwnMessage(user, place, text);
      return await deliver(
        user,
        { ...place, threadId: threadId ?? id },
        activities.message(user, { ...place, threadId: threadId ?? id }, id, text),
      );
    },

    /**
     * Presses an Action.Execute on the card as this person sees it. `data` is what the renderer hands over: the action's own data
     * and the inputs; left out, the action's data alone.
     */
    async pressAction(key: string, conversationId: string, activityId: string, verb: string, data: Wire = {}): Promise<Deed> {
      const user = person(key);
      const { place, message } = messageIn(user, conversationId, activityId);
      const cards = model.cardsSeenBy(user.id, message);
      const found = findAction(cards, (action) => action['type'] === 'Action.Execute' && action['verb'] === verb, data);
      const errors = inputObjections(cards, data, found);
      if (Object.keys(errors).length > 0) return { outcome: 'not-sent', errors };
      const { id } = found;
      const action = {
        type: 'Action.Execute',
        ...(typeof id === 'string' ? { id } : {}),
        verb,
        data: { ...(found['data'] as Wire | undefined), ...data },
      };
      const value = { action, trigger: 'manual' };
      return show(
        user,
        message,
        await deliver(user, place, activities.invoke(user, place, 'adaptiveCard/action', value, message.id)),
      );
    },

    /** Presses an Action.Submit: the bot gets a message with `value`; `msteams: {type: 'task/fetch'}` opens a dialog instead. */
    async submitAction(key: string, conversationId: string, activityId: string, data: Wire = {}): Promise<Deed> {
      const user = person(key);
      const { place, message } = messageIn(user, conversationId, activityId);
      const cards = model.cardsSeenBy(user.id, message);
      const found = findAction(cards, (action) => action['type'] === 'Action.Submit', data);
      const errors = inputObjections(cards, data, found);
      if (Object.keys(errors).length > 0) return { outcome: 'not-sent', errors };
      const value = { ...(found['data'] as Wire | undefined), ...data };
      if (dialogs.isFetch(value)) return await dialogs.open(user, place, message, value);
      return await deliver(user, place, activities.submit(user, place, model.nextId(), message.id, value));
    },

    /** What Teams does by itself when somebody looks at a card with `refresh`: an automatic invoke for that person. */
    async look(key: string, conversationId: string, activityId: string): Promise<Deed | undefined> {
      const user = person(key);
      const { place, message } = messageIn(user, conversationId, activityId);
      const refresh = message.cards[0]?.['refresh'] as Wire | undefined;
      const userIds = refresh?.['userIds'];
      if (!refresh || (Array.isArray(userIds) && !userIds.includes(user.id))) return undefined;
      const value = { action: refresh['action'], trigger: 'automatic' };
      return show(
        user,
        message,
        await deliver(user, place, activities.invoke(user, place, 'adaptiveCard/action', value, message.id)),
      );
    },

    submitDialog: async (key: string, dialogId: string, data: Wire): Promise<Deed> =>
      await dialogs.submit(person(key), dialogId, data),
    closeDialog(key: string, dialogId: string): void {
      const user = person(key);
      model.setDialogs(
        user.id,
        model.dialogsOf(user.id).filter((dialog) => dialog.dialogId !== dialogId),
      );
    },

    /** Installs the app for a person: installationUpdate, then conversationUpdate. */
    install: async (key: string): Promise<Delivered> => await install(key, 'add'),
    uninstall: async (key: string): Promise<Delivered> => await install(key, 'remove'),
  };
}
