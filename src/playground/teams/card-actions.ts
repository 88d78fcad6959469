import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../access/core/app-error.ts';
import { partsOf } from './card-check.ts';
import { type Wire, wordOf } from '../wire.ts';

/** The action on the card that these data came from. */
export function findAction(cards: readonly Wire[], fits: (action: Wire) => boolean, data: Wire): Wire {
  const inputs = inputsOf(cards);
  const found = [...partsOf(cards)].filter(fits).find((action) => {
    const own = (action['data'] ?? {}) as Wire;
    const same = Object.entries(own).every(
      ([name, value]) => data[name] === undefined || name in inputs || isDeepStrictEqual(data[name], value),
    );
    return same && Object.keys(data).every((name) => name in own || name in inputs || name === 'msteams');
  });
  if (!found) throw new AppError('playground.no-element', 'there is no such action on the card that this person sees');
  return found;
}

function inputsOf(cards: readonly Wire[]): Readonly<Record<string, Wire>> {
  const inputs = [...partsOf(cards)].filter((part) => String(part['type']).startsWith('Input.'));
  return Object.fromEntries(inputs.map((input) => [String(input['id']), input]));
}

/** What the renderer says beside required or ill-formed inputs before it lets an action go. */
export function inputObjections(cards: readonly Wire[], data: Wire, action: Wire): Record<string, string> {
  if (action['associatedInputs'] === 'none') return {};
  const errors: Record<string, string> = {};
  for (const [id, input] of Object.entries(inputsOf(cards))) {
    const value = data[id] ?? input['value'];
    const empty = value === undefined || value === null || value === '';
    if (empty && input['isRequired'] === true) errors[id] = wordOf(input['errorMessage']) || 'This field is required.';
    else if (!empty && !isAcceptable(input, value)) errors[id] = wordOf(input['errorMessage']) || 'Not a valid value.';
  }
  return errors;
}

function isAcceptable(input: Wire, value: unknown): boolean {
  if (input['type'] === 'Input.ChoiceSet' && Array.isArray(input['choices']) && input['isMultiSelect'] !== true) {
    return input['choices'].some((choice: unknown) => (choice as Wire)['value'] === value);
  }
  if (input['type'] === 'Input.Text' && typeof input['maxLength'] === 'number') return String(value).length <= input['maxLength'];
  return true;
}
