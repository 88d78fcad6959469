import { AppError } from '../access/core/app-error.ts';

export const HOME = '/console';
const LONGEST = 1_000;
/** Stands for our own origin while an address is taken apart as a browser would. */
const HERE = 'https://here.invalid';

/**
 * Where to go on after the sign-in, from an address that anybody may have written: a page of the console, path and query alone.
 * @throws {AppError} `sign-in.foreign-target`
 */
export function ownPath(wanted: string | undefined): string {
  if (wanted === undefined || wanted === '') return HOME;
  const url = wanted.length <= LONGEST && URL.canParse(wanted, HERE) ? new URL(wanted, HERE) : undefined;
  // Checked after it was taken apart: backslashes, dots and doubled slashes lead elsewhere only before.
  if (url?.origin === HERE && (url.pathname === HOME || url.pathname.startsWith(`${HOME}/`)))
    return `${url.pathname}${url.search}`;
  throw new AppError('sign-in.foreign-target', 'a sign-in that should lead elsewhere', {
    hint: 'The link that you followed would lead to another place after the sign-in. Nobody was signed in. Open the console itself.',
  });
}
