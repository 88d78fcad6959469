import { createHmac, timingSafeEqual } from 'node:crypto';

/** Slack's own window. A request from the future is as false as one from the past: Bolt alone would let it through. */
export const MAX_SKEW_SECONDS = 300;

export interface SignedRequest {
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  readonly rawBody: Buffer;
}

export type SignatureFault = 'unsigned' | 'stale' | 'future' | 'forged';

/**
 * Is this from Slack, and from now? Undefined when it is.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function signatureFault(request: SignedRequest, signingSecret: string, nowMs: number): SignatureFault | undefined {
  const { signature, timestamp, rawBody } = request;
  // 1. Both headers, in exactly their shapes.
  if (signature === undefined || timestamp === undefined) return 'unsigned';
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'forged';
  // 2. The HMAC over the raw bytes, in constant time; before the clock, so that only Slack learns about ours.
  const expected = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'))) return 'forged';
  // 3. Within the window, on both sides.
  const aheadSeconds = Number(timestamp) - nowMs / 1_000;
  if (aheadSeconds < -MAX_SKEW_SECONDS) return 'stale';
  if (aheadSeconds > MAX_SKEW_SECONDS) return 'future';
  return undefined;
}
