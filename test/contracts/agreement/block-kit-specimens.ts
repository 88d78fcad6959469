export type Json = Record<string, unknown>;

/** Where a thing stands in a message or view. */
export type Place =
  | 'block'
  | 'input block'
  | 'action'
  | 'input'
  | 'text'
  | 'confirm'
  | 'option'
  | 'rich option'
  | 'modal'
  | 'home';

export interface Specimen {
  readonly place: Place;
  /** Taken as it is by Slack, with each property that has a limit. */
  readonly valid: Json;
}

const plain = (text = 'x'): Json => ({ type: 'plain_text', text });
const button: Json = {
  type: 'button',
  action_id: 'a',
  text: plain(),
  value: 'v',
  url: 'https://a.example/',
  accessibility_label: 'x',
};
const option = (): Json => ({ text: plain(), value: 'v' });
const options = [option()];
const section: Json = { type: 'section', block_id: 'b', text: plain(), fields: [plain()] };
const element = (place: Place, type: string, more: Json = {}): Specimen => ({ place, valid: { type, action_id: 'a', ...more } });
const block = (type: string, more: Json = {}, place: Place = 'block'): Specimen => ({
  place,
  valid: { type, block_id: 'b', ...more },
});
const image: Json = { image_url: 'https://a.example/a.png', alt_text: 'x', title: plain() };

/** By the names of @slack/types. What is not here, the playground cannot draw and refuses. */
export const SPECIMENS: Readonly<Record<string, Specimen>> = {
  ActionsBlock: block('actions', { elements: [button] }),
  ContextBlock: block('context', { elements: [plain()] }),
  DividerBlock: block('divider'),
  HeaderBlock: block('header', { text: plain() }),
  ImageBlock: block('image', image),
  InputBlock: block(
    'input',
    { label: plain(), hint: plain(), element: { type: 'plain_text_input', action_id: 'a' } },
    'input block',
  ),
  MarkdownBlock: block('markdown', { text: 'x' }),
  RichTextBlock: block('rich_text', { elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }] }),
  SectionBlock: { place: 'block', valid: section },
  PlainTextElement: { place: 'text', valid: plain() },
  MrkdwnElement: { place: 'text', valid: { type: 'mrkdwn', text: 'x' } },
  ConfirmationDialog: { place: 'confirm', valid: { title: plain(), text: plain(), confirm: plain(), deny: plain() } },
  PlainTextOption: { place: 'option', valid: option() },
  MrkdwnOption: { place: 'rich option', valid: { text: { type: 'mrkdwn', text: 'x' }, value: 'v' } },
  Button: { place: 'action', valid: button },
  Checkboxes: element('action', 'checkboxes', { options }),
  Datepicker: element('action', 'datepicker'),
  DateTimepicker: element('action', 'datetimepicker'),
  Timepicker: element('action', 'timepicker'),
  Overflow: element('action', 'overflow', { options }),
  RadioButtons: element('action', 'radio_buttons', { options }),
  StaticSelect: element('action', 'static_select', { options }),
  ExternalSelect: element('action', 'external_select'),
  UsersSelect: element('action', 'users_select'),
  ConversationsSelect: element('action', 'conversations_select'),
  ChannelsSelect: element('action', 'channels_select'),
  MultiStaticSelect: element('action', 'multi_static_select', { options }),
  MultiExternalSelect: element('action', 'multi_external_select'),
  MultiUsersSelect: element('action', 'multi_users_select'),
  MultiConversationsSelect: element('action', 'multi_conversations_select'),
  MultiChannelsSelect: element('action', 'multi_channels_select'),
  PlainTextInput: element('input', 'plain_text_input'),
  NumberInput: element('input', 'number_input', { is_decimal_allowed: false }),
  EmailInput: element('input', 'email_text_input'),
  URLInput: element('input', 'url_text_input'),
  ModalView: {
    place: 'modal',
    valid: {
      type: 'modal',
      title: plain(),
      close: plain(),
      submit: plain(),
      private_metadata: 'x',
      callback_id: 'x',
      blocks: [section],
    },
  },
  HomeView: { place: 'home', valid: { type: 'home', private_metadata: 'x', callback_id: 'x', blocks: [section] } },
};

interface Held {
  readonly blocks: readonly Json[];
  readonly surface: 'message' | 'modal';
}

const inMessage = (one: Json): Held => ({ blocks: [one], surface: 'message' });
const inForm = (one: Json): Held => ({ blocks: [one], surface: 'modal' });
const acting = (one: Json): Held => inMessage({ type: 'actions', elements: [one] });

const HOLDERS: Readonly<Record<Exclude<Place, 'modal' | 'home'>, (value: Json) => Held>> = {
  block: inMessage,
  'input block': inForm,
  input: (value) => inForm({ type: 'input', label: plain(), element: value }),
  action: acting,
  text: (value) => inMessage({ type: 'section', text: value }),
  confirm: (value) => acting({ ...button, confirm: value }),
  // Only the options of an overflow menu have addresses.
  option: (value) =>
    acting({ type: value['url'] === undefined ? 'static_select' : 'overflow', action_id: 'a', options: [value] }),
  'rich option': (value) => acting({ type: 'radio_buttons', action_id: 'a', options: [value] }),
};

/** The smallest message or form that holds this thing in its place. */
export function placed(place: keyof typeof HOLDERS, value: Json): Held {
  return HOLDERS[place](value);
}
