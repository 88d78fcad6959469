import type { Logger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';
import { describeError, type Log } from '../observe/log.ts';

/** Bolt's logger over ours. Its debug lines carry whole bodies and are dropped; objects are reduced to what an error may say. */
export function boltLog(log: Log): Logger {
  const say = (level: 'debug' | 'warn' | 'error', parts: readonly unknown[]) => {
    const text = parts.filter((part) => typeof part === 'string').join(' ');
    const error = parts.find((part) => part instanceof Error);
    log[level](error === undefined ? {} : { err: describeError(error) }, `slack: ${text.slice(0, 300)}`);
  };
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => say('debug', parts),
    warn: (...parts: unknown[]) => say('warn', parts),
    error: (...parts: unknown[]) => say('error', parts),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
