import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../access/core/clock.ts';
import type { Person } from '../access/core/person.ts';
import { personSchema } from '../access/core/perimeter-api.ts';
import { newCsrf } from '../web/own-forms.ts';
import { sealedCookie } from '../web/sealed-cookie.ts';

/** Without its prefix `__Host-`. */
export const SESSION_COOKIE = 'hallpass-console';
/** Without a click for so long, it is over. */
export const IDLE_SECONDS = 15 * 60;
/** However busy somebody is: after so long they sign in again. */
export const LONGEST_SESSION_SECONDS = 60 * 60;

const sessionSchema = z.strictObject({
  /** Of this sign-in alone; what belongs to one session (a link that was begun, say) is bound to it. */
  sessionId: z.string().min(1),
  person: personSchema,
  /** For display; nobody is known by it. */
  name: z.string(),
  /** Milliseconds, by the transport clock. */
  signedInAt: z.int(),
  /** Every form carries it; see `ownForm` (own-form.ts). */
  csrf: z.string().min(1),
});
/**
 * One person at the console in one browser, after a sign-in with Entra. No token is in it, and no role: what somebody may do here is
 * asked afresh at every request (roles.ts).
 */
export type ConsoleSession = Readonly<z.infer<typeof sessionSchema>>;

/** Sessions live sealed in a cookie; only the ids of those that were ended early are remembered here, until they would have ended anyway. */
export interface Sessions {
  /** A new session of this person: ids and CSRF token are fresh, so that nothing from before the sign-in goes on. */
  create(person: Person, name: string): ConsoleSession;
  /** The `Set-Cookie` line that keeps it for another {@link IDLE_SECONDS}, and never past {@link LONGEST_SESSION_SECONDS}. */
  keep(session: ConsoleSession): Promise<string>;
  /** From a request's `Cookie` header; undefined when there is none, it is over, was signed out, changed, or sealed elsewhere. */
  read(cookieHeader: string | undefined): Promise<ConsoleSession | undefined>;
  /** Signs out: returns the `Set-Cookie` line that takes it away, and refuses every copy of it from now on. */
  end(session: ConsoleSession): string;
}

/** `key`: 32 bytes, the same for all that answer at one address (`console.cookieKey`). Without one, sessions end with the process. */
export function createSessions(transportClock: Clock, key: Uint8Array): Sessions {
  const cookie = sealedCookie(SESSION_COOKIE, IDLE_SECONDS, sessionSchema, key, transportClock);
  const ended = new Map<string, number>();
  const endsAt = ({ signedInAt }: ConsoleSession) => signedInAt + LONGEST_SESSION_SECONDS * 1_000;
  return {
    create: ({ tenantId, objectId }, name) => ({
      sessionId: randomBytes(16).toString('base64url'),
      person: { tenantId, objectId },
      name,
      signedInAt: transportClock.now(),
      csrf: newCsrf(),
    }),
    keep: (session) => cookie.seal(session),
    async read(cookieHeader) {
      const session = await cookie.open(cookieHeader);
      if (session === undefined || ended.has(session.sessionId)) return undefined;
      return transportClock.now() < endsAt(session) ? session : undefined;
    },
    end(session) {
      const now = transportClock.now();
      for (const [sessionId, until] of ended) if (until <= now) ended.delete(sessionId);
      ended.set(session.sessionId, endsAt(session));
      return cookie.gone;
    },
  };
}
