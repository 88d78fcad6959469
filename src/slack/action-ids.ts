/** What a button or field is called on the wire. Cards in channels live for months: never rename, only add. */
export const ACTION_IDS = [
  'approve',
  'deny',
  'sign',
  'why',
  'withdraw',
  'release',
  'acknowledge',
  'snooze',
  'details',
  'ask',
  'entitlement',
  'duration',
  'justification',
  'note',
  'link',
  'unlink',
] as const;
export type ActionId = (typeof ACTION_IDS)[number];

export const VIEW_IDS = { request: 'request', deny: 'deny', notice: 'notice', details: 'details', home: 'home' } as const;
