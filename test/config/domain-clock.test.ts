import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDomainClock, type DomainClock } from '../../src/config/domain-clock.ts';

const HOUR = 3_600_000;
let folder: string;
let clock: DomainClock | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-clock-'));
});
afterEach(() => {
  clock?.close();
  rmSync(folder, { recursive: true });
});
const file = () => join(folder, 'offset.json');
const write = (text: string) => {
  writeFileSync(`${file()}.tmp`, text);
  renameSync(`${file()}.tmp`, file());
};
const moved = (of: DomainClock) =>
  new Promise<void>((resolve) => {
    // The clock's own timer does not keep a process alive; somebody who waits does.
    const alive = setInterval(() => undefined, 1_000);
    const stop = of.onMoved(() => {
      clearInterval(alive);
      stop();
      resolve();
    });
  });

describe('the domain clock', () => {
  it("is the machine's own without an offset file", () => {
    clock = openDomainClock(undefined, ['https://graph.microsoft.com']);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(HOUR);
  });

  it('runs ahead by what the file says, and tells sleepers when it is moved', async () => {
    write('{"offsetMs": 0}');
    clock = openDomainClock({ offsetFile: file() }, ['https://127.0.0.1:4000']);
    const told = moved(clock);
    write(JSON.stringify({ offsetMs: 5 * HOUR }));
    await told;
    expect(clock.now() - Date.now()).toBeGreaterThan(4 * HOUR);
  });

  it('never goes back, whatever the file says', async () => {
    write(JSON.stringify({ offsetMs: 5 * HOUR }));
    clock = openDomainClock({ offsetFile: file() }, []);
    const before = clock.now();
    write('{"offsetMs": 0}');
    write('nonsense');
    const told = moved(clock);
    write(JSON.stringify({ offsetMs: 6 * HOUR }));
    await told;
    expect(clock.now()).toBeGreaterThanOrEqual(before + HOUR / 2);
  });

  it.each(['nonsense', '{"offsetMs": -5000000}', '{"offsetMs": "3"}', '{"offsetMs": 1e999}', '[]'])(
    'makes nothing of %s',
    (text) => {
      write(text);
      clock = openDomainClock({ offsetFile: file() }, []);
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(HOUR);
    },
  );

  it.each(['https://127.0.0.1:1', 'https://127.8.9.1/', 'http://localhost:3', 'https://[::1]:3', '::1', 'localhost'])(
    'accepts an offset beside %s',
    (address) => {
      clock = openDomainClock({ offsetFile: file() }, [address]);
    },
  );

  it.each([
    'https://graph.microsoft.com',
    'https://127.0.0.1.example.org',
    'https://10.0.0.1',
    'https://localhost.example.org',
    'https://[2001:db8::1]',
  ])('refuses an offset beside %s', (address) => {
    expect(() => openDomainClock({ offsetFile: file() }, ['https://127.0.0.1:1', address])).toThrow(
      expect.objectContaining({ code: 'config.clock-offset-refused' }),
    );
  });
});
