import { AppError } from '../access/core/app-error.ts';
import type { Assignment, WriterKind } from '../../flows/grant.ts';
import type { Target } from '../access/core/target.ts';

/** One grant as a writer needs to know it; nothing here comes from the bot but ids that the guardrails allowed. */
export interface Order<T extends Target = Target> {
  readonly grantId: string;
  readonly principalId: string;
  readonly target: T;
  readonly endsAt: string;
  /** What the requester wrote, for Microsoft's own record; empty when it was erased. */
  readonly justification: string;
  /** Digest of the evidence that it is given on, for Microsoft's own record (access/core/statement.ts). */
  readonly evidenceDigest?: string;
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

/** What the directory shows of a live grant. */
export interface Held {
  readonly isThere: boolean;
  /** The end that the directory itself will enforce; absent where it has none, or names none. */
  readonly endsAt?: string;
}

/** Gives and takes one kind of target in one way. Entra or Azure is the truth; our ledger only remembers what we asked for. */
export interface AccessWriter<T extends Target = Target> {
  readonly kind: WriterKind;
  /**
   * What the principal holds of this target now, by anybody's hand: ids as `Assignment` has them, none when nothing is held.
   * @throws {AppError} `directory.*`; `directory.not-licensed` when the tenant cannot be written to in this way
   */
  held(order: Order<T>): Promise<readonly string[]>;
  /** Ours, if an earlier try arrived. Call only when one may have. @throws {AppError} `directory.*`, `directory.settling` */
  find(order: Order<T>): Promise<Assignment | undefined>;
  /**
   * One write, no look before it.
   * @throws {AppError} `directory.exists` (held by now, nothing was written), `directory.forbidden`, `directory.rejected`, `directory.awaits-approval`
   *   (written, and must be taken back), `directory.settling` (written, not active yet), `directory.unavailable` (may or may not have been written)
   */
  give(order: Order<T>): Promise<Assignment>;
  /**
   * One removal of what is ours and nothing else. Resolves only once reading again says that it is gone; already gone is success, and so is
   * what somebody else made.
   * @throws {AppError} `directory.settling` (removed, but still listed; or not known yet whose it is), `directory.too-early`, and the rest of
   *   `directory.*`
   */
  take(order: Order<T>): Promise<Taken>;
  /** What is there now of what was given; asked by the look for drift. @throws {AppError} `directory.*` */
  look(order: Order<T>): Promise<Held>;
  /** How a person does the same by hand, when we cannot. */
  byHand(order: Order<T>): string;
}

/** For each kind of target, the way that ends by itself and the one that does not. */
export type AccessWriters = Readonly<Partial<Record<Target['kind'], Readonly<Record<WriterKind, AccessWriter>>>>>;

export function writerOf(writers: AccessWriters, { target }: Pick<Order, 'target'>, kind: WriterKind): AccessWriter {
  const ways = writers[target.kind];
  if (ways === undefined) throw new AppError('directory.rejected', `nothing here writes ${target.kind}`);
  return ways[kind];
}

/** A writer of one kind of target as one of any: an order of another kind is refused, and nothing is written. */
export function onlyFor<K extends Target['kind']>(kind: K, writer: AccessWriter<Extract<Target, { kind: K }>>): AccessWriter {
  type Own = Order<Extract<Target, { kind: K }>>;
  const isOwn = (order: Order): order is Own => order.target.kind === kind;
  const own = (order: Order): Own => {
    if (isOwn(order)) return order;
    throw new AppError('directory.rejected', `an order for ${order.target.kind} came to the writer of ${kind}`);
  };
  return {
    kind: writer.kind,
    held: async (order) => writer.held(own(order)),
    find: async (order) => writer.find(own(order)),
    give: async (order) => writer.give(own(order)),
    take: async (order) => writer.take(own(order)),
    look: async (order) => writer.look(own(order)),
    byHand: (order) => writer.byHand(own(order)),
  };
}
