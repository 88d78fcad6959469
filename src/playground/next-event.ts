import type { FollowedLine } from './journal-follower.ts';

/** What the clock will do next: a timer of an open case, in the bot's or the perimeter's journal. */
export interface NextEvent {
  readonly at: string;
  readonly caseId: string;
  readonly flow: string;
  /** Name of the delay in the flow, e.g. `approvalWindow`, `untilEnd`. */
  readonly timer: string;
}

/** The bot's watch over the perimeter: it stays silent when all is well, so nobody wants to travel to it. */
const SILENT = new Set(['overdue', 'unanswered', 'unconfirmed', 'alarmAgain']);

/** The earliest timer that is still ahead; undefined when nothing waits for the clock. */
export function nextEventOf(lines: readonly FollowedLine[], now: number): NextEvent | undefined {
  const timers = new Map<string, NextEvent>();
  for (const { line } of lines) {
    for (const id of line.timersCleared ?? []) timers.delete(`${line.flow} ${line.case} ${id}`);
    for (const { id, event, dueAt } of line.timersSet ?? []) {
      const timer = /^xstate\.after\.([^.]+)\./.exec(event)?.[1] ?? event;
      timers.set(`${line.flow} ${line.case} ${id}`, { at: dueAt, caseId: line.case, flow: line.flow, timer });
    }
    if (line.next.status === 'done') {
      for (const key of [...timers.keys()]) if (key.startsWith(`${line.flow} ${line.case} `)) timers.delete(key);
    }
  }
  const ahead = [...timers.values()].filter(({ at, timer }) => !SILENT.has(timer) && Date.parse(at) > now);
  return ahead.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
}
