import { refuse, type Refusal } from './core/verdict.ts';

/** A failed look-up is a refusal, never "no restriction" (design.md 5.4). */
export function directoryUnknown(code: string): Refusal {
  return code === 'directory.person-unknown'
    ? refuse(
        'person-unknown',
        'Microsoft Entra knows no account for you here.',
        'Ask your administrator to check your entry under "people".',
      )
    : refuse(
        'membership-unknown',
        'Microsoft Entra could not be asked just now who may do this.',
        'Nothing was changed. Try again in a minute.',
      );
}
