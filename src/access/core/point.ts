import { channel } from 'node:diagnostics_channel';

/**
 * Names a place in the code where a crash would be interesting. Nobody listens in production, and a listener is told only the
 * name: the crash tests subscribe from a preloaded file, stop the process there, and kill it from outside.
 */
export type PointName =
  | 'store.before-append'
  | 'store.after-append'
  | 'store.after-fsync'
  | 'store.before-checkpoint-rename'
  | 'store.after-checkpoint-rename'
  | 'store.text-written'
  | 'replace.begun'
  | 'replace.one-in-place'
  | 'replace.done'
  | 'backup.copied'
  | 'restore.copied'
  | 'command.before-run'
  | 'command.before-finish'
  | 'give.before-write'
  | 'give.after-write'
  | 'take.before-write'
  | 'take.after-write'
  | 'register.before-call'
  | 'register.after-call'
  | 'decide.before-call'
  | 'decide.after-call'
  | 'end.before-call'
  | 'end.after-call'
  | 'cards.before-post'
  | 'cards.after-post'
  | 'feed.before-commit'
  | 'feed.after-commit';

const points = channel('hallpass.point');

export function point(name: PointName): void {
  if (points.hasSubscribers) points.publish({ name });
}
