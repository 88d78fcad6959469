import { html } from 'html';
import { Element } from './elements.js';
import { Mrkdwn, Plain, TextObject } from './mrkdwn.js';
import { RichText } from './rich-text.js';

/**
 * Real Block Kit, drawn. `surface` says what happens on a click: `{ press(action), values, setValue, errors, busy }`.
 * A kind of block that is not drawn here says so instead of disappearing.
 */
export function Blocks({ blocks, surface, names }) {
  return html`<div class="bk">${blocks.map((block, index) => html`<${Block} key=${block.block_id ?? index} block=${block} surface=${surface} names=${names} />`)}</div>`;
}

function Block({ block, surface, names }) {
  const draw = DRAWN[block.type];
  if (!draw) return html`<p class="bk-unknown">A block of type “${block.type}” is not drawn here.</p>`;
  return draw({ block, surface, names });
}

const DRAWN = {
  header: ({ block }) => html`<h4 class="bk-header"><${Plain} text=${block.text.text} /></h4>`,
  divider: () => html`<hr class="bk-divider" />`,
  section: Section,
  context: Context,
  actions: ({ block, surface, names }) =>
    html`<div class="bk-actions">${block.elements.map((element) => html`<${Element} key=${element.action_id} element=${element} block=${block} surface=${surface} names=${names} dispatches />`)}</div>`,
  input: Input,
  image: ({ block }) =>
    html`<figure class="bk-image"><img src=${block.image_url} alt=${block.alt_text} />${block.title && html`<figcaption>${block.title.text}</figcaption>`}</figure>`,
  markdown: ({ block, names }) => html`<div class="bk-section"><${Mrkdwn} text=${block.text} names=${names} /></div>`,
  rich_text: ({ block, names }) => html`<div class="bk-section"><${RichText} block=${block} names=${names} /></div>`,
};

function Section({ block, surface, names }) {
  return html`<div class="bk-section">
    <div class="bk-section-main">
      ${block.text && html`<div class="bk-text"><${TextObject} text=${block.text} names=${names} /></div>`}
      ${block.fields && html`<dl class="bk-fields">${block.fields.map((field, index) => html`<div key=${index}><${TextObject} text=${field} names=${names} /></div>`)}</dl>`}
    </div>
    ${block.accessory && html`<div class="bk-accessory"><${Element} element=${block.accessory} block=${block} surface=${surface} names=${names} dispatches /></div>`}
  </div>`;
}

function Context({ block, names }) {
  return html`<div class="bk-context">${block.elements.map((element, index) =>
    element.type === 'image'
      ? html`<img key=${index} src=${element.image_url} alt=${element.alt_text} />`
      : html`<span key=${index}><${TextObject} text=${element} names=${names} /></span>`,
  )}</div>`;
}

function Input({ block, surface, names }) {
  const id = `${surface.id}-${block.block_id}`;
  const error = surface.errors?.[block.block_id];
  return html`<div class=${`bk-input ${error ? 'bk-input-bad' : ''}`}>
    <label for=${id}><${Plain} text=${block.label.text} />${block.optional ? html` <span class="bk-optional">(optional)</span>` : null}</label>
    <${Element} element=${block.element} block=${block} surface=${surface} names=${names} dispatches=${block.dispatch_action === true} inputId=${id} describedBy=${error ? `${id}-error` : block.hint ? `${id}-hint` : undefined} />
    ${error && html`<p class="bk-error" id=${`${id}-error`} role="alert">${error}</p>`}
    ${block.hint && html`<p class="bk-hint" id=${`${id}-hint`}><${Plain} text=${block.hint.text} /></p>`}
  </div>`;
}
