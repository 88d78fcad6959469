import { AnsweredError } from '../access/core/answered-error.ts';
import { AppError } from '../access/core/app-error.ts';
import { type Meaning, MEANINGS, WITHOUT_NUMBER } from './aadsts.ts';

/** What Entra's answer said, by fields and numbers; never its words, which may quote what was sent. */
export interface Told {
  readonly status: number | undefined;
  /** `AADSTS…`, without the letters. */
  readonly number: number | undefined;
  readonly correlationId: string | undefined;
  /** MSAL could not read the tenant's discovery document. */
  readonly isUndiscovered: boolean;
  /** Of the error. */
  readonly name: string;
}

/** Who did not give the token: Entra's token endpoint, or what hosts us and gives out managed identities. */
export type Giver = 'Entra' | 'host';

/**
 * The one translator of what goes wrong when a token is asked for. Nothing of the error is kept but its status, AADSTS number and correlation id.
 * @param whose credential it is, or what it is for: `Graph`, `client …`
 * @returns `identity.rejected` (somebody has to change something), or retryable `identity.unavailable`; an AppError as it is
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export function identityErrorOf(error: unknown, whose: string, giver: Giver = 'Entra'): AppError {
  const ours = causesOf(error).find((one) => one instanceof AppError);
  if (ours !== undefined) return ours;
  const told = toldBy(error);
  const { says, next, passes } = meaningOf(told, giver);
  const retryable = passes ?? false;
  return new AnsweredError(
    retryable ? 'identity.unavailable' : 'identity.rejected',
    `no token of ${whose}: ${withFacts(says, told)}`,
    { status: told.status ?? 0, code: numberOf(told), requestId: told.correlationId },
    { hint: next, retryable },
  );
}

/** By number, and where that says nothing by status. */
export function meaningOf({ status, number, isUndiscovered }: Told, giver: Giver = 'Entra'): Meaning {
  const known = number === undefined ? undefined : MEANINGS[number];
  if (known !== undefined) return known;
  if (isUndiscovered) return WITHOUT_NUMBER.undiscovered;
  const refused = status !== undefined && status >= 400 && status < 500 && ![404, 408, 410, 429].includes(status);
  if (giver === 'host') return refused ? WITHOUT_NUMBER.hostRefused : WITHOUT_NUMBER.hostUnavailable;
  return refused ? WITHOUT_NUMBER.refused : WITHOUT_NUMBER.unavailable;
}

/** The sentence with what an operator searches by: the number, the status, the correlation id. */
export const withFacts = (says: string, told: Told): string => `${says.replace(/\.$/, '')} (${factsOf(told)})`;

export function factsOf(told: Told): string {
  const { status, correlationId, name } = told;
  return [
    numberOf(told) || name,
    status === undefined ? '' : `HTTP ${status}`,
    correlationId === undefined ? '' : `correlation id ${correlationId}`,
  ]
    .filter((fact) => fact !== '')
    .join(', ');
}

const numberOf = ({ number }: Told): string => (number === undefined ? '' : `AADSTS${number}`);

/** Of an error of @azure/identity (some keep the answer in their cause) or of openid-client (whose cause is the answer). */
export function toldBy(error: unknown): Told {
  const chain = causesOf(error).flatMap((one) => [one, fieldOf(one, 'errorResponse')]);
  const first = <T>(read: (one: unknown) => T | undefined) => chain.map(read).find((value) => value !== undefined);
  const name = fieldOf(error, 'name');
  return {
    name: typeof name === 'string' ? name : 'no answer',
    status: first((one) => numberIn(fieldOf(one, 'statusCode')) ?? numberIn(fieldOf(one, 'status'))),
    number: first(
      (one) =>
        numberIn(fieldOf(one, 'errorNo')) ??
        numberIn(firstOf(fieldOf(one, 'errorCodes'))) ??
        numberIn(firstOf(fieldOf(one, 'error_codes'))) ??
        // In texts only the number is looked at.
        numberIn(/\bAADSTS(\d+)/.exec(String(fieldOf(one, 'error_description') ?? fieldOf(one, 'errorMessage')))?.[1]),
    ),
    isUndiscovered: /^endpoints_resolution_error\b/.test(String(fieldOf(error, 'message'))),
    correlationId: first((one) => idIn(fieldOf(one, 'correlationId')) ?? idIn(fieldOf(one, 'correlation_id'))),
  };
}

/** Itself, its cause, and so on; by the field, since what is thrown need not be an Error. */
function causesOf(error: unknown): readonly unknown[] {
  return error === undefined || error === null ? [] : [error, ...causesOf(fieldOf(error, 'cause'))];
}

function numberIn(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^\d{3,8}$/.test(text) ? Number(text) : undefined;
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\da-f-]{36}$/i.test(value) ? value : undefined;
}

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
