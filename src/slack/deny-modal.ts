import type { ModalView } from '@slack/types';
import { type ActionId, VIEW_IDS } from './action-ids.ts';
import { LIMITS, plainText } from './blocks.ts';

export const NOTE_MAX_CHARS = 500;
export const NOTE_BLOCK = 'note';

/** Where the decision came from, carried through the form: ids only, looked up again when it is sent. */
export interface DenyForm {
  readonly caseId: string;
  readonly channelId?: string;
  readonly messageId?: string;
}

/** Denying asks for a note: the requester should know what to do differently. */
export function denyModal(form: DenyForm): ModalView {
  return {
    type: 'modal',
    callback_id: VIEW_IDS.deny,
    private_metadata: JSON.stringify(form),
    title: plainText('Deny this request', LIMITS.viewTitle),
    submit: plainText('Deny', LIMITS.viewTitle),
    close: plainText('Cancel', LIMITS.viewTitle),
    blocks: [
      {
        type: 'input',
        block_id: NOTE_BLOCK,
        label: plainText('Why not?', 2_000),
        hint: plainText('The requester reads this.', 2_000),
        element: {
          type: 'plain_text_input',
          action_id: 'note' satisfies ActionId,
          multiline: true,
          max_length: NOTE_MAX_CHARS,
        },
      },
    ],
  };
}
