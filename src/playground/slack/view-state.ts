import { elementsOf } from './block-kit-check.ts';
import type { SlackBlock } from './slack-objects.ts';
import { isWire, type Wire } from '../wire.ts';

/** What a person entered: text, one option or date by its value, or several values. `null` empties a field. */
export type Entered = string | readonly string[] | null;

const INITIAL: Readonly<Record<string, readonly [field: string, initial: string]>> = {
  plain_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  users_select: ['selected_user', 'initial_user'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  channels_select: ['selected_channel', 'initial_channel'],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  multi_users_select: ['selected_users', 'initial_users'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
};

export const fieldOf = (elementType: unknown): string | undefined => INITIAL[String(elementType)]?.[0];
const isMany = (field: string) => field.endsWith('s');

/**
 * `state.values` of a view or message: one entry for each stateful element. What the person had entered survives an update
 * of the view where block_id, action_id and type stay the same.
 */
export function initialState(blocks: readonly SlackBlock[], before: Wire = {}): Wire {
  const values: Record<string, Wire> = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const known = INITIAL[String(element['type'])];
      if (!known) continue;
      const [field, initial] = known;
      const actionId = String(element['action_id']);
      const old = isWire(before[block.block_id]) ? (before[block.block_id] as Wire)[actionId] : undefined;
      const kept = isWire(old) && old['type'] === element['type'] ? old : undefined;
      const fresh = { type: element['type'], [field]: element[initial] ?? (isMany(field) ? [] : null) };
      values[block.block_id] = { ...values[block.block_id], [actionId]: kept ?? fresh };
    }
  }
  return values;
}

export type Written = { readonly ok: true; readonly entry: Wire } | { readonly ok: false; readonly why: string };

/** What the client would put into the state when a person enters this; the client itself lets nothing else be entered. */
export function entryFor(element: Wire, entered: Entered, offered: readonly Wire[]): Written {
  const field = fieldOf(element['type']);
  if (!field) return { ok: false, why: `nothing can be entered into ${String(element['type'])}` };
  const type = element['type'];
  if (entered === null) return { ok: true, entry: { type, [field]: isMany(field) ? [] : null } };
  if (field.startsWith('selected_option')) {
    const options = offered.length > 0 ? offered : optionsOf(element);
    const wanted = [entered].flat().map((value) => options.find((option) => option['value'] === value));
    if (wanted.includes(undefined)) return { ok: false, why: `not among the options: ${[entered].flat().join(', ')}` };
    return { ok: true, entry: { type, [field]: isMany(field) ? wanted : wanted[0] } };
  }
  if (isMany(field)) return { ok: true, entry: { type, [field]: [entered].flat() } };
  const word = [entered].flat()[0] ?? '';
  return { ok: true, entry: { type, [field]: field === 'selected_date_time' ? Number(word) : word } };
}

export function optionsOf(element: Wire): readonly Wire[] {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isWire) : [];
  return [element, ...groups].flatMap((holder) => (Array.isArray(holder['options']) ? holder['options'].filter(isWire) : []));
}

/** What the client says beside a field before it lets the form go; undefined when it is fine. */
export function clientObjection(block: SlackBlock, element: Wire, entry: Wire | undefined): string | undefined {
  const field = fieldOf(element['type']);
  const value = field === undefined ? undefined : entry?.[field];
  const empty = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (empty) return block['optional'] === true ? undefined : 'Please complete this required field.';
  if (typeof value !== 'string') return undefined;
  const least = element['min_length'];
  const most = typeof element['max_length'] === 'number' ? element['max_length'] : 3000;
  if (typeof least === 'number' && value.length < least) return `Must be at least ${least} characters.`;
  if (value.length > most) return `Must be at most ${most} characters.`;
  if (element['type'] === 'number_input' && !numberFits(element, value)) return 'Must be a number in range.';
  return undefined;
}

function numberFits(element: Wire, value: string): boolean {
  const form = element['is_decimal_allowed'] === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  const least = Number(element['min_value'] ?? Number.NEGATIVE_INFINITY);
  const most = Number(element['max_value'] ?? Number.POSITIVE_INFINITY);
  return form.test(value) && Number(value) >= least && Number(value) <= most;
}
