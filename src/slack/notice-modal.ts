import type { KnownBlock, ModalView } from '@slack/types';
import type { Answer } from '../chat/desk.ts';
import { VIEW_IDS } from './action-ids.ts';
import { LIMITS, plainSection, plainText } from './blocks.ts';
import { refusedBlocks } from './requester-card.ts';

/** A modal that only says something: that we are looking, that it is done, or why not. */
export function noticeModal(title: string, blocks: KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: VIEW_IDS.notice,
    title: plainText(title, LIMITS.viewTitle),
    close: plainText('Close', LIMITS.viewTitle),
    blocks,
  };
}

export function waitingModal(title: string): ModalView {
  return noticeModal(title, [plainSection('⏳ One moment …')]);
}

export function answerModal(answer: Answer): ModalView {
  return noticeModal(answer.done ? 'Done' : 'Not possible', answerBlocks(answer));
}

export function answerBlocks(answer: Answer): KnownBlock[] {
  return answer.done ? [plainSection(`✅ ${answer.sentence}`)] : refusedBlocks(answer);
}
