import { AppError } from '../access/core/app-error.ts';

/** What an ID token of Slack has to be, in the order in which it is looked at. */
export type SlackTokenRule = 'signature' | 'issuer' | 'audience' | 'expired' | 'claims' | 'nonce' | 'stale';

const TOO_LONG = 'The sign-in with Slack took too long, or the clock of this machine is wrong. Begin again.';
const HINTS: Partial<Readonly<Record<SlackTokenRule, string>>> = { expired: TOO_LONG, stale: TOO_LONG };

/** Without a cause: whoever looks at tokens throws errors that carry them. */
export function slackTokenRefused(rule: SlackTokenRule, detail: string): AppError {
  return new AppError(`slack-token.${rule}`, `Slack's ID token was not accepted: ${rule} (${detail})`, {
    hint: HINTS[rule] ?? 'What came back from Slack is not what was asked for. Nothing was linked. Begin again.',
  });
}
