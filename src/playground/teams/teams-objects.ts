import type { Wire } from '../wire.ts';

export interface TeamsUser {
  /** `29:…`, good for this bot alone. */
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly tenantId: string;
  readonly role: 'user' | 'guest';
  /** What this person's client says of its zone; left out where a client says none. */
  readonly zone?: string;
  /** Whether the app is installed in this person's personal scope. */
  readonly installed: boolean;
}

export interface TeamsConversation {
  readonly id: string;
  readonly kind: 'personal' | 'channel';
  readonly name: string;
  /** Of a channel. */
  readonly teamId?: string;
  /** Of a channel; `standard` when left out: everybody in the team reads it. */
  readonly channelType?: ChannelType;
  /** Ids of users (`29:…`), without the bot. */
  readonly members: readonly string[];
  /** False when the app was taken out of the team. */
  readonly botInstalled: boolean;
}

export interface TeamsTeam {
  readonly id: string;
  readonly name: string;
  /** The Microsoft 365 group behind it. */
  readonly groupId: string;
}
export type ChannelType = 'standard' | 'private' | 'shared';

export interface TeamsMessage {
  readonly id: string;
  readonly conversationId: string;
  /** Root of the thread it answers, in a channel. */
  readonly replyToId?: string;
  readonly fromId: string;
  readonly byBot: boolean;
  readonly text: string;
  readonly cards: readonly Wire[];
  readonly at: string;
  readonly edited: boolean;
  /** Cards that an invoke answered: by user id, seen by that person alone until the message is updated. */
  readonly ownCards: Readonly<Record<string, Wire>>;
}

export interface TeamsDialog {
  readonly dialogId: string;
  readonly title: string;
  readonly card: Wire;
  readonly conversationId: string;
  readonly replyToId?: string;
}

/** What one person alone sees for a moment: an invoke's text answer, or Teams' own word that the bot failed. */
export interface TeamsNotice {
  readonly userId: string;
  readonly conversationId: string;
  readonly text: string;
  readonly at: string;
}

export interface TeamsState {
  readonly tenantId: string;
  readonly botId: string;
  readonly users: readonly TeamsUser[];
  readonly conversations: readonly (TeamsConversation & { readonly messages: readonly TeamsMessage[] })[];
  readonly notices: readonly TeamsNotice[];
  /** Open dialogs by user id, the one on top last. */
  readonly dialogs: Readonly<Record<string, readonly TeamsDialog[]>>;
}
