import { describe, expect, it } from '@jest/globals';
import type { CaseView, CommandContext, Link } from '../../src/durable/port.ts';
import { LATE_WRITE_MS, mayArriveForMs, mayHaveArrived, noteWrite, worthLookingForMs } from '../../src/perimeter/write-trace.ts';

const START = Date.parse('2026-03-01T12:00:00Z');

function grant() {
  let links: readonly Link[] = [];
  let now = START;
  const clock = { now: () => now, onMoved: () => () => undefined };
  const view = () => ({ links }) as unknown as CaseView;
  const context = {
    view,
    link: (link: Link) => {
      links = [link];
      return Promise.resolve();
    },
  } as unknown as CommandContext;
  return {
    note: (state: 'begun' | 'refused') => noteWrite(context, state, clock),
    wait: (ms: number) => {
      now += ms;
    },
    arrived: () => mayHaveArrived(view()),
    mayArrive: () => mayArriveForMs(view(), clock),
    worthLooking: () => worthLookingForMs(view(), clock),
  };
}

describe('what is known of a write without an answer', () => {
  it('is nothing before it was begun: then nothing can be ours', () => {
    const one = grant();
    expect([one.arrived(), one.mayArrive()]).toEqual([false, 0]);
  });

  it('is that it may have arrived, and may still arrive for a while after the newest try', async () => {
    const one = grant();
    await one.note('begun');
    one.wait(10_000);
    expect([one.arrived(), one.mayArrive()]).toEqual([true, LATE_WRITE_MS - 10_000]);
    await one.note('begun');
    expect(one.mayArrive()).toBe(LATE_WRITE_MS);
    expect(one.worthLooking()).toBe(LATE_WRITE_MS - 10_000);
  });

  it('is that it did not happen, when the directory refused the only try', async () => {
    const one = grant();
    await one.note('begun');
    await one.note('refused');
    expect([one.arrived(), one.mayArrive(), one.worthLooking()]).toEqual([false, 0, 0]);
    one.wait(60_000);
    await one.note('begun');
    expect(one.worthLooking()).toBe(LATE_WRITE_MS);
  });
});
