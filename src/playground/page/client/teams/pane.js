import { html } from 'html';
import { useState } from 'preact/hooks';
import { ChatWindow, Composer, MessageFrame, Messages, Trouble } from '../chat-window.js';
import { Dialog } from '../dialog.js';
import { act } from '../live.js';
import { timeOf } from '../time.js';
import { useFresh } from '../use-fresh.js';
import { AdaptiveCard } from './card.js';
import { TeamsText } from './text.js';

export function TeamsPane({ state, personas, persona, onPersona, conversations, onConversation }) {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const pane = state.panes[persona] ?? { conversations: [], dialogs: [] };
  const { isFresh, markSeen } = useFresh(state.panes);
  const tabs = pane.conversations.map((one) => ({ ...one, fresh: isFresh(persona, one) }));
  const wanted = conversations[persona] ?? tabs[0]?.id;
  const tab = tabs.some((one) => one.id === wanted) ? wanted : tabs[0]?.id;
  const current = pane.conversations.find((one) => one.id === tab);
  if (current) markSeen(persona, current);
  const run = async (path, body) => {
    setBusy(true);
    const answer = await act(path, { persona, conversationId: current?.id, ...body });
    setBusy(false);
    setTrouble(answer.ok ? (answer.notice ?? '') : answer.sentence);
    return answer;
  };
  const dialog = pane.dialogs.at(-1);
  return html`<${ChatWindow} kind="teams" title="Teams" subtitle="Playground tenant" personas=${personas} persona=${persona} onPersona=${onPersona} tabs=${tabs} tab=${tab} onTab=${(id) => onConversation(persona, id)}
    fresh=${(key) => (state.panes[key]?.conversations ?? []).some((one) => isFresh(key, one) && !(key === persona && one.id === tab))}
    overlay=${
      dialog &&
      html`<${Dialog} key=${dialog.dialogId} title=${dialog.title} onClose=${() => run('teams/close', { dialogId: dialog.dialogId })} kind="teams-dialog">
      <div class="dialog-body"><${AdaptiveCard} card=${dialog.card} onAction=${(action) => run('teams/dialog', { dialogId: dialog.dialogId, action })} /></div>
    <//>`
    }
    composer=${html`<${Composer} label=${current?.kind === 'channel' ? `Message ${current.name}` : 'Write to Hallpass'} quick=${current?.kind === 'channel' ? [] : ['request', 'mine']} onSend=${(text) => run('teams/message', { text })} busy=${busy} />`}>
    <${Trouble} sentence=${trouble} onClose=${() => setTrouble('')} />
    <${Talk} key=${`${persona}-${tab}`} conversation=${current} run=${run} persona=${persona} />
  <//>`;
}

function Talk({ conversation, run, persona }) {
  const messages = conversation?.messages ?? [];
  const signature = messages.map((message) => message.id + message.edited).join();
  return html`<${Messages} signature=${signature} label=${`Messages in ${conversation?.name ?? ''}`} empty=${emptyWords(conversation, persona)}>
    ${messages.map(
      (
        message,
      ) => html`<${MessageFrame} key=${message.id} from=${message.from} byBot=${message.byBot} time=${timeOf(message.at)} edited=${message.edited} onlyYou=${message.onlyYou} reply=${message.replyToId !== undefined}>
      ${message.text && html`<div class="tm-text"><${TeamsText} text=${message.text} /></div>`}
      ${message.cards.map((card, index) => html`<${AdaptiveCard} key=${index} card=${card} onAction=${(action) => run('teams/action', { messageId: message.id, action })} />`)}
    <//>`,
    )}
  <//>`;
}

function emptyWords(conversation, persona) {
  if (conversation?.kind === 'channel')
    return conversation.name.toLowerCase().includes('security')
      ? 'Quiet. Alerts appear here: shorten a secret’s life in the tenant to raise one.'
      : 'No request is waiting. Be Rita and write “request” to make one.';
  return persona === 'rita'
    ? 'Press “request” below to ask for a role, or “mine” to see what you hold.'
    : 'Hallpass has not written to you yet. Try “mine”.';
}
