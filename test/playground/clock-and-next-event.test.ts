import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Line } from '../../src/durable/store.ts';
import type { FollowedLine } from '../../src/playground/journal-follower.ts';
import { nextEventOf } from '../../src/playground/next-event.ts';
import { createOffsetClock } from '../../src/playground/offset-clock.ts';

const freshFile = () => join(mkdtempSync(join(tmpdir(), 'hallpass-clock-')), 'clock.json');

describe('the clock of the playground', () => {
  it('moves forward, tells who listens, and writes it down for the two processes', () => {
    const file = freshFile();
    const clock = createOffsetClock(file);
    let told = 0;
    const stop = clock.onMoved(() => (told += 1));
    const before = clock.now();
    clock.advance(60_000);
    expect(clock.now() - before).toBeGreaterThanOrEqual(60_000);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ offsetMs: 60_000 });
    stop();
    clock.advance(1);
    expect(told).toBe(1);
    expect(createOffsetClock(file).offsetMs).toBe(60_001);
  });

  it.each([-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY])('never moves by %p', (ms) => {
    const clock = createOffsetClock(freshFile());
    expect(() => clock.advance(ms)).toThrow(RangeError);
    expect(clock.offsetMs).toBe(0);
  });
});

const timer = (id: string, delay: string, dueAt: string) => ({ id, event: `xstate.after.${delay}.accessRequest.x`, dueAt });
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString();

function line(caseId: string, more: Partial<Line>): FollowedLine {
  const next = { status: 'active', state: 'x', context: {}, columns: {} } as const;
  const whole = { v: 1, seq: 1, prev: '', epoch: 1, synced: 0, case: caseId, flow: 'accessRequest', flowVersion: '1' } as const;
  return {
    line: { ...whole, kind: 'transition', at: at(0), actor: { kind: 'system', name: 'bot' }, events: [], next, ...more },
    head: '',
    raw: '',
  };
}

describe('the next event', () => {
  const now = Date.parse(at(10));
  const set = (caseId: string, ...timersSet: ReturnType<typeof timer>[]) => line(caseId, { timersSet });

  it('is the earliest timer that is still ahead', () => {
    const lines = [
      set('a', timer('1', 'approvalWindow', at(60)), timer('2', 'reminder', at(25))),
      set('b', timer('3', 'untilEnd', at(40))),
    ];
    expect(nextEventOf(lines, now)).toMatchObject({ caseId: 'a', timer: 'reminder', at: at(25) });
  });

  it.each([
    ['was cleared', [set('a', timer('1', 'reminder', at(25))), line('a', { timersCleared: ['1'] })]],
    [
      'belongs to a case that is over',
      [
        set('a', timer('1', 'reminder', at(25))),
        line('a', { next: { status: 'done', state: 'ended', context: {}, columns: {} } }),
      ],
    ],
    ['is due already', [set('a', timer('1', 'reminder', at(10)))]],
    ['only watches that nothing goes wrong', [set('a', timer('1', 'overdue', at(25)))]],
  ])('is none that %s', (_, lines) => expect(nextEventOf(lines, now)).toBeUndefined());
});
