import { z } from 'zod';
import type { Clock } from '../access/core/clock.ts';
import { LONGEST_SIGN_IN_SECONDS } from '../identity/id-token.ts';
import { type SealedCookie, sealedCookie } from '../web/sealed-cookie.ts';

/** A sign-in that this browser began and that has not come back: one at a time, a newer one takes its place. */
const attemptSchema = z.strictObject({
  tenantId: z.guid(),
  /** Where to go on, a page of ours. */
  to: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Of the click, by the transport clock. */
  begunAt: z.int(),
});
export type Attempt = z.infer<typeof attemptSchema>;

export function createAttempts(transportClock: Clock, key: Uint8Array): SealedCookie<Attempt> {
  return sealedCookie('hallpass-signin', LONGEST_SIGN_IN_SECONDS, attemptSchema, key, transportClock);
}
