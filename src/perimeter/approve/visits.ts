import { z } from 'zod';
import type { Clock } from '../../access/core/clock.ts';
import { personSchema, requestIdSchema } from '../../access/core/perimeter-api.ts';
import { statementSchema } from '../../access/core/statement.ts';
import { LONGEST_SIGN_IN_SECONDS } from '../../identity/id-token.ts';
import { newCookieKey, type SealedCookie, sealedCookie } from '../../web/sealed-cookie.ts';

const viewerSchema = personSchema.extend({ loginHint: z.string().exactOptional() });
export type Viewer = z.infer<typeof viewerSchema>;

/** One browser at this page: before the sign-in it has no viewer. */
const sessionSchema = z.strictObject({
  csrf: z.string().min(1),
  viewer: viewerSchema.exactOptional(),
});
export type Session = z.infer<typeof sessionSchema>;

const stepUpSchema = z.union([
  z.strictObject({ authenticationContext: z.string() }),
  z.strictObject({ promptLogin: z.literal(true) }),
]);
const begun = {
  id: requestIdSchema,
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Of the click, by the transport clock. */
  begunAt: z.int(),
};
/** A sign-in that was begun here and has not come back: one at a time, a newer one takes its place. */
const attemptSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('view'), ...begun }),
  z.strictObject({ kind: z.literal('sign'), statement: statementSchema, viewer: personSchema, stepUp: stepUpSchema, ...begun }),
]);
export type Attempt = z.infer<typeof attemptSchema>;

const SESSION_SECONDS = 15 * 60;

export interface Visits {
  readonly session: SealedCookie<Session>;
  readonly attempt: SealedCookie<Attempt>;
}

/** `key`: 32 bytes, the same for all that answer at one address; what another key sealed is as good as absent. */
export function createVisits(transportClock: Clock, key: Uint8Array = newCookieKey()): Visits {
  return {
    session: sealedCookie('hallpass-approve', SESSION_SECONDS, sessionSchema, key, transportClock),
    attempt: sealedCookie('hallpass-attempt', LONGEST_SIGN_IN_SECONDS, attemptSchema, key, transportClock),
  };
}
