import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Target } from '../access/core/target.ts';
import type { AccessWriter, Order, Taken } from '../perimeter/access-writer.ts';

/**
 * The way out when PIM's licence lapses while a grant is held: PIM answers nothing any more, and what it gave stands there without it,
 * with an end that nobody but us keeps. Takes away what is ours by the id that was remembered when it was given. Without one, only
 * "nothing is there" is believed, and that only when a reader can no longer be behind: who made what is there, nobody can tell.
 * @throws {AppError} `refusal` when it is not known to be ours, and what a plain taking throws
 * @see https://learn.microsoft.com/entra/id-governance/licensing-fundamentals (what happens when a licence expires)
 */
export async function takeWithoutPim<T extends Target>(
  plain: AccessWriter<T>,
  clock: Clock,
  order: Order<T>,
  refusal: AppError,
): Promise<Taken> {
  const id = order.assignment?.roleAssignmentId;
  if (id !== undefined) return plain.take({ ...order, assignment: { kind: 'plain', id } });
  const isAbsent = (await plain.held(order)).length === 0;
  const given = order.assignment !== undefined;
  if (isAbsent && (!given || clock.now() >= Date.parse(order.endsAt))) return { found: given };
  throw new AppError(refusal.code, `${refusal.message}; what is there is not known to be ours`, {
    cause: refusal,
    hint: 'The licence that Privileged Identity Management needs is gone, and Hallpass cannot tell whether what is there now is its own. An administrator can look and remove it by hand.',
  });
}
