import { randomUUID } from 'node:crypto';
import type { Answer } from '../far-end-server.ts';

export class ArmRefusal extends Error {
  readonly status: number;
  readonly code: string;
  /** Resource Graph tells what was wrong in the details. */
  readonly details: readonly { readonly code: string; readonly message: string }[] | undefined;

  constructor(status: number, code: string, message: string, details?: ArmRefusal['details']) {
    super(message);
    this.name = 'ArmRefusal';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Source: https://learn.microsoft.com/azure/azure-resource-manager/management/common-deployment-errors */
export function armError({
  status,
  code,
  message,
  details,
}: Pick<ArmRefusal, 'status' | 'code' | 'message' | 'details'>): Answer {
  return {
    status,
    headers: armHeaders(),
    body: { error: { code, message, ...(details === undefined ? {} : { details }) } },
  };
}

export function armHeaders(): Record<string, string> {
  const id = randomUUID();
  return { 'x-ms-request-id': id, 'x-ms-correlation-request-id': id };
}

const WORDS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  413: ['RequestEntityTooLarge', 'The request entity is too large.'],
  429: ['TooManyRequests', 'The request is being throttled.'],
  500: ['InternalServerError', 'Encountered internal server error.'],
  503: ['ServerTimeout', 'The request timed out. Diagnostic information: none.'],
};

export function plainArmError(status: number): Answer {
  const [code, message] = WORDS[status] ?? ['UnknownError', ''];
  return armError({ status, code, message, details: undefined });
}
