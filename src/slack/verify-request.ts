import { createHmac, timingSafeEqual } from 'node:crypto';

/** Slack's own window. A request from the future is as false as one from the past: Bolt alone would let it through. */
export const MAX_SKEW_SECONDS = 300;

export interface SignedRequest {
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  readonly rawBody: Buffer;
}

/** While Slack's signing secret is being rotated, the one before is taken too. */
export interface SigningSecrets {
  readonly current: string;
  readonly previous?: string;
}

export type SignatureFault = 'unsigned' | 'stale' | 'future' | 'forged';
export type SignedBy = keyof SigningSecrets;
export type Verified = { readonly fault: SignatureFault } | { readonly by: SignedBy };

/**
 * Is this from Slack, and from now? If so, by which of the two secrets.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function verifySignature(request: SignedRequest, secrets: SigningSecrets, nowMs: number): Verified {
  const { signature, timestamp, rawBody } = request;
  // 1. Both headers, in exactly their shapes.
  if (signature === undefined || timestamp === undefined) return { fault: 'unsigned' };
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return { fault: 'forged' };
  // 2. The HMAC over the raw bytes, in constant time, by both secrets whichever fits; before the clock, so that only Slack learns about ours.
  const given = Buffer.from(signature.slice(3), 'hex');
  const isCurrent = timingSafeEqual(digestBy(secrets.current, timestamp, rawBody), given);
  const isPrevious = secrets.previous !== undefined && timingSafeEqual(digestBy(secrets.previous, timestamp, rawBody), given);
  if (!isCurrent && !isPrevious) return { fault: 'forged' };
  // 3. Within the window, on both sides.
  const aheadSeconds = Number(timestamp) - nowMs / 1_000;
  if (aheadSeconds < -MAX_SKEW_SECONDS) return { fault: 'stale' };
  if (aheadSeconds > MAX_SKEW_SECONDS) return { fault: 'future' };
  return { by: isCurrent ? 'current' : 'previous' };
}

/** The header's value that Slack would send for this. */
export function signatureBy(secret: string, timestamp: string, rawBody: Buffer): string {
  return `v0=${digestBy(secret, timestamp, rawBody).toString('hex')}`;
}

function digestBy(secret: string, timestamp: string, rawBody: Buffer): Buffer {
  return createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest();
}
