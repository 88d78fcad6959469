/**
 * What people see, as meaning: plain text and instants, nothing of a platform's syntax. All text is unescaped here; the
 * surfaces escape it (design.md 5.9). Instants are ISO UTC; a surface shows them in the reader's time with UTC beside it.
 */
export interface Named {
  readonly name: string;
  /** Title and department, where the directory has them. */
  readonly about?: string;
}

export interface EntitlementWords {
  readonly name: string;
  readonly describes: string;
  readonly privileged: boolean;
  /** e.g. `whole tenant`. */
  readonly scope: string;
}

export type RequestStatus = 'registering' | 'pending' | 'giving' | 'denying' | 'active' | 'ending' | 'refused' | 'ended';

/** The card in the approvers' channel and in approvers' direct messages. */
export interface RequestView {
  readonly caseId: string;
  /** Drawn without buttons: the message is not yet remembered, and a second copy of it may follow after a crash. */
  readonly inert?: true;
  readonly status: RequestStatus;
  readonly requester: Named;
  readonly entitlement: EntitlementWords;
  readonly durationMinutes: number;
  readonly justification: string;
  readonly requestedAt: string;
  readonly lapsesAt: string;
  /** What is out of the ordinary, dangerous first, each a short phrase; empty when nothing is. */
  readonly unusual: readonly string[];
  readonly history: { readonly timesIn90Days: number; readonly lastAt?: string };
  /** Who has approved so far and what is missing still, each a short phrase; empty before the first. */
  readonly progress: readonly string[];
  /** Approvals that count are signed on the perimeter's own page, not here. */
  readonly sign?: SignLink;
  /** What happened, once it is over or decided; its last line says who ended it and when. */
  readonly outcome?: Outcome;
}

/** `url`: of the perimeter's page, where the configuration names it. */
export interface SignLink {
  readonly url?: string;
}

export interface Outcome {
  /** e.g. `Approved by Anna Approver`, `Denied by …`, `Lapsed: nobody decided`. */
  readonly sentence: string;
  readonly at?: string;
  readonly note?: string;
  readonly endsAt?: string;
  readonly confirmedAt?: string;
  readonly overdue?: { readonly tries: number; readonly code: string; readonly byHand: string };
  /** A sentence: something was decided or its end asked for, and the perimeter has not said for too long what came of it. */
  readonly unconfirmed?: string;
}

/** The one message to the requester, edited as things happen. */
export interface RequesterView {
  readonly caseId: string;
  /** Drawn without buttons: the message is not yet remembered, and a second copy of it may follow after a crash. */
  readonly inert?: true;
  readonly status: RequestStatus;
  readonly entitlement: EntitlementWords;
  readonly durationMinutes: number;
  readonly requestedAt: string;
  readonly lapsesAt: string;
  /** The reader's own zone (IANA), where it is known: named beside each instant. */
  readonly zone?: string;
  /** e.g. `one of 4 approvers in #access-approvals`. */
  readonly waitingFor: string;
  readonly outcome?: Outcome;
  readonly refusal?: { readonly code: string; readonly reason: string; readonly hint: string };
  /** Nothing is given before the requester has signed the request on the perimeter's own page. */
  readonly sign?: SignLink;
  readonly canWithdraw: boolean;
  readonly canRelease: boolean;
}

export interface AlertView {
  readonly caseId: string;
  /** Drawn without buttons: the message is not yet remembered, and a second copy of it may follow after a crash. */
  readonly inert?: true;
  readonly severity: 'high' | 'medium' | 'low';
  readonly title: string;
  /** Short sentences, the most important first. `at` is shown as an instant behind the text. */
  readonly lines: readonly { readonly text: string; readonly at?: string }[];
  /** What to do, and the exact command where there is one. */
  readonly todo: string;
  readonly command?: string;
  readonly link?: { readonly label: string; readonly url: string };
  readonly status: 'open' | 'acknowledged' | 'snoozed' | 'resolved';
  readonly handledBy?: Named;
  readonly handledAt?: string;
  readonly snoozedUntilAt?: string;
  readonly resolvedAt?: string;
}

export interface HeldGrant {
  readonly caseId: string;
  readonly entitlement: EntitlementWords;
  readonly status: RequestStatus;
  readonly endsAt?: string;
  readonly canRelease: boolean;
  readonly canWithdraw: boolean;
}

/** What one person holds and waits for. */
export interface HomeView {
  readonly held: readonly HeldGrant[];
  readonly waiting: readonly HeldGrant[];
  readonly recent: readonly { readonly entitlement: EntitlementWords; readonly outcome: Outcome }[];
}

export interface RequestOption {
  readonly entitlementId: string;
  readonly entitlement: EntitlementWords;
  readonly durationsMinutes: readonly number[];
}

/** What stands behind a button: everything known about one case, for the one who asked. */
export interface DetailsView {
  readonly title: string;
  /** Of a request that is approved by signing. */
  readonly sign?: SignLink;
  readonly facts: readonly { readonly label: string; readonly text: string; readonly at?: string }[];
}
