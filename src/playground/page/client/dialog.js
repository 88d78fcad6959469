import { html } from 'html';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.js';

/** A dialog inside a chat window: keeps the focus, closes with Escape, gives the focus back. */
export function Dialog({ title, onClose, children, small = false, kind = '' }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    const first = box.current.querySelector('input, textarea, select') ?? box.current.querySelector('button');
    first?.focus({ preventScroll: true });
    return () => before instanceof HTMLElement && before.isConnected && before.focus({ preventScroll: true });
  }, []);
  const onKey = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
    if (event.key !== 'Tab') return;
    const stops = [...box.current.querySelectorAll('a[href], button:not([disabled]), input, textarea, select, summary')];
    const [first, last] = [stops[0], stops.at(-1)];
    if (event.shiftKey && document.activeElement === first) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first?.focus();
    }
  };
  return html`<div class="dialog-back" onKeyDown=${onKey}>
    <section class=${`dialog ${small ? 'dialog-small' : ''} ${kind}`} role="dialog" aria-modal="true" aria-label=${title} ref=${box}>
      <header class="dialog-head"><h3>${title}</h3><button type="button" class="icon-button" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></header>
      ${children}
    </section>
  </div>`;
}
