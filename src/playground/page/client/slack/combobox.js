import { html } from 'html';
import { useEffect, useRef, useState } from 'preact/hooks';

/** How long typing must rest before the bot is asked, as Slack's client does it. */
const REST_MS = 200;

/** A search field with suggestions from the bot (`external_select`): ARIA combobox with a list box. */
export function Combobox({ id, describedBy, label, minimum, chosen, search, onPick }) {
  const [text, setText] = useState(undefined);
  const [open, setOpen] = useState(false);
  const [options, setOptions] = useState([]);
  const [lit, setLit] = useState(0);
  const [status, setStatus] = useState('');
  const asked = useRef(0);
  const listId = `${id}-list`;

  useEffect(() => {
    if (!open) return undefined;
    const query = text ?? '';
    if (query.length < minimum) {
      setOptions([]);
      setStatus(`Type ${minimum === 1 ? 'a letter' : `${minimum} letters`} to search.`);
      return undefined;
    }
    setStatus('Searching …');
    const mine = (asked.current += 1);
    const timer = setTimeout(async () => {
      const answer = await search(query);
      if (mine !== asked.current) return;
      const found = answer.ok ? (answer.options ?? (answer.option_groups ?? []).flatMap((group) => group.options)) : [];
      setOptions(found);
      setLit(0);
      setStatus(answer.ok ? (found.length === 0 ? 'Nothing matches.' : '') : answer.sentence);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [open, text, minimum]);

  const pick = (option) => {
    onPick(option);
    setOpen(false);
    setText(undefined);
  };
  const onKey = (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      setLit((now) => Math.max(0, Math.min(options.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
    } else if (event.key === 'Enter' && open && options[lit]) {
      event.preventDefault();
      pick(options[lit]);
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return html`<div class="combo">
    <input id=${id} class="bk-field" type="text" role="combobox" autocomplete="off" aria-autocomplete="list" aria-expanded=${open} aria-controls=${listId} aria-describedby=${describedBy}
      aria-activedescendant=${open && options[lit] ? `${listId}-${lit}` : undefined} placeholder=${label} value=${text ?? chosen?.text.text ?? ''}
      onFocus=${() => setOpen(true)} onClick=${() => setOpen(true)} onBlur=${() =>
        setTimeout(() => {
          setOpen(false);
          setText(undefined);
        }, 150)} onInput=${(event) => {
        setText(event.target.value);
        setOpen(true);
      }} onKeyDown=${onKey} />
    <div class="combo-pop" hidden=${!open}>
      <ul id=${listId} role="listbox" aria-label=${label}>
        ${options.map(
          (
            option,
            index,
          ) => html`<li key=${option.value} id=${`${listId}-${index}`} role="option" aria-selected=${index === lit} class=${index === lit ? 'combo-lit' : ''} onMouseDown=${(
            event,
          ) => {
            event.preventDefault();
            pick(option);
          }} onMouseMove=${() => setLit(index)}>
          <span>${option.text.text}</span>${option.description && html`<small>${option.description.text}</small>`}
        </li>`,
        )}
      </ul>
      ${status && html`<p class="combo-status" role="status">${status}</p>`}
    </div>
  </div>`;
}
