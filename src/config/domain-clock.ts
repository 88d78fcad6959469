import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { transportClock, type Clock } from '../access/core/clock.ts';

/** How often the file is looked at: polling works on every file system, and a tenth of a second is not felt. */
const LOOK_EVERY_MS = 100;
const offsetSchema = z.strictObject({ offsetMs: z.number().finite().min(0) });

export type DomainClock = Clock & { close(): void };

/**
 * The clock that ends and timers go by. With an offset file (JSON `{"offsetMs": number}`) it runs ahead by what the file says,
 * for trying out; it never goes back, whatever the file says later. Accepted only when nothing outside this machine can be
 * reached, since an offset on real access would end or keep it at the wrong instant: the rules of both configuration files
 * refuse that with a line number; who has no such rules hands in the addresses.
 * @throws {AppError} `config.clock-offset-refused`
 */
export function openDomainClock(
  setting: { readonly offsetFile: string } | undefined,
  outsideAddresses: readonly string[] = [],
): DomainClock {
  if (setting === undefined) return { ...transportClock, close: () => undefined };
  const outside = outsideAddresses.filter((address) => !isLoopback(address));
  if (outside.length > 0)
    throw new AppError(
      'config.clock-offset-refused',
      `domainClock.offsetFile is set, but ${outside.join(', ')} is not on this machine`,
      {
        hint: 'Remove domainClock from the configuration: the clock can be moved only in the playground.',
      },
    );
  return movableClock(setting.offsetFile);
}

function movableClock(file: string): DomainClock {
  const listeners = new Set<() => void>();
  let offsetMs = readOffset(file) ?? 0;
  let latestMs = 0;
  const look = setInterval(() => {
    const read = readOffset(file);
    if (read === undefined || read <= offsetMs) return;
    offsetMs = read;
    for (const listener of listeners) listener();
  }, LOOK_EVERY_MS).unref();
  return {
    now() {
      latestMs = Math.max(latestMs, Date.now() + offsetMs);
      return latestMs;
    },
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(look),
  };
}

/** Missing, half written or nonsense: no news. The offset that was read before stays. */
function readOffset(file: string): number | undefined {
  try {
    const parsed = offsetSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data.offsetMs : undefined;
  } catch {
    return undefined;
  }
}

/** 127.0.0.0/8, ::1 and localhost, in an address or as a bare host. */
export function isLoopback(address: string): boolean {
  const host = hostOf(address).toLowerCase();
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : address;
}
