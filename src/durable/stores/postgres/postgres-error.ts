import { DatabaseError } from 'pg';
import { AppError } from '../../../access/core/app-error.ts';
import { fullError } from '../../store-errors.ts';

/** SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';
/** We ask for READ WRITE, so whoever forbids it means it: Azure does when a disk is 95 % full. */
const READ_ONLY = '25006';
const NO_PRIVILEGE = '42501';
/** Lost or refused connections, conflicts, resources, locks, operators, input and output; 0A000 is READ WRITE on a standby. */
const PASSING = /^(08|40|53|55|57|58)|^25P0[34]$|^0A000$/;

/** What the driver threw, as ours: `store.full`, `store.unavailable` (both retryable), `store.forbidden`, `store.refused`, `store.failed`. */
export function storeErrorOf(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof TypeError || cause instanceof RangeError)
    return new AppError('store.failed', 'the store failed by itself', { cause });
  // Whatever has no SQLSTATE was thrown by sockets, TLS or a time limit.
  const state = cause instanceof DatabaseError ? (cause.code ?? '') : undefined;
  if (state === DISK_FULL || state === READ_ONLY) return fullError(cause);
  if (state === undefined || PASSING.test(state)) return unavailable(cause);
  if (state === NO_PRIVILEGE)
    return new AppError('store.forbidden', 'the database does not allow what the store needs', {
      cause,
      hint: 'Give its role CREATE on the database for the first start, or make it the owner of the schema.',
    });
  if (state.startsWith('28'))
    return new AppError('store.refused', 'the database does not let this role in', {
      cause,
      hint: 'Look at the role, the password and the address behind store.postgres.connection, and at pg_hba.conf.',
    });
  return new AppError('store.failed', `the database answered ${state}`, { cause });
}

export function unavailable(cause: unknown): AppError {
  return new AppError('store.unavailable', 'the database cannot be used right now', {
    cause,
    retryable: true,
    hint: 'Nothing was lost. It is tried again by itself; look at the database if it lasts.',
  });
}
