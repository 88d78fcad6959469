import { html } from 'html';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar } from './avatar.js';
import { Icon } from './icons.js';

/** The frame that both chat programs share: whose eyes, which conversation, what was said, and where to write. */
export function ChatWindow({
  kind,
  title,
  subtitle,
  personas,
  persona,
  onPersona,
  tabs,
  tab,
  onTab,
  fresh,
  children,
  overlay,
  composer,
}) {
  return html`<section class=${`window window-${kind}`} aria-label=${title}>
    <header class="window-bar"><h2>${title}</h2><span class="window-sub">${subtitle}</span></header>
    <div class="personas" role="radiogroup" aria-label=${`Who you are in ${title}`} onKeyDown=${(event) => step(event, personas, persona, onPersona)}>
      ${personas.map(
        (
          person,
        ) => html`<button type="button" role="radio" key=${person.key} aria-checked=${person.key === persona} tabIndex=${person.key === persona ? 0 : -1} class="persona" onClick=${() => onPersona(person.key)} title=${`${person.name}, ${person.about}`}>
        <${Avatar} name=${person.name} persona=${person} size=${30} />
        <span class="persona-words"><span class="persona-name">${person.name.split(' ')[0]}</span><span class="persona-part">${person.part}</span></span>
        ${fresh(person.key) && html`<span class="dot"><span class="sr">something new</span></span>`}
      </button>`,
      )}
    </div>
    <div class="tabs" role="tablist" aria-label=${`Conversations in ${title}`}>
      ${tabs.map((one) => html`<button type="button" role="tab" key=${one.id} aria-selected=${one.id === tab} class="tab" onClick=${() => onTab(one.id)}>${one.kind === 'channel' && html`<${Icon} name="lock" size=${12} />`}${one.name}${one.fresh && one.id !== tab && html`<span class="dot"><span class="sr">new</span></span>`}</button>`)}
    </div>
    ${children}
    ${composer}
    ${overlay}
  </section>`;
}

function step(event, personas, persona, onPersona) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const index = personas.findIndex((one) => one.key === persona);
  onPersona(personas[(index + by + personas.length) % personas.length].key);
  requestAnimationFrame(() => event.currentTarget?.querySelector?.('[aria-checked=true]')?.focus());
}

/** Messages, newest at the bottom and in view; a screen reader hears what arrives. */
export function Messages({ signature, empty, children, label }) {
  const box = useRef(null);
  useEffect(() => {
    const scroller = box.current;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  }, [signature]);
  return html`<div class="messages" ref=${box} role="log" aria-live="polite" aria-label=${label} tabIndex="0">${children.length === 0 ? html`<p class="empty">${empty}</p>` : children}</div>`;
}

export function MessageFrame({ from, byBot, time, edited, onlyYou, reply, children }) {
  return html`<article class=${`message ${onlyYou ? 'message-only' : ''} ${reply ? 'message-reply' : ''}`}>
    <${Avatar} name=${from} bot=${byBot} size=${reply ? 24 : 34} />
    <div class="message-body">
      <header><strong>${from}</strong>${byBot && html`<span class="app-tag">App</span>`}<span class="message-time">${time}</span></header>
      ${onlyYou && html`<p class="only-you">Only visible to you</p>`}
      ${children}
      ${edited && html`<span class="edited">(edited)</span>`}
    </div>
  </article>`;
}

/** Where to write: quick words as buttons, and a line for anything else. `isNext`: the guide points here. */
export function Composer({ label, quick, onSend, busy, isNext = false }) {
  const [text, setText] = useState('');
  const send = (words) => {
    if (words.trim() === '' || busy) return;
    setText('');
    onSend(words.trim());
  };
  return html`<form class="composer" onSubmit=${(event) => {
    event.preventDefault();
    send(text);
  }}>
    ${quick.map((words) => html`<button type="button" key=${words} class=${`quick ${isNext ? 'quick-next' : ''}`} aria-disabled=${busy} onClick=${() => send(words)}>${words}</button>`)}
    <input type="text" aria-label=${label} placeholder=${label} value=${text} onInput=${(event) => setText(event.target.value)} />
    <button type="submit" class="icon-button" aria-label="Send" aria-disabled=${busy}><${Icon} name="send" /></button>
  </form>`;
}

/** A refusal or failure of the playground itself, in words, until it is closed. */
export function Trouble({ sentence, onClose }) {
  if (!sentence) return null;
  return html`<p class="trouble" role="alert"><${Icon} name="warn" /><span>${sentence}</span><button type="button" class="icon-button" aria-label="Close this message" onClick=${onClose}><${Icon} name="close" size=${14} /></button></p>`;
}
