import { randomBytes } from 'node:crypto';
import type { SlackBlock, SlackChannel, SlackMessage, SlackNotice, SlackState, SlackUser, SlackView } from './slack-objects.ts';
import { type Wire, wordOf } from '../wire.ts';
import type { WorkspaceSeed } from './workspace-seed.ts';

const NOTICES_KEPT = 50;

interface EphemeralMessage {
  readonly userId: string;
  readonly message: SlackMessage;
}

/** One workspace in memory: the truth behind the Web API and behind the page. Every change calls the listeners. */
export type Workspace = ReturnType<typeof createWorkspace>;

export function createWorkspace(seed: WorkspaceSeed) {
  const users = new Map(seed.users.map((user) => [user.id, user]));
  const channels = new Map(seed.channels.map((channel) => [channel.id, channel]));
  const messages = new Map<string, SlackMessage[]>();
  const ephemerals = new Map<string, EphemeralMessage[]>();
  const modals = new Map<string, SlackView[]>();
  const homes = new Map<string, SlackView>();
  const fieldErrors = new Map<string, Readonly<Record<string, string>>>();
  const notices: SlackNotice[] = [];
  const listeners = new Set<() => void>();
  let lastTs = 0;
  let transport: SlackState['transport'] = 'http';

  const changed = () => {
    for (const listener of listeners) listener();
  };

  /** Unique in the workspace and rising, as Slack promises per channel: seconds and six digits. */
  function nextTs(): string {
    lastTs = Math.max(lastTs + 1, Date.now() * 1000);
    return `${Math.floor(lastTs / 1e6)}.${String(lastTs % 1e6).padStart(6, '0')}`;
  }

  const newId = (prefix: string) => `${prefix}${randomBytes(8).toString('hex').toUpperCase().slice(0, 10)}`;

  return {
    seed,
    users,
    channels,
    nextTs,
    newId,
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setTransport(now: SlackState['transport']): void {
      transport = now;
      changed();
    },
    putUser(user: SlackUser): void {
      users.set(user.id, user);
      changed();
    },
    putChannel(channel: SlackChannel): void {
      channels.set(channel.id, channel);
      changed();
    },
    /** The direct conversation of a person with the app, opened when it does not exist. */
    openIm(userId: string): { readonly channel: SlackChannel; readonly alreadyOpen: boolean } {
      const known = [...channels.values()].find((channel) => channel.kind === 'im' && channel.members.includes(userId));
      if (known) return { channel: known, alreadyOpen: true };
      const channel: SlackChannel = { id: newId('D'), name: '', kind: 'im', members: [userId, seed.botUserId] };
      channels.set(channel.id, channel);
      changed();
      return { channel, alreadyOpen: false };
    },
    messageOf: (channelId: string, ts: string) => messages.get(channelId)?.find((message) => message.ts === ts),
    ephemeralOf: (channelId: string, ts: string) => ephemerals.get(channelId)?.find(({ message }) => message.ts === ts),
    addMessage(channelId: string, message: SlackMessage): void {
      messages.set(channelId, [...(messages.get(channelId) ?? []), message]);
      changed();
    },
    addEphemeral(channelId: string, userId: string, message: SlackMessage): void {
      ephemerals.set(channelId, [...(ephemerals.get(channelId) ?? []), { userId, message }]);
      changed();
    },
    replaceMessage(channelId: string, message: SlackMessage): void {
      messages.set(
        channelId,
        (messages.get(channelId) ?? []).map((old) => (old.ts === message.ts ? message : old)),
      );
      ephemerals.set(
        channelId,
        (ephemerals.get(channelId) ?? []).map((old) => (old.message.ts === message.ts ? { ...old, message } : old)),
      );
      changed();
    },
    removeMessage(channelId: string, ts: string): void {
      messages.set(
        channelId,
        (messages.get(channelId) ?? []).filter((message) => message.ts !== ts),
      );
      ephemerals.set(
        channelId,
        (ephemerals.get(channelId) ?? []).filter(({ message }) => message.ts !== ts),
      );
      changed();
    },
    modalsOf: (userId: string): readonly SlackView[] => modals.get(userId) ?? [],
    setModals(userId: string, stack: readonly SlackView[]): void {
      modals.set(userId, [...stack]);
      changed();
    },
    homeOf: (userId: string) => homes.get(userId),
    setHome(userId: string, view: SlackView): void {
      homes.set(userId, view);
      changed();
    },
    /** A modal or Home view and whose screen it is on. */
    findView(matches: (view: SlackView) => boolean): { readonly userId: string; readonly view: SlackView } | undefined {
      for (const [userId, stack] of modals) {
        const view = stack.find(matches);
        if (view) return { userId, view };
      }
      for (const [userId, view] of homes) if (matches(view)) return { userId, view };
      return undefined;
    },
    replaceView(userId: string, view: SlackView): void {
      fieldErrors.delete(view.id);
      if (view.type === 'home') homes.set(userId, view);
      else {
        modals.set(
          userId,
          (modals.get(userId) ?? []).map((old) => (old.id === view.id ? view : old)),
        );
      }
      changed();
    },
    setFieldErrors(viewId: string, errors: Readonly<Record<string, string>>): void {
      fieldErrors.set(viewId, errors);
      changed();
    },
    notice(userId: string, text: string): void {
      notices.push({ userId, text, at: new Date().toISOString() });
      if (notices.length > NOTICES_KEPT) notices.shift();
      changed();
    },
    state(): SlackState {
      return {
        team: { id: seed.teamId, name: seed.teamName, domain: seed.teamDomain },
        botUserId: seed.botUserId,
        users: [...users.values()],
        channels: [...channels.values()].map((channel) => ({
          ...channel,
          messages: [...(messages.get(channel.id) ?? [])],
          ephemerals: [...(ephemerals.get(channel.id) ?? [])],
        })),
        modals: Object.fromEntries([...modals].map(([userId, stack]) => [userId, [...stack]])),
        homes: Object.fromEntries(homes),
        fieldErrors: Object.fromEntries(fieldErrors),
        notices: [...notices],
        transport,
      };
    },
  };
}

/** Slack names every block and element that came without a name, and completes its text objects. */
export function dressBlocks(blocks: readonly unknown[]): SlackBlock[] {
  return blocks.map((block) => {
    const dressed = dress(block) as Wire;
    return {
      ...dressed,
      type: wordOf(dressed['type']),
      block_id: wordOf(dressed['block_id']) || randomBytes(4).toString('base64url'),
    };
  });
}

const INTERACTIVE = /^(button|overflow|checkboxes|radio_buttons|datepicker|timepicker|datetimepicker|.*_select|.*_input)$/;

function dress(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dress);
  if (typeof value !== 'object' || value === null) return value;
  const dressed: Record<string, unknown> = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, dress(inner)]));
  if (dressed['type'] === 'plain_text') return { emoji: true, ...dressed };
  if (dressed['type'] === 'mrkdwn') return { verbatim: false, ...dressed };
  if (typeof dressed['type'] === 'string' && INTERACTIVE.test(dressed['type'])) {
    return { action_id: randomBytes(4).toString('base64url'), ...dressed };
  }
  return dressed;
}
