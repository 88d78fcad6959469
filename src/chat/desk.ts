import type { Refusal } from '../access/core/verdict.ts';
import type { Unknown } from './people.ts';
import type { ChatActor, PostedMessage } from './surface.ts';
import type { DetailsView, HomeView, RequestOption } from './views.ts';

/**
 * The answer to somebody who pressed or typed: done with a sentence, or refused with code, reason and hint, and with where they can mend it by
 * themselves. Only they see it.
 */
export type Answer =
  | { readonly done: true; readonly sentence: string }
  | ({ readonly done: false } & Pick<Unknown, 'code' | 'reason' | 'hint' | 'linkUrl'>);

export interface RequestForm {
  readonly entitlementId: string;
  readonly durationMinutes: number;
  readonly justification: string;
  /** The platform's own id of the submission (Slack view id, Teams activity id): the same one twice is one request. */
  readonly submissionId: string;
  /** The requester's zone as the platform names it, where it is known without asking: a claim, not yet looked at. */
  readonly zone?: string;
}

/**
 * Where both surfaces bring what people say. Resolves once it is durable, never waiting for Graph longer than
 * `DIRECTORY_PATIENCE_MS`; everything slower happens in commands. Nothing here trusts more of a payload than ids.
 */
export interface Desk {
  /** What this person may ask for, best match first; or why they may ask for nothing. */
  options(
    actor: ChatActor,
    search: string,
  ): Promise<{ readonly options: readonly RequestOption[] } | { readonly refusal: Unknown }>;
  submit(
    actor: ChatActor,
    form: RequestForm,
  ): Promise<Answer & { readonly field?: 'entitlement' | 'duration' | 'justification' }>;
  /** `message` is where the button stood: adopted as a card of the case when it belongs to the case's audience. */
  decide(
    actor: ChatActor,
    caseId: string,
    decision: 'approve' | 'deny',
    note: string | undefined,
    message: PostedMessage | undefined,
  ): Promise<Answer>;
  withdraw(actor: ChatActor, caseId: string): Promise<Answer>;
  release(actor: ChatActor, caseId: string): Promise<Answer>;
  home(actor: ChatActor): Promise<HomeView | { readonly refusal: Unknown }>;
  /** Why this actor is nobody to us; undefined for somebody. Looks nothing up. */
  stranger(actor: ChatActor): Unknown | undefined;
  /** A sentence to ask with, before the link of the actor's account is ended. */
  linked(actor: ChatActor): Promise<{ readonly sentence: string } | { readonly refusal: Refusal }>;
  /** Ends the links of the very account that asks. Linking again is always possible. */
  unlink(actor: ChatActor): Promise<Answer>;
  /** For operators: has Hallpass itself examined. Takes seconds, not milliseconds. */
  doctor(actor: ChatActor): Promise<DetailsView | { readonly refusal: Unknown }>;
  acknowledge(actor: ChatActor, caseId: string, message: PostedMessage | undefined): Promise<Answer>;
  snooze(actor: ChatActor, caseId: string, message: PostedMessage | undefined): Promise<Answer>;
  /**
   * Why am I asked, or everything about a finding. `message` is where the button stood: what a finding holds is told only to
   * people who pressed in the security channel.
   */
  details(actor: ChatActor, caseId: string, message?: PostedMessage): Promise<DetailsView | { readonly refusal: Unknown }>;
}
