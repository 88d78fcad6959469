import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { createChannels, type Channels } from '../../src/bot/channels.ts';
import type { Fitness, Platform, Surface } from '../../src/chat/surface.ts';
import { testConfig, WORKSPACE } from './bot-world.ts';
import { fakeSurface } from './fake-surface.ts';

const PLACE = { platform: 'slack', workspaceId: WORKSPACE, channelId: 'C0APPROVE' } as const;
const PUBLIC = { fit: false, code: 'public', reason: 'everybody can read it' } as const;
const SILENT = { fit: false, code: 'unreadable', reason: 'no answer' } as const;

let asked: number;
let now: Fitness;
let told: string[];
let mended: number;
let channels: Channels;
let stop: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  asked = 0;
  now = { fit: true };
  told = [];
  mended = 0;
  const slack: Surface = {
    ...fakeSurface('slack', WORKSPACE),
    fitness: async () => {
      asked += 1;
      return now;
    },
  };
  channels = createChannels({
    config: testConfig('https://perimeter.example.com', '/nowhere'),
    surfaces: new Map<Platform, Surface>([['slack', slack]]),
    operators: { alert: (_key, text) => void told.push(text), clear: () => undefined, standing: () => [] },
    clock: { now: () => Date.now(), onMoved: () => () => undefined },
    log: pino({ level: 'silent' }),
    becameFit: () => void (mended += 1),
  });
  stop = channels.watch();
});
afterEach(() => {
  stop();
  jest.useRealTimers();
});

const fiveHundred = async () => {
  const answers: Fitness[] = [];
  for (let nth = 0; nth < 500; nth++) answers.push(await channels.checkBeforePost(PLACE));
  return new Set(answers.map((answer) => (answer.fit ? 'fit' : answer.code)));
};

describe('a channel that many cards stand in', () => {
  it.each([['fit', { fit: true }] as const, ['public', PUBLIC] as const, ['unreadable', SILENT] as const])(
    'is looked at once for five hundred edits, one after another, while it is %s',
    async (word, fitness) => {
      now = fitness;
      expect(await fiveHundred()).toEqual(new Set([word]));
      expect(asked).toBe(1);
    },
  );

  it('is not asked about again before the platform wants to be asked', async () => {
    now = { ...SILENT, retryAfterMs: 30_000 };
    await fiveHundred();
    await jest.advanceTimersByTimeAsync(29_000);
    await fiveHundred();
    expect(asked).toBe(1);
    now = { fit: true };
    await jest.advanceTimersByTimeAsync(2_000);
    expect(asked).toBe(2);
    expect(await fiveHundred()).toEqual(new Set(['fit']));
  });

  it('is in doubt, and not unfit, until it could not be read a second time', async () => {
    now = SILENT;
    await fiveHundred();
    expect(channels.isUnfit(PLACE)).toBe(false);
    expect(told).toEqual([]);
    expect(channels.unfit()).toEqual([expect.stringContaining('no answer')]);
    await jest.advanceTimersByTimeAsync(1_500);
    await fiveHundred();
    expect(channels.isUnfit(PLACE)).toBe(true);
    expect(told).toHaveLength(1);
    expect(asked).toBe(2);
  });
});

describe('a channel of so many people that Slack asks us to wait while we read them', () => {
  const looked = async () => {
    await jest.advanceTimersByTimeAsync(30_500);
    await fiveHundred();
  };
  beforeEach(() => {
    now = { ...SILENT, retryAfterMs: 30_000 };
  });

  it('is in doubt while they are read bit by bit, and hides nothing', async () => {
    for (let nth = 1; nth <= 4; nth++) await looked();
    expect(channels.isUnfit(PLACE)).toBe(false);
    now = { fit: true };
    await looked();
    expect([told, channels.unfit(), mended]).toEqual([[], [], 0]);
  });

  it('is not in doubt for ever', async () => {
    for (let nth = 1; nth <= 6; nth++) await looked();
    expect(channels.isUnfit(PLACE)).toBe(true);
    expect(told).toHaveLength(1);
  });
});

describe('a channel that was unfit', () => {
  it.each([['public', PUBLIC] as const, ['unreadable', SILENT] as const])(
    'is seen to be mended within minutes although nobody asks for anything, after it was %s',
    async (_, fitness) => {
      now = fitness;
      await channels.checkAll();
      await jest.advanceTimersByTimeAsync(20 * 60_000);
      expect(channels.isUnfit(PLACE)).toBe(true);
      const before = asked;
      now = { fit: true };
      await jest.advanceTimersByTimeAsync(5 * 60_000);
      expect(channels.unfit().join()).not.toContain('C0APPROVE');
      expect(mended).toBeGreaterThan(0);
      // Each of the two channels once, and then no more.
      await jest.advanceTimersByTimeAsync(60 * 60_000);
      expect(asked - before).toBeLessThanOrEqual(2);
    },
  );

  it('is told to operators once, however differently each failure is worded', async () => {
    await channels.check(PLACE);
    for (let nth = 1; nth <= 5; nth++) {
      now = { ...SILENT, reason: `request ${nth} failed` };
      await jest.advanceTimersByTimeAsync(5 * 60_000);
      await channels.check(PLACE);
    }
    expect(told).toEqual([expect.stringContaining('C0APPROVE')]);
    expect(channels.unfit()).toEqual(told);
    now = PUBLIC;
    await channels.check(PLACE);
    expect(told).toEqual([expect.anything(), expect.stringContaining('everybody can read it')]);
  });

  it('is not looked at any more once Hallpass stops', async () => {
    now = PUBLIC;
    await channels.checkAll();
    const before = asked;
    stop();
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    expect(asked).toBe(before);
  });
});
