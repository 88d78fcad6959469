import type { AlertView, HomeView, RequesterView, RequestView } from './views.ts';

export type Platform = 'slack' | 'teams';

/** Where a message goes. `workspaceId` is Slack's team id, or the tenant id in Teams. */
export type Address =
  | { readonly platform: Platform; readonly workspaceId: string; readonly channelId: string }
  | { readonly platform: Platform; readonly workspaceId: string; readonly userId: string };

/** A message that stands somewhere: enough to find it again and edit it. */
export interface PostedMessage {
  readonly platform: Platform;
  readonly workspaceId: string;
  readonly channelId: string;
  /** Slack's `ts`, or the Teams activity id. */
  readonly messageId: string;
  /** Teams only: where its connector answers. */
  readonly serviceUrl?: string;
}

/** Messages as meaning. Each surface renders each kind its own way, with a pure function of the view. */
export type Message =
  | { readonly kind: 'request'; readonly view: RequestView }
  | { readonly kind: 'requester'; readonly view: RequesterView }
  | { readonly kind: 'alert'; readonly view: AlertView }
  /** A short plain sentence, e.g. a reminder as a reply or an operator's note. Escaped by the surface. */
  | { readonly kind: 'note'; readonly text: string };

export type Fitness =
  | { readonly fit: true }
  | {
      readonly fit: false;
      readonly code: 'public' | 'shared' | 'guests' | 'unreadable' | 'not-member';
      readonly reason: string;
      /** The platform asked us to wait so long before asking again, in milliseconds. */
      readonly retryAfterMs?: number;
    };

/** What the core needs of a chat platform; Slack and Teams each implement it and never import each other. */
export interface Surface {
  readonly platform: Platform;
  /** Posts. `replyTo` puts it in that message's thread. @throws {AppError} `chat.*`, retryable or not */
  post(address: Address, message: Message, replyTo?: PostedMessage): Promise<PostedMessage>;
  /** Edits in place. @throws {AppError} `chat.message-gone` when it no longer exists */
  update(posted: PostedMessage, message: Message): Promise<void>;
  /** A channel that is public, shared outside, or has guests is unfit; what cannot be read is unfit too. */
  fitness(address: Address): Promise<Fitness>;
  /** Renders the Home tab of one person (Slack only; Teams shows it on `mine`). */
  publishHome?(userId: string, view: HomeView): Promise<void>;
  /** Ready to receive and send, or why not, in a sentence for the operator. */
  health(): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Who pressed or typed, as the platform vouched for it: a verified signature or token, never a field of the message. */
export interface ChatActor {
  readonly platform: Platform;
  readonly workspaceId: string;
  readonly userId: string;
  /** Teams gives both, Slack neither. */
  readonly tenantId?: string;
  readonly objectId?: string;
}
