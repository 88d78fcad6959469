import type { Log } from '../observe/log.ts';

/** Where operators hear of what they must mend. Every word is also an error line in the log. */
export interface Operators {
  /**
   * Says something once: the same `key` is not repeated until `clear`ed. `text` is one or two plain sentences, without secrets,
   * without names and without free text of people: it stands in the log and at /readyz. `told` is what the channel gets instead.
   */
  alert(key: string, text: string, detail?: Readonly<Record<string, unknown>>, told?: string): void;
  /** It is mended: a later alert of the same key speaks again. */
  clear(key: string): void;
  /** What is wrong now, for /readyz. */
  standing(): readonly { readonly key: string; readonly text: string }[];
}

export interface OperatorsOptions {
  readonly log: Log;
  /** Posts a note to the security channel where it is fit; must not throw. */
  readonly tell: (text: string) => void;
}

/** For the sake of memory; the oldest goes first. */
const MOST_STANDING = 10_000;

export function createOperators({ log, tell }: OperatorsOptions): Operators {
  const standing = new Map<string, string>();
  return {
    alert(key, text, detail = {}, told = text) {
      if (standing.get(key) === text) return;
      standing.set(key, text);
      if (standing.size > MOST_STANDING) standing.delete(standing.keys().next().value ?? key);
      log.error({ alert: key, ...detail }, text);
      tell(told);
    },
    clear(key) {
      if (standing.delete(key)) log.info({ alert: key }, 'mended');
    },
    standing: () => [...standing].map(([key, text]) => ({ key, text })),
  };
}
