import type { CommandHandler, Runtime } from '../../durable/port.ts';
import { postToAlarm } from '../commands/sound-alarm.ts';
import { freezeContextOf } from './freeze-desk.ts';

/** Tells the perimeter's own alarm that it was frozen, who signed that it may go on, and that it goes on. */
export function soundFreeze(runtime: Pick<Runtime, 'text'>, alarmUrl: string): CommandHandler {
  return async (_command, context) => {
    const view = context.view();
    const { frozenAt, reason: ref, signatures } = freezeContextOf(view);
    const reason = ref === undefined ? undefined : runtime.text(view.caseId, ref);
    const because = reason === undefined ? '' : ` Whoever froze it wrote: ${reason}`;
    const isOver = view.status === 'done';
    const signed = signatures.length === 0 ? '' : ` ${signatures.length} of 2 people have signed that it may go on.`;
    await postToAlarm(alarmUrl, {
      text: isOver
        ? `Hallpass: the perimeter, frozen at ${frozenAt}, gives again. Two people have signed that it may.`
        : `Hallpass: the perimeter was frozen at ${frozenAt} and gives nothing; access is ended as ever.${signed}${because}`,
      kind: isOver ? 'unfrozen' : 'frozen',
      freezeId: view.caseId,
      frozenAt,
      signatures,
    });
    return undefined;
  };
}
