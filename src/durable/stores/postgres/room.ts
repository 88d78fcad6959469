import { AppError, codeOf } from '../../../access/core/app-error.ts';
import type { Log } from '../../../observe/log.ts';
import { fullError } from '../../store-errors.ts';

/** Whether the store may take on anything new: not on a full disk, and not on a history that does not verify. */
export interface Room {
  /** @throws {AppError} `store.full`, `store.corrupt` */
  admitNew(): void;
  /** What the server said of itself: read-only unless somebody insists. */
  said(isReadOnly: boolean): void;
  /** A write did not fit, or one did. */
  fits(does: boolean): void;
  /** True when only an attempt can tell whether there is room again. */
  readonly mustProbe: boolean;
  /** Older lines do not verify: what is open goes on to its end, nothing new is begun. */
  distrust(error: unknown): void;
  readonly isDegraded: boolean;
}

export function createRoom(log: Log): Room {
  let isReadOnly = false;
  let isFull = false;
  let distrusted: AppError | undefined;
  const change = (apply: () => void): void => {
    const before = isReadOnly || isFull;
    apply();
    const after = isReadOnly || isFull;
    if (after && !before) log.error({ code: 'store.full', isReadOnly }, 'the disk of the database is full: nothing new is begun');
    if (before && !after) log.info({}, 'there is room in the database again; new cases are taken on');
  };
  return {
    admitNew() {
      if (distrusted !== undefined) throw distrusted;
      if (isReadOnly || isFull) throw fullError();
    },
    said: (now) => change(() => (isReadOnly = now)),
    fits: (does) => change(() => (isFull = !does)),
    get mustProbe() {
      return isFull;
    },
    distrust(error) {
      distrusted = new AppError('store.corrupt', 'the history in the database does not verify', {
        cause: error,
        hint: 'Nothing new is begun. Find out who changed the tables, and restore them from a backup.',
      });
      log.error(
        { err: distrusted, code: codeOf(distrusted) },
        'the history in the database does not verify: nothing new is begun',
      );
    },
    get isDegraded() {
      return isReadOnly || isFull || distrusted !== undefined;
    },
  };
}
