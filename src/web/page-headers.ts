import { createHash } from 'node:crypto';

/**
 * Nothing is loaded, nothing runs, nobody frames it, forms lead back here. Sign-in is reached by a refresh and not by a form's redirect: Chromium
 * holds every redirect after a form against form-action, and Entra may go on to hosts that nobody can list (federated sign-in).
 */
const policyOf = (style: string): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** On every answer, whatever it is. `style`: the whole text of the one style element that pages have. */
export const pageHeaders = (style: string): Readonly<Record<string, string>> => ({
  'content-security-policy': policyOf(style),
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
});
