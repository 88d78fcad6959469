import { html } from 'html';
import { useMemo, useState } from 'preact/hooks';
import { ChatWindow, Composer, MessageFrame, Messages, Trouble } from '../chat-window.js';
import { act } from '../live.js';
import { timeOf } from '../time.js';
import { useFresh } from '../use-fresh.js';
import { Blocks } from './blocks.js';
import { Modal } from './modal.js';
import { Mrkdwn } from './mrkdwn.js';
import { useSurface } from './use-surface.js';

const HOME = 'home';

export function SlackPane({ state, personas, persona, onPersona, conversations, onConversation, askNext }) {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const pane = state.panes[persona] ?? { conversations: [], views: [] };
  const names = useMemo(() => ({ users: state.users, channels: state.channels }), [state.users, state.channels]);
  const { isFresh, markSeen } = useFresh(state.panes);
  const tabs = [...pane.conversations, { id: HOME, name: 'Home', kind: 'home' }].map((one) => ({
    ...one,
    fresh: isFresh(persona, one),
  }));
  const wanted = conversations[persona] ?? pane.conversations[0]?.id ?? HOME;
  const tab = tabs.some((one) => one.id === wanted) ? wanted : (tabs[0]?.id ?? HOME);
  const current = pane.conversations.find((one) => one.id === tab);
  if (current) markSeen(persona, current);
  const run = async (path, body) => {
    setBusy(true);
    const answer = await act(path, { persona, ...body });
    setBusy(false);
    setTrouble(answer.ok ? '' : answer.sentence);
    return answer;
  };
  const open = (id) => {
    onConversation(persona, id);
    if (id === HOME) void run('slack/home', {});
  };
  const send = (text) => {
    if (text.startsWith('/')) return run('slack/command', { text, channelId: current?.id });
    return setTrouble('Hallpass listens to /access here; what you write to others is not part of the playground.');
  };
  const top = pane.views.at(-1);
  return html`<${ChatWindow} kind="slack" title="Slack" subtitle="Playground workspace" personas=${personas} persona=${persona} onPersona=${onPersona} tabs=${tabs} tab=${tab} onTab=${open}
    fresh=${(key) => (state.panes[key]?.conversations ?? []).some((one) => isFresh(key, one) && !(key === persona && one.id === tab))}
    overlay=${top && html`<${Modal} key=${top.viewId} top=${top} names=${names} run=${run} busy=${busy} />`}
    composer=${html`<${Composer} label="A command, such as /access" quick=${['/access']} isNext=${askNext && persona === 'rita'} onSend=${send} busy=${busy} />`}>
    <${Trouble} sentence=${trouble} onClose=${() => setTrouble('')} />
    ${tab === HOME ? html`<${Home} key=${persona} home=${pane.home} names=${names} run=${run} busy=${busy} />` : html`<${Talk} key=${`${persona}-${tab}`} conversation=${current} names=${names} run=${run} busy=${busy} persona=${persona} />`}
  <//>`;
}

function Home({ home, names, run, busy }) {
  const surface = useSurface('home', run, { viewId: home?.viewId }, busy);
  return html`<div class="messages home" tabIndex="0" role="region" aria-label="App Home">${home ? html`<${Blocks} blocks=${home.blocks} surface=${surface} names=${names} />` : html`<p class="empty">Hallpass fills this page with what you hold and what you wait for.</p>`}</div>`;
}

function Talk({ conversation, names, run, busy, persona }) {
  const messages = conversation?.messages ?? [];
  const signature = messages.map((message) => message.ts + message.edited).join();
  return html`<${Messages} signature=${signature} label=${`Messages in ${conversation?.name ?? ''}`} empty=${emptyWords(conversation, persona)}>
    ${messages.map((message) => html`<${Message} key=${message.ts} message=${message} channelId=${conversation.id} names=${names} run=${run} busy=${busy} />`)}
  <//>`;
}

function Message({ message, channelId, names, run, busy }) {
  const surface = useSurface(message.ts, run, { channelId, ts: message.ts }, busy);
  return html`<${MessageFrame} from=${message.from} byBot=${message.byBot} time=${timeOf(message.at)} edited=${message.edited} onlyYou=${message.onlyYou} reply=${message.threadTs !== undefined && message.threadTs !== message.ts}>
    ${message.blocks.length > 0 ? html`<${Blocks} blocks=${message.blocks} surface=${surface} names=${names} />` : html`<div class="bk-text"><${Mrkdwn} text=${message.text} names=${names} /></div>`}
  <//>`;
}

function emptyWords(conversation, persona) {
  if (conversation?.kind === 'channel')
    return conversation.name.includes('security')
      ? 'Quiet. Alerts appear here: press “Elevate access as Gina” in the tenant to raise one.'
      : 'No request is waiting. Be Rita and type /access to make one.';
  return persona === 'rita'
    ? 'Press /access below to ask for a role. What becomes of it is told here.'
    : 'Hallpass has not written to you yet.';
}
