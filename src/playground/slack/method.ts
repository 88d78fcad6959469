import type { Problem } from '../shape.ts';
import { isWire, type Wire } from '../wire.ts';
import type { TriggerIds } from './trigger-ids.ts';
import type { Workspace } from './workspace.ts';

/** A bot token (xoxb) or an app-level token (xapp). */
export type TokenKind = 'bot' | 'app';

export interface Call {
  readonly workspace: Workspace;
  readonly args: Arguments;
  readonly triggers: TriggerIds;
  /** Where a Socket Mode client is sent to. */
  readonly socketUrl: () => string;
}

export type Result = Wire & { readonly ok: boolean };

export interface Method {
  readonly token: TokenKind | 'any';
  /** The scopes this call needs; what is missing is named in the refusal. */
  readonly scopes: (call: Call) => readonly string[];
  /** Calls a minute of the method's tier (https://docs.slack.dev/apis/web-api/rate-limits); posting is limited by channel. */
  readonly perMinute: number;
  readonly perChannel?: boolean;
  readonly run: (call: Call) => Result;
}

export const TIER = { one: 1, two: 20, three: 50, four: 100, special: 600 } as const;

export function no(error: string, more: Wire = {}): Result {
  return { ok: false, error, ...more };
}

export function noBecause(error: string, problems: readonly Problem[]): Result {
  const lines = problems.map((problem) => `${problem.message} [json-pointer:${problem.pointer}]`);
  return {
    ok: false,
    error,
    ...(error === 'invalid_blocks' ? { errors: lines } : {}),
    response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) },
  };
}

/**
 * A message or view as an answer carries it. The published types of answers (@slack/web-api 8.2.0) know neither header blocks in a
 * message nor text in a context, and no null, although Slack sends all three: nobody may rely on them, so they are left out here.
 */
export function echoOf(stored: Wire): Wire {
  const { blocks, attachments: _, ...plain } = stored;
  const isContext = (block: unknown) => isWire(block) && block['type'] === 'context';
  const shown = Array.isArray(blocks) ? { blocks: blocks.filter((block) => !isContext(block)) } : {};
  const kept = stored['type'] === 'message' ? plain : { ...stored, ...shown };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== null));
}

/** Arguments as they came: text of a form, or values of JSON. */
export interface Arguments {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** A structured argument; `unreadable` when a form carried something that is not JSON. */
  json(name: string): { readonly value: unknown } | 'absent' | 'unreadable';
}

export function argumentsOf(values: Wire): Arguments {
  return {
    text: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
    },
    flag: (name) => ['true', '1', true, 1].some((yes) => values[name] === yes),
    json: (name) => {
      const value = values[name];
      if (value === undefined || value === null || value === '') return 'absent';
      if (typeof value !== 'string') return { value };
      try {
        const parsed: unknown = JSON.parse(value);
        return { value: parsed };
      } catch {
        return 'unreadable';
      }
    },
  };
}
