import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import { type BegunSlackSignIn, LONGEST_SLACK_SIGN_IN_SECONDS } from '../identity/slack-sign-in.ts';
import { isSameText } from '../web/own-forms.ts';
import { sealedCookie } from '../web/sealed-cookie.ts';
import type { ConsoleSession } from './session.ts';

/** In this very browser, for this very session of the console: on the way to Slack, or back from it. A newer one takes its place. */
const visitSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('away'), sessionId: z.string(), state: z.string(), nonce: z.string(), begunAt: z.int() }),
  z.strictObject({
    kind: z.literal('back'),
    sessionId: z.string(),
    workspaceId: z.string(),
    userId: z.string(),
    /** What the person is about to confirm, once. */
    attemptId: z.string(),
  }),
]);
type Visit = z.infer<typeof visitSchema>;
export type Back = Extract<Visit, { readonly kind: 'back' }>;

const random = () => randomBytes(32).toString('base64url');

export interface LinkVisits {
  /** On the way to Slack: what to send, and the cookie that knows it again. */
  leave(session: ConsoleSession): Promise<{ readonly begun: BegunSlackSignIn; readonly cookie: string }>;
  /**
   * What was begun, if it was begun in this browser, in this session, and has not come back before.
   * @throws {AppError} `link.begin-again`, `link.crossed`, `link.used`
   */
  comeBack(cookieHeader: string | undefined, session: ConsoleSession, state: string): Promise<BegunSlackSignIn>;
  /** Slack said who it is; the cookie that keeps it for the page where both accounts are confirmed. */
  keep(session: ConsoleSession, account: { readonly workspaceId: string; readonly userId: string }): Promise<string>;
  /** Who signed in to Slack in this browser, in this session. */
  back(cookieHeader: string | undefined, session: ConsoleSession): Promise<Back | undefined>;
  /** The `Set-Cookie` line that forgets it. */
  readonly gone: string;
}

export function createLinkVisits(transportClock: Clock, key: Uint8Array): LinkVisits {
  const cookie = sealedCookie<Visit>('hallpass-link', LONGEST_SLACK_SIGN_IN_SECONDS, visitSchema, key, transportClock);
  /** A copied cookie does not help to come back twice. Remembered for as long as the cookie can be opened. */
  const used = new Map<string, number>();
  const useUp = (state: string) => {
    const now = transportClock.now();
    for (const [one, untilMs] of used) if (untilMs < now) used.delete(one);
    if (used.has(state)) throw usedAlready();
    used.set(state, now + LONGEST_SLACK_SIGN_IN_SECONDS * 1_000);
  };
  return {
    async leave({ sessionId }) {
      const begun = { state: random(), nonce: random(), begunAt: transportClock.now() };
      return { begun, cookie: await cookie.seal({ kind: 'away', sessionId, ...begun }) };
    },
    async comeBack(cookieHeader, session, state) {
      const visit = await cookie.open(cookieHeader);
      if (visit === undefined) throw beginAgain();
      if (visit.sessionId !== session.sessionId) throw crossed();
      if (visit.kind === 'back') throw usedAlready();
      // The visit stays: an address that somebody else made must not end it.
      if (!isSameText(state, visit.state)) throw crossed();
      useUp(visit.state);
      return visit;
    },
    keep: ({ sessionId }, { workspaceId, userId }) =>
      cookie.seal({ kind: 'back', sessionId, workspaceId, userId, attemptId: random() }),
    async back(cookieHeader, session) {
      const visit = await cookie.open(cookieHeader);
      return visit?.kind === 'back' && visit.sessionId === session.sessionId ? visit : undefined;
    },
    gone: cookie.gone,
  };
}

function beginAgain(): AppError {
  return new AppError('link.begin-again', 'no sign-in with Slack of this browser is known', {
    hint: 'This was begun in another browser, or too long ago. Nothing was linked. Begin again.',
  });
}

function crossed(): AppError {
  return new AppError('link.crossed', 'the answer belongs to another visit', {
    hint: 'This answer of Slack belongs to another sign-in: of another window, or one that you did not begin. Nothing was linked. Begin again.',
  });
}

function usedAlready(): AppError {
  return new AppError('link.used', 'the answer came back before', {
    hint: 'This answer of Slack was used already. Nothing more was linked. Begin again if you still need it.',
  });
}
