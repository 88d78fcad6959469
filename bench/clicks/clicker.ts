/**
 * A process of its own that clicks: signs and posts bodies at a steady rate, whether or not earlier ones were answered, and prints how long
 * after its due instant each was answered. Input (JSON, standard input): `ClickPlan`; output: `Clicked[]`.
 */
import { text } from 'node:stream/consumers';
import { signatureOf } from '../../src/playground/slack/delivery.ts';

export interface ClickPlan {
  readonly url: string;
  readonly signingSecret: string;
  readonly perSecond: number;
  readonly bodies: readonly string[];
}

export interface Clicked {
  readonly dueAtMs: number;
  readonly answeredMs: number;
  readonly status: number;
}

/** Slack's own patience. */
const PATIENCE_MS = 3_000;

const plan = JSON.parse(await text(process.stdin)) as ClickPlan;
const startAt = performance.now() + 100;
const clicks = await Promise.all(plan.bodies.map((body, index) => click(body, startAt + (index * 1_000) / plan.perSecond)));
process.stdout.write(JSON.stringify(clicks));

async function click(body: string, dueMs: number): Promise<Clicked> {
  await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
  const timestamp = Math.floor(Date.now() / 1_000);
  const dueAtMs = performance.timeOrigin + dueMs;
  try {
    const response = await fetch(plan.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': signatureOf(plan.signingSecret, timestamp, body),
      },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.arrayBuffer();
    return { dueAtMs, answeredMs: performance.now() - dueMs, status: response.status };
  } catch {
    return { dueAtMs, answeredMs: performance.now() - dueMs, status: 0 };
  }
}
