import type { TeamsState as Tenant } from '../teams/teams-objects.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import type { TeamsConversation, TeamsMessage, TeamsPane, TeamsState } from './page-state.ts';
import { CHATTING } from './personas.ts';

type Conversation = Tenant['conversations'][number];

/** Teams as each persona sees it. A card that the bot made for one person alone takes the place of the posted one. */
export function teamsPanes(tenant: Tenant, times: ArrivalTimes): TeamsState {
  const panes = CHATTING.map((member): readonly [string, TeamsPane] => {
    const mine = tenant.conversations.filter((one) => one.members.includes(member.teamsUserId));
    const own = mine.map((one) => conversation(one, member.teamsUserId, tenant, times));
    const personal = own.some((one) => one.kind === 'personal');
    return [
      member.key,
      {
        conversations: [
          ...own,
          ...(personal ? [] : [{ id: 'personal', name: 'Hallpass', kind: 'personal' as const, messages: [] }]),
        ].toSorted((a, b) => a.kind.localeCompare(b.kind)),
        dialogs: (tenant.dialogs[member.teamsUserId] ?? []).map(({ dialogId, title, card }) => ({ dialogId, title, card })),
      },
    ];
  });
  return { panes: Object.fromEntries(panes) };
}

function conversation(from: Conversation, userId: string, tenant: Tenant, times: ArrivalTimes): TeamsConversation {
  const nameOf = (id: string) => tenant.users.find((user) => user.id === id)?.name ?? 'Hallpass';
  const messages = from.messages.map((message): TeamsMessage => {
    const own = message.ownCards[userId];
    return {
      id: message.id,
      at: times.domainTime(`teams ${message.id}`, Date.parse(message.at)),
      from: message.byBot ? 'Hallpass' : nameOf(message.fromId),
      byBot: message.byBot,
      text: message.text,
      cards: own === undefined ? message.cards : [own],
      edited: message.edited,
      ...(message.replyToId === undefined ? {} : { replyToId: message.replyToId }),
      onlyYou: false,
    };
  });
  const notices = tenant.notices
    .filter((notice) => notice.userId === userId && notice.conversationId === from.id)
    .map(
      (notice): TeamsMessage => ({
        id: `notice ${notice.at}`,
        at: times.domainTime(`notice ${notice.at}`, Date.parse(notice.at)),
        from: 'Hallpass',
        byBot: true,
        text: notice.text,
        cards: [],
        edited: false,
        onlyYou: true,
      }),
    );
  return {
    id: from.id,
    name: from.kind === 'personal' ? 'Hallpass' : from.name,
    kind: from.kind,
    messages: [...messages, ...notices].toSorted((a, b) => a.at.localeCompare(b.at)),
  };
}
