import { randomBytes } from 'node:crypto';
import { APPROVERS_TEAM_GROUP_ID, EVERYBODY, SECURITY_TEAM_GROUP_ID, TEAMS, TENANT_ID } from '../cast.ts';
import type {
  TeamsConversation,
  TeamsDialog,
  TeamsMessage,
  TeamsNotice,
  TeamsState,
  TeamsTeam,
  TeamsUser,
} from './teams-objects.ts';
import type { Wire } from '../wire.ts';

const NOTICES_KEPT = 50;

export interface TeamsSeed {
  readonly tenantId: string;
  readonly teams: readonly TeamsTeam[];
  readonly users: readonly TeamsUser[];
  readonly channels: readonly TeamsConversation[];
}

/** The cast with the app installed for everybody, and two private teams with the app and a channel each. */
export function playgroundTeams(): TeamsSeed {
  const users = EVERYBODY.map(
    (member): TeamsUser => ({
      id: member.teamsUserId,
      key: member.key,
      name: member.name,
      objectId: member.objectId,
      userPrincipalName: member.userPrincipalName,
      tenantId: TENANT_ID,
      role: 'user',
      zone: member.zone,
      installed: true,
    }),
  );
  const idsOf = (...keys: readonly string[]) => users.filter((user) => keys.includes(user.key)).map((user) => user.id);
  const channel = (teamId: string, id: string, name: string, members: readonly string[]): TeamsConversation => ({
    id,
    teamId,
    kind: 'channel',
    name,
    members,
    botInstalled: true,
  });
  return {
    tenantId: TENANT_ID,
    teams: [
      { id: TEAMS.approversTeamId, name: 'Identity', groupId: APPROVERS_TEAM_GROUP_ID },
      { id: TEAMS.securityTeamId, name: 'Security', groupId: SECURITY_TEAM_GROUP_ID },
    ],
    users,
    channels: [
      channel(TEAMS.approversTeamId, TEAMS.approversConversationId, 'access-approvals', idsOf('anna', 'abel')),
      channel(TEAMS.securityTeamId, TEAMS.securityConversationId, 'security', idsOf('sam', 'gina')),
    ],
  };
}

export type TeamsModel = ReturnType<typeof createTeamsModel>;

/** Teams in memory: the truth behind the connector and behind the page. Every change calls the listeners. */
export function createTeamsModel(seed: TeamsSeed, botId: string) {
  const users = new Map(seed.users.map((user) => [user.id, user]));
  const conversations = new Map(seed.channels.map((channel) => [channel.id, channel]));
  const messages = new Map<string, TeamsMessage[]>();
  const dialogs = new Map<string, readonly TeamsDialog[]>();
  const notices: TeamsNotice[] = [];
  const listeners = new Set<() => void>();
  let lastId = 0;

  const changed = () => {
    for (const listener of listeners) listener();
  };
  const personalOf = (userId: string) =>
    [...conversations.values()].find((one) => one.kind === 'personal' && one.members.includes(userId));

  return {
    seed,
    botId,
    users,
    conversations,
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Ids of messages are milliseconds, as in Teams, and never the same twice. */
    nextId(): string {
      lastId = Math.max(lastId + 1, Date.now());
      return String(lastId);
    },
    userByObjectId: (objectId: string) => [...users.values()].find((user) => user.objectId === objectId.toLowerCase()),
    putUser(user: TeamsUser): void {
      users.set(user.id, user);
      changed();
    },
    putConversation(conversation: TeamsConversation): void {
      conversations.set(conversation.id, conversation);
      changed();
    },
    personalOf,
    /** The chat of a person with the bot; the same one each time, but a new one after it was deleted. */
    openPersonal(userId: string): TeamsConversation {
      const known = personalOf(userId);
      if (known) return known;
      const id = `a:1${randomBytes(24).toString('base64url')}`;
      const conversation: TeamsConversation = { id, kind: 'personal', name: 'Hallpass', members: [userId], botInstalled: true };
      conversations.set(id, conversation);
      changed();
      return conversation;
    },
    /** As when a person deletes the chat: the stored conversation is gone, the next one has another id. */
    deletePersonal(userId: string): void {
      const known = personalOf(userId);
      if (known) conversations.delete(known.id);
      changed();
    },
    messageOf: (conversationId: string, id: string) => messages.get(conversationId)?.find((message) => message.id === id),
    putMessage(message: TeamsMessage): void {
      const all = messages.get(message.conversationId) ?? [];
      const known = all.some((one) => one.id === message.id);
      messages.set(message.conversationId, known ? all.map((one) => (one.id === message.id ? message : one)) : [...all, message]);
      changed();
    },
    removeMessage(conversationId: string, id: string): void {
      messages.set(
        conversationId,
        (messages.get(conversationId) ?? []).filter((message) => message.id !== id),
      );
      changed();
    },
    /** The card that this person sees: their own, where an invoke answered one. */
    cardsSeenBy(userId: string, message: TeamsMessage): readonly Wire[] {
      const own = message.ownCards[userId];
      return own ? [own] : message.cards;
    },
    dialogsOf: (userId: string): readonly TeamsDialog[] => dialogs.get(userId) ?? [],
    setDialogs(userId: string, open: readonly TeamsDialog[]): void {
      dialogs.set(userId, open);
      changed();
    },
    notice(userId: string, conversationId: string, text: string): void {
      notices.push({ userId, conversationId, text, at: new Date().toISOString() });
      if (notices.length > NOTICES_KEPT) notices.shift();
      changed();
    },
    state(): TeamsState {
      return {
        tenantId: seed.tenantId,
        botId,
        users: [...users.values()],
        conversations: [...conversations.values()].map((conversation) => ({
          ...conversation,
          messages: [...(messages.get(conversation.id) ?? [])],
        })),
        notices: [...notices],
        dialogs: Object.fromEntries(dialogs),
      };
    },
  };
}
