import type { ChildStatus } from '../child.ts';

/** Everything the page shows, as one value: sent whole on each change, so a page that missed one is right again with the next. */
export interface PageState {
  readonly now: string;
  readonly offsetMs: number;
  readonly nextEvent?: { readonly at: string; readonly what: string };
  /** Of the bot's pages. */
  readonly consoleUrl: string;
  readonly processes: readonly ProcessState[];
  readonly personas: readonly Persona[];
  readonly guide: readonly GuideLine[];
  readonly slack: SlackState;
  readonly teams: TeamsState;
  readonly tenant: TenantState;
  readonly cases: readonly CaseState[];
  readonly alarms: readonly { readonly at: string; readonly text: string }[];
}

export interface ProcessState {
  readonly name: 'bot' | 'perimeter';
  readonly status: ChildStatus;
  readonly pid?: number;
  readonly restarts: number;
  readonly lastWords?: string;
}

export interface Persona {
  readonly key: string;
  readonly name: string;
  readonly initials: string;
  /** What this tab is for: `asks`, `decides`, `watches`. */
  readonly part: string;
  readonly about: string;
}

export interface GuideLine {
  readonly id: 'ask' | 'decide' | 'end';
  readonly text: string;
  readonly done: boolean;
}

export interface SlackState {
  readonly users: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, string>>;
  readonly panes: Readonly<Record<string, SlackPane>>;
}

export interface SlackPane {
  readonly conversations: readonly SlackConversation[];
  readonly home?: { readonly viewId: string; readonly blocks: readonly unknown[] };
  /** Open modals, the one on top last; `errors` by block id, as the bot answered its submission. */
  readonly views: readonly {
    readonly viewId: string;
    readonly view: unknown;
    readonly errors: Readonly<Record<string, string>>;
  }[];
}

export interface SlackConversation {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'dm';
  readonly messages: readonly SlackMessage[];
}

export interface SlackMessage {
  readonly ts: string;
  readonly at: string;
  readonly from: string;
  readonly byBot: boolean;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly edited: boolean;
  readonly threadTs?: string;
  readonly onlyYou: boolean;
}

export interface TeamsState {
  readonly panes: Readonly<Record<string, TeamsPane>>;
}

export interface TeamsPane {
  readonly conversations: readonly TeamsConversation[];
  readonly dialogs: readonly { readonly dialogId: string; readonly title: string; readonly card: unknown }[];
}

export interface TeamsConversation {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'personal';
  readonly messages: readonly TeamsMessage[];
}

export interface TeamsMessage {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly byBot: boolean;
  readonly text: string;
  readonly cards: readonly unknown[];
  readonly edited: boolean;
  readonly replyToId?: string;
  readonly onlyYou: boolean;
}

export interface TenantState {
  readonly roles: readonly RoleHeld[];
  readonly azure: readonly RoleHeld[];
  readonly applications: readonly ApplicationState[];
  readonly faults: readonly FaultState[];
  readonly elevated: boolean;
  /** Anybody in the tenant may join the approvers' team in Teams. */
  readonly teamIsPublic: boolean;
}

export interface RoleHeld {
  readonly id: string;
  readonly role: string;
  readonly holder: string;
  readonly scope: string;
  readonly startsAt?: string;
  /** Absent: it never ends by itself. */
  readonly endsAt?: string;
  /** True when Hallpass gave it. */
  readonly byHallpass: boolean;
}

export interface ApplicationState {
  readonly id: string;
  readonly name: string;
  readonly owner?: string;
  readonly credentials: readonly {
    readonly keyId: string;
    readonly kind: 'secret' | 'certificate';
    readonly name: string;
    readonly endsAt: string;
    readonly daysLeft: number;
  }[];
}

export interface FaultState {
  readonly id: string;
  readonly label: string;
  readonly on: boolean;
}

export interface CaseState {
  readonly caseId: string;
  readonly flow: 'accessRequest' | 'finding';
  readonly title: string;
  readonly subtitle: string;
  /** Path of the lit state, and the states it came through. */
  readonly state: string;
  readonly visited: readonly string[];
  readonly over: boolean;
  /** Found when everything started: it waits to be picked, so that a newcomer is not shown it first. */
  readonly fromStart: boolean;
  /** An honest sentence while something takes its time. */
  readonly waiting?: string;
  /** While access is held: its end. */
  readonly heldUntil?: string;
  /** The perimeter's own record of the same request. */
  readonly grant?: { readonly state: string; readonly visited: readonly string[] };
  readonly timeline: readonly { readonly at: string; readonly text: string; readonly tone: 'plain' | 'good' | 'bad' }[];
  readonly journal: readonly JournalLine[];
}

export interface JournalLine {
  readonly of: 'bot' | 'perimeter';
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly events: readonly string[];
  readonly actor: string;
  readonly state: string;
  readonly head: string;
}
