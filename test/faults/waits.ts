import { readFileSync } from 'node:fs';

/** One wait of the perimeter before it tries a command again, as its own log tells. */
export interface Wait {
  readonly caseId: string;
  readonly command: string;
  readonly attempt: number;
  readonly waitMs: number;
  /** Real time. */
  readonly atMs: number;
  readonly code: string;
}

export function waitsIn(logFile: string): readonly Wait[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"waitMs":'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map((line) => ({
      caseId: String(line['caseId']),
      command: String(line['command']),
      attempt: Number(line['attempt']),
      waitMs: Number(line['waitMs']),
      atMs: Date.parse(String(line['time'])),
      code: String(Reflect.get(Object(line['err']), 'code')),
    }));
}

const FIRST_MS = 200;
const LONGEST_MS = 60_000;
/** What the writers ask for while a write without an answer may still turn up, or a reader is shown what is gone. */
const SETTLING_MS = 5_000;

/**
 * Why a wait is longer than what failed before it can explain; undefined when it is not. Worked out here once more, so that a
 * runtime that waits too long cannot excuse itself with its own word.
 */
export function unexplained({ attempt, waitMs, code, command, caseId }: Wait, imposedMs: number): string | undefined {
  const own = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  const asked = (code === 'directory.settling' ? Math.max(SETTLING_MS, imposedMs) : imposedMs) + FIRST_MS;
  if (waitMs <= Math.max(own, asked)) return undefined;
  return `${caseId}: ${command} waited ${waitMs} ms after failure ${attempt} (${code}), which imposed ${imposedMs} ms`;
}
