import { AppError } from '../../access/core/app-error.ts';
import type { CommandHandler } from '../../durable/port.ts';
import { type Order, writerOf } from '../access-writer.ts';
import { contextOf } from '../grant-flow.ts';
import { currentOrder } from './directory-parts.ts';
import type { OverdueParts } from './report-overdue.ts';

const ALARM_TIMEOUT_MS = 10_000;

/**
 * One HTTPS POST of the perimeter's own, to the address in its configuration, with nothing of the bot's in between. Only the status of the
 * answer is looked at. `text` makes it readable for an incoming webhook of a chat; the rest is for machines.
 * @throws {AppError} retryable `alarm.unreachable`
 */
export function soundAlarm(parts: OverdueParts & { readonly alarmUrl: string }): CommandHandler {
  return async (_command, context) => {
    const view = context.view();
    const taking = view.pending.find(({ name }) => name === 'take');
    const order = currentOrder(parts.runtime, context);
    const { intent } = contextOf(view);
    if (taking === undefined || order === undefined || intent === undefined) return undefined;
    const byHand = writerOf(parts.writers, order, intent.writer).byHand(order);
    await postAlarm(parts.alarmUrl, {
      order,
      byHand,
      tries: taking.attempt,
      code: taking.lastErrorCode ?? 'directory.settling',
    });
    return undefined;
  };
}

export interface Overdue {
  readonly order: Order;
  readonly tries: number;
  readonly code: string;
  readonly byHand: string;
}

/** @throws {AppError} retryable `alarm.unreachable` */
export function postAlarm(url: string, { order, tries, code, byHand }: Overdue): Promise<void> {
  return postToAlarm(url, {
    text: `Hallpass: access that ended at ${order.endsAt} is still there (${tries} tries). It is tried again without limit. Take it away by hand: ${byHand}`,
    kind: 'overdue',
    requestId: order.grantId,
    principalId: order.principalId,
    target: order.target,
    endsAt: order.endsAt,
    tries,
    code,
  });
}

/** @throws {AppError} retryable `alarm.unreachable` */
export async function postToAlarm(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const request = {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(ALARM_TIMEOUT_MS),
  } as const;
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw new AppError('alarm.unreachable', 'the alarm address does not answer', { cause, retryable: true });
  });
  await response.body?.cancel();
  if (!response.ok) throw new AppError('alarm.unreachable', `the alarm address answered ${response.status}`, { retryable: true });
}
