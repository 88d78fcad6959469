import { webApi } from '@slack/bolt';
import type { Secret } from '../access/core/secret.ts';
import type { Log } from '../observe/log.ts';
import { boltLog } from './bolt-log.ts';
import { slackError } from './slack-error.ts';

/** How long one call may take; the durable runtime tries again, so the client itself never does. */
const CALL_TIMEOUT_MS = 10_000;

export function clientOptions(apiUrl: string, log: Log): webApi.WebClientOptions {
  return {
    slackApiUrl: apiUrl,
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_TIMEOUT_MS,
    logger: boltLog(log),
  };
}

export interface SlackClient {
  /** Calls a method. @throws {AppError} `chat.*`, see slack-error.ts */
  call<T>(doing: string, method: (web: webApi.WebClient) => Promise<T>): Promise<T>;
}

export function createSlackClient(apiUrl: string, botToken: Secret, log: Log): SlackClient {
  const web = new webApi.WebClient(botToken.reveal(), clientOptions(apiUrl, log));
  return {
    async call(doing, method) {
      try {
        return await method(web);
      } catch (error) {
        throw slackError(error, doing);
      }
    },
  };
}
