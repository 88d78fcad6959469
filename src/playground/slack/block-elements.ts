import { BLOCK_KIT_LIMITS as L } from './block-kit-limits.ts';
import { both, byType, type Field, flag, list, may, need, object, oneOf, type Shape, text, whole } from '../shape.ts';
import { isWire } from '../wire.ts';

export const plainText = (max: number): Shape =>
  object({ type: need(oneOf('plain_text')), text: need(text({ min: L.textMinChars, max })), emoji: may(flag) });

export const mrkdwn = (max: number): Shape =>
  object({ type: need(oneOf('mrkdwn')), text: need(text({ min: L.textMinChars, max })), verbatim: may(flag) });

export const anyText = (max: number): Shape => byType({ plain_text: plainText(max), mrkdwn: mrkdwn(max) });

const actionId = may(text({ min: 1, max: L.actionIdChars }));
export const url = text({ min: 1, max: L.urlChars, pattern: /^(https?|slack|mailto):/ });

/** Title and buttons have defaults ("Are you sure?", "Yes", "Cancel": @slack/types 3.2.0, ConfirmationDialog). */
const confirm = may(
  object({
    title: may(plainText(L.confirmTitleChars)),
    text: need(anyText(L.confirmTextChars)),
    confirm: may(plainText(L.confirmButtonChars)),
    deny: may(plainText(L.confirmButtonChars)),
    style: may(oneOf('primary', 'danger')),
  }),
);

const placeholder = may(plainText(L.placeholderChars));
const focus = may(flag);

function option(label: (max: number) => Shape): Shape {
  return object({
    text: need(label(L.optionTextChars)),
    value: need(text({ min: 1, max: L.optionValueChars })),
    description: may(label(L.optionDescriptionChars)),
  });
}

const plainOption = option(plainText);
const richOption = option(anyText);
const overflowOption = object({
  text: need(plainText(L.optionTextChars)),
  value: need(text({ min: 1, max: L.optionValueChars })),
  description: may(plainText(L.optionDescriptionChars)),
  url: may(url),
});
export const optionList = list(plainOption, { min: 0, max: L.selectOptions });
const groups = list(
  object({ label: need(plainText(L.optionGroupLabelChars)), options: need(list(plainOption, { max: L.selectOptions })) }),
  { max: L.selectGroups },
);

/** What `block_suggestion` may be answered with. */
export const suggestionAnswer: Shape = both(object({ options: may(optionList), option_groups: may(groups) }), exactlyOneSource);

function exactlyOneSource(value: unknown, pointer: string, problems: Parameters<Shape>[2]): void {
  if (!isWire(value)) return;
  const given = ['options', 'option_groups'].filter((name) => value[name] !== undefined);
  if (given.length !== 1) problems.push({ message: 'must provide exactly one of: options, option_groups', pointer });
}

/** Slack refuses an initial option that is not, letter for letter, among the options. */
function initialAmongOptions(value: unknown, pointer: string, problems: Parameters<Shape>[2]): void {
  if (!isWire(value)) return;
  const groupOptions = Array.isArray(value['option_groups'])
    ? value['option_groups'].flatMap((group: unknown) => (isWire(group) ? group['options'] : []))
    : [];
  const options = [...(Array.isArray(value['options']) ? value['options'] : []), ...groupOptions].map((entry) =>
    JSON.stringify(entry),
  );
  const initial = [value['initial_option'], ...(Array.isArray(value['initial_options']) ? value['initial_options'] : [])];
  for (const chosen of initial.filter((entry) => entry !== undefined)) {
    if (!options.includes(JSON.stringify(chosen)))
      problems.push({ message: 'initial_option must match one of the options', pointer });
  }
}

function distinctValues(value: unknown, pointer: string, problems: Parameters<Shape>[2]): void {
  const options = isWire(value) && Array.isArray(value['options']) ? value['options'] : [];
  const values = options.map((entry: unknown) => (isWire(entry) ? entry['value'] : undefined));
  if (new Set(values).size !== values.length) problems.push({ message: 'option values must be unique', pointer });
}

const typed = (type: string, fields: Readonly<Record<string, Field>>): Shape =>
  object({ type: need(oneOf(type)), action_id: actionId, ...fields });

const select = (type: string, fields: Readonly<Record<string, Field>>): Shape =>
  typed(type, { placeholder, confirm, focus_on_load: focus, ...fields });

const multi = (type: string, fields: Readonly<Record<string, Field>>): Shape =>
  select(type, { max_selected_items: may(whole(1, Number.MAX_SAFE_INTEGER)), ...fields });

const id = text({ min: 1 });
const ids = list(id, { max: L.selectOptions });
const minQuery = may(whole(0, L.plainTextInputChars));
const responseUrlEnabled = may(flag);
const filter = may(
  object({
    include: may(list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 })),
    exclude_external_shared_channels: may(flag),
    exclude_bot_users: may(flag),
  }),
);
const currentConversation = may(flag);
const dispatch = may(object({ trigger_actions_on: may(list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 })) }));
const sources = { options: may(list(plainOption, { max: L.selectOptions })), option_groups: may(groups) };
const checked = (shape: Shape): Shape => both(both(shape, exactlyOneSource), both(initialAmongOptions, distinctValues));
const chosenFrom = (shape: Shape): Shape => both(shape, both(initialAmongOptions, distinctValues));
const DATE = /^\d{4}-\d\d-\d\d$/;

const SELECTS: Readonly<Record<string, Shape>> = {
  static_select: checked(select('static_select', { ...sources, initial_option: may(plainOption) })),
  external_select: select('external_select', { initial_option: may(plainOption), min_query_length: minQuery }),
  users_select: select('users_select', { initial_user: may(id) }),
  conversations_select: select('conversations_select', {
    initial_conversation: may(id),
    default_to_current_conversation: currentConversation,
    response_url_enabled: responseUrlEnabled,
    filter,
  }),
  channels_select: select('channels_select', { initial_channel: may(id), response_url_enabled: responseUrlEnabled }),
  multi_static_select: checked(
    multi('multi_static_select', { ...sources, initial_options: may(list(plainOption, { max: L.selectOptions })) }),
  ),
  multi_external_select: multi('multi_external_select', {
    initial_options: may(list(plainOption, { max: L.selectOptions })),
    min_query_length: minQuery,
  }),
  multi_users_select: multi('multi_users_select', { initial_users: may(ids) }),
  multi_conversations_select: multi('multi_conversations_select', {
    initial_conversations: may(ids),
    default_to_current_conversation: currentConversation,
    filter,
  }),
  multi_channels_select: multi('multi_channels_select', { initial_channels: may(ids) }),
};

const CHOICES: Readonly<Record<string, Shape>> = {
  checkboxes: chosenFrom(
    typed('checkboxes', {
      options: need(list(richOption, { max: L.checkboxOptions })),
      initial_options: may(list(richOption, { max: L.checkboxOptions })),
      confirm,
      focus_on_load: focus,
    }),
  ),
  radio_buttons: chosenFrom(
    typed('radio_buttons', {
      options: need(list(richOption, { max: L.checkboxOptions })),
      initial_option: may(richOption),
      confirm,
      focus_on_load: focus,
    }),
  ),
  datepicker: typed('datepicker', { initial_date: may(text({ pattern: DATE })), placeholder, confirm, focus_on_load: focus }),
  timepicker: typed('timepicker', {
    initial_time: may(text({ pattern: /^([01]\d|2[0-3]):[0-5]\d$/ })),
    timezone: may(text({ min: 1 })),
    placeholder,
    confirm,
    focus_on_load: focus,
  }),
  datetimepicker: typed('datetimepicker', {
    initial_date_time: may(whole(1_000_000_000, 9_999_999_999)),
    confirm,
    focus_on_load: focus,
  }),
};

export const image = object({
  type: need(oneOf('image')),
  image_url: need(url),
  alt_text: need(text({ min: 1, max: L.imageAltChars })),
});

const BUTTONS: Readonly<Record<string, Shape>> = {
  button: typed('button', {
    text: need(plainText(L.buttonTextChars)),
    value: may(text({ max: L.buttonValueChars })),
    url: may(url),
    style: may(oneOf('primary', 'danger')),
    confirm,
    accessibility_label: may(text({ max: L.accessibilityLabelChars })),
  }),
  overflow: both(typed('overflow', { options: need(list(overflowOption, { max: L.overflowOptions })), confirm }), distinctValues),
};

const TYPED_INPUTS: Readonly<Record<string, Shape>> = {
  plain_text_input: typed('plain_text_input', {
    initial_value: may(text({ max: L.plainTextInputChars })),
    multiline: may(flag),
    min_length: may(whole(0, L.plainTextInputChars)),
    max_length: may(whole(1, L.plainTextInputChars)),
    dispatch_action_config: dispatch,
    placeholder,
    focus_on_load: focus,
  }),
  number_input: typed('number_input', {
    is_decimal_allowed: need(flag),
    initial_value: may(text()),
    min_value: may(text()),
    max_value: may(text()),
    dispatch_action_config: dispatch,
    placeholder,
    focus_on_load: focus,
  }),
  email_text_input: typed('email_text_input', {
    initial_value: may(text()),
    dispatch_action_config: dispatch,
    placeholder,
    focus_on_load: focus,
  }),
  url_text_input: typed('url_text_input', {
    initial_value: may(text()),
    dispatch_action_config: dispatch,
    placeholder,
    focus_on_load: focus,
  }),
};

export const ACTIONS_ELEMENTS: Readonly<Record<string, Shape>> = { ...BUTTONS, ...SELECTS, ...CHOICES };
export const ACCESSORIES: Readonly<Record<string, Shape>> = { ...ACTIONS_ELEMENTS, image };
export const INPUT_ELEMENTS: Readonly<Record<string, Shape>> = { ...SELECTS, ...CHOICES, ...TYPED_INPUTS };
