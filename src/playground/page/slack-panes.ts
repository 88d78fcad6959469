import type { SlackState as Workspace } from '../slack/slack-objects.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import type { SlackConversation, SlackMessage, SlackPane, SlackState } from './page-state.ts';
import { CHATTING } from './personas.ts';

type Channel = Workspace['channels'][number];

/** The workspace as each persona sees it: only channels they are in, only what they may see there. */
export function slackPanes(workspace: Workspace, times: ArrivalTimes): SlackState {
  const users = Object.fromEntries(workspace.users.map((user) => [user.id, user.realName]));
  const channels = Object.fromEntries(workspace.channels.map((channel) => [channel.id, channel.name]));
  const panes = CHATTING.map((member): readonly [string, SlackPane] => {
    const userId = member.slackUserId;
    const mine = workspace.channels.filter((channel) => channel.members.includes(userId) && channel.kind !== 'public');
    const home = workspace.homes[userId];
    return [
      member.key,
      {
        conversations: [...mine.map((channel) => conversation(channel, userId, workspace, times)), ...missingIm(mine)].toSorted(
          (a, b) => a.kind.localeCompare(b.kind),
        ),
        ...(home === undefined ? {} : { home: { viewId: home.id, blocks: home.blocks } }),
        views: (workspace.modals[userId] ?? []).map((view) => ({
          viewId: view.id,
          view,
          errors: workspace.fieldErrors[view.id] ?? {},
        })),
      },
    ];
  });
  return { users, channels, panes: Object.fromEntries(panes) };
}

/** The chat with the app is there before its first message. */
function missingIm(mine: readonly Channel[]): readonly SlackConversation[] {
  return mine.some((channel) => channel.kind === 'im') ? [] : [{ id: 'im', name: 'Hallpass', kind: 'dm', messages: [] }];
}

function conversation(channel: Channel, userId: string, workspace: Workspace, times: ArrivalTimes): SlackConversation {
  const nameOf = (id: string) => workspace.users.find((user) => user.id === id)?.realName ?? id;
  const shown = (message: Channel['messages'][number], onlyYou: boolean): SlackMessage => ({
    ts: message.ts,
    at: times.domainTime(message.ts, Number(message.ts) * 1000),
    from: nameOf(message.user),
    byBot: message.bot_id !== undefined,
    text: message.text,
    blocks: message.blocks ?? [],
    edited: message.edited !== undefined,
    ...(message.thread_ts === undefined ? {} : { threadTs: message.thread_ts }),
    onlyYou,
  });
  const notices =
    channel.kind === 'im'
      ? workspace.notices.filter((notice) => notice.userId === userId).map((notice) => slackbot(notice, times))
      : [];
  return {
    id: channel.id,
    name: channel.kind === 'im' ? 'Hallpass' : channel.name,
    kind: channel.kind === 'im' ? 'dm' : 'channel',
    messages: [
      ...channel.messages.map((message) => shown(message, false)),
      ...channel.ephemerals.filter((one) => one.userId === userId).map((one) => shown(one.message, true)),
      ...notices,
    ].toSorted(byThread),
  };
}

/** Replies stand under the message that they answer. */
function byThread(a: SlackMessage, b: SlackMessage): number {
  return (a.threadTs ?? a.ts).localeCompare(b.threadTs ?? b.ts) || a.ts.localeCompare(b.ts);
}

function slackbot(notice: Workspace['notices'][number], times: ArrivalTimes): SlackMessage {
  const ms = Date.parse(notice.at);
  return {
    ts: (ms / 1000).toFixed(6),
    at: times.domainTime(`notice ${notice.at}`, ms),
    from: 'Slackbot',
    byBot: true,
    text: notice.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    blocks: [],
    edited: false,
    onlyYou: true,
  };
}
