import { html } from 'html';
import { useState } from 'preact/hooks';
import { Icon } from '../icons.js';
import { ConfirmDialog } from './confirm.js';
import { Combobox } from './combobox.js';
import { Plain } from './mrkdwn.js';

/** One interactive element. What it sends has the shape that Slack's `block_actions` and `state.values` have. */
export function Element(props) {
  const draw = DRAWN[props.element.type];
  return draw
    ? html`<${draw} ...${props} />`
    : html`<span class="bk-unknown">An element of type “${props.element.type}” is not drawn here.</span>`;
}

const pathOf = ({ block, element }) => ({ blockId: block.block_id, actionId: element.action_id });

/** Writes down the value and, where the element dispatches, sends it at once. */
function choose(props, value) {
  const full = { type: props.element.type, ...value };
  props.surface.setValue(props.block.block_id, props.element.action_id, full);
  if (props.dispatches) props.surface.press({ ...pathOf(props), ...full });
}

const valueOf = (props) => props.surface.values[props.block.block_id]?.[props.element.action_id];

function Button(props) {
  const { element, surface } = props;
  const [asking, setAsking] = useState(false);
  const press = () => {
    if (surface.busy) return;
    surface.press({ ...pathOf(props), type: 'button', value: element.value, text: element.text });
    if (element.url) window.open(element.url, '_blank', 'noopener');
  };
  return html`<button type="button" class=${`bk-button ${element.style ? `bk-${element.style}` : ''}`} aria-disabled=${surface.busy} aria-label=${element.accessibility_label} onClick=${() => (element.confirm ? setAsking(true) : press())}>
      <${Plain} text=${element.text.text} />
    </button>
    ${
      asking &&
      html`<${ConfirmDialog} confirm=${element.confirm} onNo=${() => setAsking(false)} onYes=${() => {
        setAsking(false);
        press();
      }} />`
    }`;
}

function TextInput(props) {
  const { element, inputId, describedBy } = props;
  const value = valueOf(props)?.value ?? element.initial_value ?? '';
  const common = {
    id: inputId,
    value,
    maxLength: element.max_length,
    minLength: element.min_length,
    placeholder: element.placeholder?.text ?? '',
    'aria-describedby': describedBy,
    onInput: (event) =>
      props.surface.setValue(props.block.block_id, element.action_id, {
        type: element.type,
        value: event.target.value === '' ? null : event.target.value,
      }),
  };
  if (element.multiline) return html`<textarea class="bk-field" rows="3" ...${common} />`;
  return html`<input class="bk-field" type=${INPUT_TYPE[element.type] ?? 'text'} ...${common} />`;
}
const INPUT_TYPE = { number_input: 'number', email_text_input: 'email', url_text_input: 'url' };

/** Slack's own client filters these by itself, without asking the bot. */
function StaticSelect(props) {
  const { element } = props;
  const options = element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);
  const matching = (query) => options.filter((option) => option.text.text.toLowerCase().includes(query.toLowerCase()));
  return html`<${Combobox} id=${props.inputId ?? `${props.surface.id}-${element.action_id}`} describedBy=${props.describedBy} label=${element.placeholder?.text ?? 'Choose'} minimum=${0}
    chosen=${valueOf(props)?.selected_option ?? element.initial_option} search=${(query) => ({ ok: true, options: matching(query) })} onPick=${(option) => choose(props, { selected_option: option })} />`;
}

function ExternalSelect(props) {
  const { element, surface } = props;
  return html`<${Combobox} id=${props.inputId} describedBy=${props.describedBy} label=${element.placeholder?.text ?? 'Search'} minimum=${element.min_query_length ?? 3}
    chosen=${valueOf(props)?.selected_option ?? element.initial_option} search=${(query) => surface.search({ ...pathOf(props), query })} onPick=${(option) => choose(props, { selected_option: option })} />`;
}

function Choices(props) {
  const { element } = props;
  const many = element.type === 'checkboxes';
  const chosen = many
    ? (valueOf(props)?.selected_options ?? element.initial_options ?? [])
    : [valueOf(props)?.selected_option ?? element.initial_option].filter(Boolean);
  const isOn = (option) => chosen.some((other) => other.value === option.value);
  const toggle = (option) =>
    many
      ? { selected_options: isOn(option) ? chosen.filter((other) => other.value !== option.value) : [...chosen, option] }
      : { selected_option: option };
  return html`<div class="bk-choices" role=${many ? 'group' : 'radiogroup'} id=${props.inputId}>
    ${element.options.map(
      (option) => html`<label key=${option.value} class="bk-choice">
      <input type=${many ? 'checkbox' : 'radio'} name=${`${props.surface.id}-${element.action_id}`} checked=${isOn(option)} onChange=${() => choose(props, toggle(option))} />
      <span>${option.text.text}${option.description && html`<small>${option.description.text}</small>`}</span>
    </label>`,
    )}
  </div>`;
}

function Overflow(props) {
  const [open, setOpen] = useState(false);
  return html`<details class="bk-overflow" open=${open} onToggle=${(event) => setOpen(event.target.open)}>
    <summary aria-label="More actions">⋯</summary>
    <div class="bk-menu" role="menu">${props.element.options.map(
      (option) =>
        html`<button type="button" role="menuitem" key=${option.value} onClick=${() => {
          setOpen(false);
          props.surface.press({ ...pathOf(props), type: 'overflow', selected_option: option });
        }}>${option.text.text}</button>`,
    )}</div>
  </details>`;
}

function Image({ element }) {
  return html`<img class="bk-thumb" src=${element.image_url} alt=${element.alt_text} />`;
}

const DRAWN = {
  button: Button,
  plain_text_input: TextInput,
  number_input: TextInput,
  email_text_input: TextInput,
  url_text_input: TextInput,
  static_select: StaticSelect,
  external_select: ExternalSelect,
  radio_buttons: Choices,
  checkboxes: Choices,
  overflow: Overflow,
  image: Image,
};
