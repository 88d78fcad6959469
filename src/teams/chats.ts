import { type Person, personKey } from '../access/core/person.ts';
import { codeOf } from '../access/core/app-error.ts';
import type { Card } from './card-parts.ts';
import type { Connector } from './connector.ts';

export interface Chats {
  /** Posts in the person's own chat with the bot, opening it when it is not known or was deleted. */
  post(person: Person, card: Card): Promise<{ readonly conversationId: string; readonly activityId: string }>;
}

/** A chat's id does not change while it exists; a few thousand are worth a call saved each. */
const CHATS_MAX = 5000;

export function rememberChats(connector: Connector): Chats {
  const known = new Map<string, string>();
  const open = async (person: Person) => {
    const conversationId = await connector.openChat(person);
    if (known.size >= CHATS_MAX) known.clear();
    known.set(personKey(person), conversationId);
    return conversationId;
  };
  return {
    async post(person, card) {
      const before = known.get(personKey(person));
      if (before !== undefined) {
        try {
          return { conversationId: before, activityId: await connector.postInConversation(before, card) };
        } catch (error) {
          if (codeOf(error) !== 'chat.message-gone') throw error;
          known.delete(personKey(person));
        }
      }
      const conversationId = await open(person);
      return { conversationId, activityId: await connector.postInConversation(conversationId, card) };
    },
  };
}
