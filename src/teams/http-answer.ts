export interface HttpAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** A refusal on the wire: a stable code, and no reasons for those who lie. */
export function problem(status: number, code: string): HttpAnswer {
  return { status, body: { error: { code, message: 'Refused.' } } };
}
