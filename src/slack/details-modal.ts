import type { KnownBlock, ModalView } from '@slack/types';
import type { DetailsView } from '../chat/views.ts';
import { VIEW_IDS } from './action-ids.ts';
import { context, header, LIMITS, plainText, section } from './blocks.ts';
import { localTime } from './instants.ts';
import { codeBlock, inMrkdwn } from './mrkdwn.ts';

/** Everything known about one case, for the one who asked. */
export function detailsModal(view: DetailsView, title = 'Details'): ModalView {
  const room = LIMITS.viewBlocks - 2;
  const shown = view.facts.slice(0, room);
  return {
    type: 'modal',
    callback_id: VIEW_IDS.details,
    title: plainText(title, LIMITS.viewTitle),
    close: plainText('Close', LIMITS.viewTitle),
    blocks: [
      header(view.title),
      ...shown.map(fact),
      ...(view.facts.length > room ? [context(`… and ${view.facts.length - room} more`)] : []),
    ],
  };
}

function fact({ label, text, at }: DetailsView['facts'][number]): KnownBlock {
  if (label === 'Command') return section(codeBlock(text));
  const said = [text === '' ? '' : inMrkdwn(text, 2_500), at === undefined ? '' : localTime(at)].filter((part) => part !== '');
  return section(`*${inMrkdwn(label, 150)}*\n${said.join(' · ') || '—'}`);
}
