import { AppError } from '../../src/access/core/app-error.ts';
import type { Address, Fitness, Message, Platform, PostedMessage, Surface } from '../../src/chat/surface.ts';
import type { HomeView } from '../../src/chat/views.ts';

export interface Standing {
  readonly at: Address;
  readonly posted: PostedMessage;
  message: Message;
  readonly replyTo: PostedMessage | undefined;
}

/** A chat platform in memory: what stands where, and what goes wrong. */
export interface FakeSurface extends Surface {
  readonly standing: Map<string, Standing>;
  readonly homes: Map<string, HomeView>;
  readonly unfit: Map<string, Fitness>;
  /** Thrown by the next calls, one each. */
  readonly postErrors: AppError[];
  readonly updateErrors: AppError[];
  readonly updates: PostedMessage[];
  /** Called after a message stands but before `post` answers: for deaths in between. */
  afterPost: ((posted: PostedMessage) => Promise<void> | void) | undefined;
  notes(): readonly string[];
  remove(messageId: string): void;
}

let counter = 0;

export function fakeSurface(platform: Platform, workspaceId: string): FakeSurface {
  const standing = new Map<string, Standing>();
  const surface: FakeSurface = {
    platform,
    standing,
    homes: new Map(),
    unfit: new Map(),
    postErrors: [],
    updateErrors: [],
    updates: [],
    afterPost: undefined,
    notes: () => [...standing.values()].flatMap(({ message }) => (message.kind === 'note' ? [message.text] : [])),
    remove: (messageId) => void standing.delete(messageId),
    async post(address, message, replyTo) {
      const error = surface.postErrors.shift();
      if (error) throw error;
      const channelId = 'channelId' in address ? address.channelId : `D-${address.userId}`;
      const posted = { platform, workspaceId, channelId, messageId: `m${++counter}` };
      standing.set(posted.messageId, { at: address, posted, message, replyTo });
      await surface.afterPost?.(posted);
      return posted;
    },
    async update(posted, message) {
      const error = surface.updateErrors.shift();
      if (error) throw error;
      const found = standing.get(posted.messageId);
      if (!found) throw new AppError('chat.message-gone', 'it is not there');
      surface.updates.push(posted);
      found.message = message;
    },
    fitness: async (address) =>
      'channelId' in address ? (surface.unfit.get(address.channelId) ?? { fit: true }) : { fit: true },
    publishHome: async (userId, view) => void surface.homes.set(userId, view),
    health: async () => ({ ok: true }),
    start: async () => undefined,
    stop: async () => undefined,
  };
  return surface;
}
