import { html } from 'html';
import { useState } from 'preact/hooks';
import { Dialog } from '../dialog.js';
import { Blocks } from './blocks.js';
import { useSurface } from './use-surface.js';

/** A modal of Slack: the bot's view with its submit and close. Required inputs are held back here, as Slack does. */
export function Modal({ top, names, run, busy }) {
  const { view, viewId } = top;
  const [missing, setMissing] = useState({});
  const surface = useSurface(viewId, run, { viewId }, busy, { ...top.errors, ...missing });
  const close = () => run('slack/close', { viewId });
  const submit = (event) => {
    event.preventDefault();
    if (busy) return;
    const values = withInitial(view.blocks, surface.values);
    const empty = Object.fromEntries(
      view.blocks
        .filter(
          (block) => block.type === 'input' && !block.optional && !isFilled(values[block.block_id]?.[block.element.action_id]),
        )
        .map((block) => [block.block_id, 'Please complete this field.']),
    );
    setMissing(empty);
    if (Object.keys(empty).length === 0) void run('slack/submit', { viewId, values });
  };
  return html`<${Dialog} title=${view.title?.text ?? 'Hallpass'} onClose=${close} kind="slack-modal">
    <form onSubmit=${submit}>
      <div class="dialog-body"><${Blocks} blocks=${view.blocks} surface=${surface} names=${names} /></div>
      <footer class="dialog-foot">
        <button type="button" class="bk-button" onClick=${close}>${view.close?.text ?? 'Close'}</button>
        ${view.submit && html`<button type="submit" class="bk-button bk-primary" aria-disabled=${busy}>${view.submit.text}</button>`}
      </footer>
    </form>
  <//>`;
}

/** What Slack sends for inputs that nobody touched: their initial value, or null. */
function withInitial(blocks, typed) {
  const values = { ...typed };
  for (const block of blocks) {
    if (block.type !== 'input') continue;
    const { element } = block;
    const known = values[block.block_id]?.[element.action_id];
    if (known === undefined) values[block.block_id] = { [element.action_id]: initialOf(element) };
  }
  return values;
}

function initialOf(element) {
  if (element.type === 'checkboxes') return { type: element.type, selected_options: element.initial_options ?? [] };
  if (/select$|^radio_buttons$/.test(element.type))
    return { type: element.type, selected_option: element.initial_option ?? null };
  return { type: element.type, value: element.initial_value ?? null };
}

function isFilled(value) {
  return Boolean(value?.value ?? value?.selected_option ?? value?.selected_options?.length);
}
