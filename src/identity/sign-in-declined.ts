import { AppError } from '../access/core/app-error.ts';

/** How a page calls itself, and what did not happen on it. */
export interface PageWords {
  /** `the approval page` */
  readonly page: string;
  /** `Nothing was signed.` */
  readonly nothing: string;
}

/**
 * What Entra's redirect says instead of a code, in a sentence: `sign-in.declined`.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export function declined(error: string, description: string | undefined, words: PageWords): AppError {
  const number = /^AADSTS\d{4,8}/.exec(description ?? '')?.[0];
  const sentences = sentencesOf(words);
  const sentence = sentences[number ?? ''] ?? sentences[error] ?? 'Microsoft did not sign you in. Begin again.';
  return new AppError('sign-in.declined', `Entra answered ${/^[a-z_]{1,40}$/.exec(error)?.[0] ?? 'an error'} ${number ?? ''}`, {
    hint: number === undefined ? sentence : `${sentence} (${number})`,
  });
}

const sentencesOf = ({ page, nothing }: PageWords): Readonly<Record<string, string>> => ({
  access_denied: `You stopped the sign-in, or may not sign in here. ${nothing}`,
  interaction_required: 'Microsoft wants something more of you to sign you in. Begin again, and go through all of its pages.',
  login_required: 'Microsoft wants you to sign in again. Begin again.',
  consent_required: `${capital(page)} has not been consented to in your tenant. An administrator can do that once for everybody.`,
  temporarily_unavailable: 'Microsoft cannot sign you in right now. Begin again in a minute.',
  server_error: 'Microsoft cannot sign you in right now. Begin again in a minute.',
  AADSTS50105: `You are not assigned to ${page}. An administrator can assign you, or a group of yours.`,
  AADSTS53000: 'Your device is not compliant, and your tenant asks for that here. Use another device.',
  AADSTS53001: 'Your device is not joined to your tenant, which asks for that here. Use another device.',
  AADSTS53003: 'The access rules of your tenant did not let you sign in here. An administrator can see why in the sign-in log.',
  // Also whoever presses Cancel on the way.
  AADSTS65004: `You turned back at the sign-in. ${nothing}`,
});

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
