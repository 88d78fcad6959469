import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';

const TIMEOUT_MS = 10_000;

/** Our secret goes there and what comes is believed: nobody may listen on the way. Loopback is for trying out. */
const privateUrl = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
});
const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: privateUrl,
  token_endpoint: privateUrl,
  jwks_uri: privateUrl,
});
export type SlackEndpoints = Readonly<z.infer<typeof metadataSchema>>;

/**
 * What Slack says of itself, for the very issuer that was asked.
 * @throws {AppError} retryable `slack-sign-in.unavailable`
 * @see https://slack.com/.well-known/openid-configuration
 */
export async function discoverSlack(issuer: string): Promise<SlackEndpoints> {
  const address = `${issuer}/.well-known/openid-configuration`;
  const answer: unknown = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);
  const metadata = metadataSchema.safeParse(answer);
  if (metadata.success && metadata.data.issuer === issuer) return metadata.data;
  throw new AppError('slack-sign-in.unavailable', 'Slack does not say where people sign in', {
    retryable: true,
    hint: 'Slack did not answer right now. Begin again in a minute.',
  });
}
