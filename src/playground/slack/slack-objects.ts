import type { Wire } from '../wire.ts';

export interface SlackUser {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
  readonly isBot: boolean;
  /** A name of the IANA database; left out for those whom Slack knows none of. */
  readonly zone?: string;
  /** A guest: `multi` sees several channels (`is_restricted`), `single` one (`is_ultra_restricted`). */
  readonly guest?: 'multi' | 'single';
  /** The team of a person from another workspace (Slack Connect). */
  readonly foreignTeamId?: string;
  readonly deactivated?: boolean;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly members: readonly string[];
  /** Shared with another company (`is_ext_shared`). */
  readonly externallyShared?: boolean;
  readonly archived?: boolean;
}

export interface SlackBlock extends Wire {
  readonly type: string;
  readonly block_id: string;
}

export interface SlackMessage extends Wire {
  readonly type: 'message';
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly bot_id?: string;
  readonly app_id?: string;
  readonly blocks?: readonly SlackBlock[];
  readonly attachments?: readonly Wire[];
  readonly thread_ts?: string;
  readonly edited?: { readonly user: string; readonly ts: string };
}

export interface SlackView extends Wire {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly team_id: string;
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly external_id: string;
  readonly hash: string;
  readonly blocks: readonly SlackBlock[];
  readonly state: { readonly values: Wire };
  readonly root_view_id: string;
  readonly previous_view_id: string | null;
}

/** A line that only one person sees and no API returns: Slackbot's word that an app did not answer, errors in a modal. */
export interface SlackNotice {
  readonly userId: string;
  readonly text: string;
  readonly at: string;
}

export interface SlackState {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly botUserId: string;
  readonly users: readonly SlackUser[];
  readonly channels: readonly (SlackChannel & {
    readonly messages: readonly SlackMessage[];
    /** Messages that one person alone sees, in the order of their arrival. */
    readonly ephemerals: readonly { readonly userId: string; readonly message: SlackMessage }[];
  })[];
  /** Open modals by user id, the one on top last. */
  readonly modals: Readonly<Record<string, readonly SlackView[]>>;
  readonly homes: Readonly<Record<string, SlackView>>;
  /** Errors that a `view_submission` answered, by view id, then block id. */
  readonly fieldErrors: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly notices: readonly SlackNotice[];
  readonly transport: 'http' | 'socket';
}
