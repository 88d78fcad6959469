import { describe, expect, it } from '@jest/globals';
import { AnsweredError, provesNothingWritten } from '../../src/access/core/answered-error.ts';
import { AppError } from '../../src/access/core/app-error.ts';
import { MEANINGS, WITHOUT_NUMBER } from '../../src/identity/aadsts.ts';
import { identityErrorOf } from '../../src/identity/identity-error.ts';

const ECHOED = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl';
const CORRELATION = '172728c2-0832-42c1-9cd0-7ae212d12725';
/** As @azure/msal-node throws what Entra answered, inside what @azure/identity throws. */
const answered = (errorNo: number | string | undefined, status: number, errorMessage = `quotes ${ECHOED}`) =>
  Object.assign(new Error(`invalid_client: ${errorMessage}`), {
    name: 'AuthenticationRequiredError',
    cause: Object.assign(new Error(errorMessage), {
      name: 'ServerError',
      errorNo,
      status,
      correlationId: CORRELATION,
      errorMessage,
    }),
  });
const all = (error: AppError): string => JSON.stringify([error.message, error.hint, error.stack, error.cause]);

describe('an operator is told of every number', () => {
  it.each(Object.entries(MEANINGS))('AADSTS%s in one sentence and the next step', (number, { says, next, passes = false }) => {
    const error = identityErrorOf(answered(Number(number), 401), 'Graph');
    expect([error.code, error.retryable]).toEqual(passes ? ['identity.unavailable', true] : ['identity.rejected', false]);
    expect(error.message).toBe(
      `no token of Graph: ${says.replace(/\.$/, '')} (AADSTS${number}, HTTP 401, correlation id ${CORRELATION})`,
    );
    expect(error.hint).toBe(next);
    for (const text of [says, next]) expect(text).toMatch(/^[A-Z].*[.…]$/);
    expect(all(error)).not.toContain('eyJ');
  });

  it.each<[what: string, error: unknown, giver: 'Entra' | 'host', told: { readonly next: string }, code: string]>([
    ['a number nobody listed', answered(999_999, 400), 'Entra', WITHOUT_NUMBER.refused, 'identity.rejected'],
    ['a fault of Entra', answered(undefined, 503), 'Entra', WITHOUT_NUMBER.unavailable, 'identity.unavailable'],
    ['too many calls', answered(undefined, 429), 'Entra', WITHOUT_NUMBER.unavailable, 'identity.unavailable'],
    ['no answer at all', new Error('read ECONNRESET'), 'Entra', WITHOUT_NUMBER.unavailable, 'identity.unavailable'],
    ['something that is no error', 'boom', 'Entra', WITHOUT_NUMBER.unavailable, 'identity.unavailable'],
    ['nothing', undefined, 'Entra', WITHOUT_NUMBER.unavailable, 'identity.unavailable'],
    ['an identity that is not there', answered(undefined, 400), 'host', WITHOUT_NUMBER.hostRefused, 'identity.rejected'],
    ['a host without identities', answered(undefined, 404), 'host', WITHOUT_NUMBER.hostUnavailable, 'identity.unavailable'],
  ])('%s', (_, error, giver, { next }, code) => {
    expect(identityErrorOf(error, 'Graph', giver)).toMatchObject({ code, hint: next });
  });

  it('finds the number in a text where no field has it, and takes nothing else from there', () => {
    const error = identityErrorOf(answered(undefined, 400, `Description: AADSTS500011: named ${ECHOED}`), 'Graph', 'host');
    expect(error.message).toContain('(AADSTS500011, HTTP 400');
    expect(all(error)).not.toContain('eyJ');
  });
});

it('leaves an error of ours as it is, however deep it lies', () => {
  const ours = new AppError('secret.missing', 'the file is gone');
  expect(identityErrorOf(new Error('outer', { cause: new Error('inner', { cause: ours }) }), 'Graph')).toBe(ours);
});

it.each([401, 503])('proves that nothing was written, also at HTTP %i', (status) => {
  const error = identityErrorOf(answered(undefined, status), 'Graph');
  expect(error).toBeInstanceOf(AnsweredError);
  expect(provesNothingWritten(error)).toBe(true);
});
