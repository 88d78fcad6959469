import type { Assignment, DirectoryRole, WriterKind } from '../../flows/grant.ts';

/** One grant as a writer needs to know it; nothing here comes from the bot but ids that the guardrails allowed. */
export interface Order {
  readonly grantId: string;
  readonly principalId: string;
  readonly role: DirectoryRole;
  readonly endsAt: string;
  /** What the requester wrote, for Microsoft's own record; empty when it was erased. */
  readonly justification: string;
  /** When the directory was read without it, by the domain clock: whatever made it came after. */
  readonly absentAt?: string;
  /** What the directory answered when it was given, or what was found there after a write without an answer. */
  readonly assignment?: Assignment;
}

export interface Taken {
  /** False when there was nothing of ours to be seen or removed: shortly after a write, that alone proves nothing yet. */
  readonly found: boolean;
  /** What is there was made by somebody else, and was left alone. */
  readonly theirs?: true;
}

/** Gives and takes directory roles in one way. Entra is the truth; our ledger only remembers what we asked for. */
export interface AccessWriter {
  readonly kind: WriterKind;
  /**
   * What the principal holds of this role now, by anybody's hand: ids as `Assignment` has them, none when nothing is held.
   * @throws {AppError} `directory.*`; `directory.not-licensed` when the tenant cannot be written to in this way
   */
  held(order: Order): Promise<readonly string[]>;
  /** Ours, if an earlier try arrived. Call only when one may have. @throws {AppError} `directory.*`, `directory.settling` */
  find(order: Order): Promise<Assignment | undefined>;
  /**
   * One write, no look before it.
   * @throws {AppError} `directory.exists` (held by now, nothing was written), `directory.forbidden`, `directory.rejected`, `directory.awaits-approval`
   *   (written, and must be taken back), `directory.settling` (written, not active yet), `directory.unavailable` (may or may not have been written)
   */
  give(order: Order): Promise<Assignment>;
  /**
   * One removal of what is ours and nothing else. Resolves only once reading again says that it is gone; already gone is success, and so is
   * what somebody else made.
   * @throws {AppError} `directory.settling` (removed, but still listed; or not known yet whose it is), `directory.too-early`, and the rest of
   *   `directory.*`
   */
  take(order: Order): Promise<Taken>;
  /** How a person does the same by hand, when we cannot. */
  byHand(order: Order): string;
}

export type AccessWriters = Readonly<Record<WriterKind, AccessWriter>>;
