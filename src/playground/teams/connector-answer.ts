/** An answer of the Bot Connector; errors have the shape `{ error: { code, message } }`. */
export interface ConnectorAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Codes from https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis */
export function refused(status: number, code: string, message: string): ConnectorAnswer {
  return { status, body: { error: { code, message } } };
}
