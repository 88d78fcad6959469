import { AppError } from '../../../access/core/app-error.ts';
import type { Log } from '../../../observe/log.ts';
import { fullError } from '../../store-errors.ts';
import type { Reserve } from './reserve.ts';

/** Whether the store may take on anything new: not on a full disk, and not on a history that does not verify. */
export interface Room {
  /** @throws {AppError} `store.full`, `store.corrupt` */
  admitNew(): void;
  /** Gives the reserve to what is open already. True: try again. */
  readonly onFull: () => Promise<boolean>;
  /** Older lines do not verify: what is open goes on to its end, nothing new is begun. */
  distrust(error: unknown): void;
  readonly isFull: boolean;
  readonly isDegraded: boolean;
  /** Takes the reserve at start; a disk that is full already is no reason not to start. */
  prepare(): Promise<void>;
  stop(): void;
}

const LOOK_AGAIN_MS = 5_000;

export function createRoom({ reserve, log }: { readonly reserve: Reserve; readonly log: Log }): Room {
  let isFull = false;
  let distrusted: AppError | undefined;
  let taking: Promise<boolean> | undefined;
  let timeout: NodeJS.Timeout | undefined;
  let stopped = false;

  const take = (): Promise<boolean> => {
    taking ??= reserve
      .take()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        taking = undefined;
      });
    return taking;
  };
  const lookAgain = (): void => {
    if (stopped) return;
    clearTimeout(timeout);
    timeout = setTimeout(() => void tryAgain(), LOOK_AGAIN_MS).unref();
  };
  const tryAgain = async (): Promise<void> => {
    if (!(await take())) return lookAgain();
    isFull = false;
    log.info({}, 'there is room on the disk again; new cases are taken on');
  };
  const becomeFull = (): void => {
    if (!isFull)
      log.error({ code: 'store.full' }, 'the disk is full: nothing new is begun, what is open goes on from the reserve');
    isFull = true;
    lookAgain();
  };

  return {
    admitNew() {
      if (distrusted !== undefined) throw distrusted;
      if (isFull) throw fullError();
    },
    async onFull() {
      // Our own attempt to take the reserve back may have used up the last room for a moment.
      const wasTaking = taking !== undefined;
      await taking;
      becomeFull();
      return (await reserve.release()) || wasTaking;
    },
    distrust(error) {
      distrusted = new AppError('store.corrupt', 'the history in the journal does not verify', {
        cause: error,
        hint: 'Nothing new is begun. Run "hallpass journal verify" and restore the folder from a backup.',
      });
      log.error({ err: distrusted }, 'the history in the journal does not verify: nothing new is begun');
    },
    get isFull() {
      return isFull;
    },
    get isDegraded() {
      return isFull || distrusted !== undefined;
    },
    async prepare() {
      if (!(await take())) becomeFull();
    },
    stop() {
      stopped = true;
      clearTimeout(timeout);
    },
  };
}

/** Lease and index need a little room to be opened: a full disk must not keep a process from taking access away. */
export async function withRoom<T>(reserve: Reserve, attempt: () => T): Promise<T> {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof AppError && error.code === 'store.locked') throw error;
    if (await reserve.release()) return attempt();
    if (error instanceof AppError) throw error;
    throw new AppError('store.unreadable', 'the files of the store cannot be opened for writing', {
      cause: error,
      hint: 'Look whether the disk is full, and at the rights of the folder.',
    });
  }
}
