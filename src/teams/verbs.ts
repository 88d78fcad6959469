/** The verbs of buttons. The ones ending in `Handled` differ only in which buttons the answer keeps. */
export const VERBS = [
  'submit',
  'approve',
  'deny',
  'why',
  'withdraw',
  'release',
  'withdrawMine',
  'releaseMine',
  'acknowledge',
  'snooze',
  'details',
  'detailsHandled',
  'form',
  'mine',
] as const;
export type Verb = (typeof VERBS)[number];
