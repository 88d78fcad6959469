import type { Assignment } from '../../../flows/grant.ts';
import type { Target } from '../../access/core/target.ts';

/** Something that Microsoft's records say we made. What anybody else made is never among these. */
export interface OwnRecord {
  /** The request that it names. Absent where Microsoft keeps no name of ours, and only its audit says whose it is. */
  readonly requestId?: string;
  readonly principalId: string;
  readonly target: Target;
  readonly assignment: Assignment;
  readonly createdAt: string;
  /** Where Microsoft itself ends it. */
  readonly endsAt?: string;
  /** False: it is over, and only history. */
  readonly isLive: boolean;
}

/**
 * One of the places where Microsoft keeps what we made. `named` is cheap enough for every hour; `unnamed` reads the audit, for who rebuilds
 * a ledger. A place that this tenant does not have (no licence) is empty.
 */
export interface OwnRecords {
  /** Records with the id of a request on them, history included. @throws {AppError} `directory.*` */
  named(): Promise<readonly OwnRecord[]>;
  /** What is live without a name on it. @throws {AppError} `directory.*` */
  unnamed(): Promise<readonly OwnRecord[]>;
}

/** Everything from all places; one that fails fails all, since "not there" would be a lie. */
export function allRecords(places: readonly OwnRecords[]): OwnRecords {
  const all = async (which: keyof OwnRecords) => (await Promise.all(places.map((place) => place[which]()))).flat();
  return { named: () => all('named'), unnamed: () => all('unnamed') };
}
