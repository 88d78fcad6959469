import type { DoubtContext } from '../../../flows/doubt.ts';
import type { CommandHandler } from '../../durable/port.ts';
import { postToAlarm } from '../commands/sound-alarm.ts';
import { doubtContextOf } from './doubt-desk.ts';

const WHY: Readonly<Record<DoubtContext['why'], string>> = {
  behind: 'the bot has seen more of it than there is',
  forked: 'the bot has seen another history than this one',
  'unknown-records': "Microsoft's records name requests of ours that it does not know",
  restored: 'it was restored from a backup',
  operator: 'an operator had it rebuilt',
};

/** Tells the perimeter's own alarm that its ledger is not believed, and when it is again. */
export function soundDoubt(alarmUrl: string): CommandHandler {
  return async (_command, context) => {
    const { why, foundAt, ours, seen, unknownIds, rebuilt } = doubtContextOf(context.view());
    await postToAlarm(alarmUrl, {
      text:
        rebuilt === undefined
          ? `Hallpass: the ledger of the perimeter was lost, put back or replaced: ${WHY[why]}. Nothing is given, and what is known is ended. Find out why, then run "hallpass perimeter reconcile".`
          : `Hallpass: the ledger of the perimeter was rebuilt at ${rebuilt.at}; ${rebuilt.adopted} live grants were found again.`,
      kind: rebuilt === undefined ? 'ledger.doubtful' : 'ledger.reconciled',
      why,
      foundAt,
      ours,
      seen,
      unknownIds,
    });
    return undefined;
  };
}
