import type { ColumnValue } from '../../port.ts';
import type { SaltedText } from '../../salted-text.ts';
import { isOpen, isOver, matches, type CaseRecord } from '../../store.ts';

/** What of the database is in memory: all that is open, the newest of what is closed, and what was asked for lately. */
export interface KnownCases {
  readonly open: ReadonlyMap<string, CaseRecord>;
  get(caseId: string): CaseRecord | undefined;
  /** As a durable line left it. */
  put(record: CaseRecord): void;
  /** A closed one that somebody asked for, with its texts. */
  keep(record: CaseRecord, texts: readonly SaltedText[]): void;
  closed(
    flow: string,
    where: { readonly column: string; readonly value: ColumnValue } | undefined,
    limit: number,
  ): readonly CaseRecord[];
  texts(caseId: string): readonly SaltedText[];
  setTexts(caseId: string, texts: readonly SaltedText[]): void;
}

/** Texts of cases that are not begun yet, and closed cases that somebody looked for. */
const ASIDE_KEPT = 1_000;

export function createKnownCases(closedKept: number): KnownCases {
  const open = new Map<string, CaseRecord>();
  /** By their newest line, oldest first. */
  const closed = new Map<string, CaseRecord>();
  const aside = new Map<string, CaseRecord | undefined>();
  const texts = new Map<string, readonly SaltedText[]>();

  const get = (caseId: string): CaseRecord | undefined => open.get(caseId) ?? closed.get(caseId) ?? aside.get(caseId);
  const holdDownTo = (map: Map<string, unknown>, most: number): void => {
    for (const caseId of map.keys()) {
      if (map.size <= most) return;
      map.delete(caseId);
      texts.delete(caseId);
    }
  };
  const putAside = (caseId: string, record: CaseRecord | undefined): void => {
    aside.delete(caseId);
    aside.set(caseId, record);
    holdDownTo(aside, ASIDE_KEPT);
  };

  return {
    open,
    get,
    put(record) {
      closed.delete(record.caseId);
      aside.delete(record.caseId);
      if (isOpen(record)) open.set(record.caseId, record);
      else {
        open.delete(record.caseId);
        closed.set(record.caseId, record);
        holdDownTo(closed, closedKept);
      }
    },
    keep(record, found) {
      texts.set(record.caseId, found);
      putAside(record.caseId, record);
    },
    closed(flow, where, limit) {
      const over = [...open.values()].filter(isOver);
      return [...closed.values(), ...over]
        .filter((record) => record.flow === flow && matches(record, where))
        .toSorted((a, b) => b.seq - a.seq)
        .slice(0, limit);
    },
    texts: (caseId) => texts.get(caseId) ?? [],
    setTexts(caseId, rows) {
      texts.delete(caseId);
      if (rows.length === 0) return;
      texts.set(caseId, rows);
      if (get(caseId) === undefined) putAside(caseId, undefined);
    },
  };
}
