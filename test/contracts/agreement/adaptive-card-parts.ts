export type Json = Record<string, unknown>;

/** The smallest of its kind, and a card that holds it. */
interface Part {
  readonly valid: Json;
  readonly card: (part: Json) => Json;
}

const text: Json = { type: 'TextBlock', text: 'x' };
const card = (more: Json): Json => ({ type: 'AdaptiveCard', version: '1.5', body: [text], ...more });
const inBody = (valid: Json): Part => ({ valid, card: (part) => card({ body: [part] }) });
const inActions = (valid: Json): Part => ({ valid, card: (part) => card({ actions: [part] }) });
/** Inside a thing of this type, under this name. */
const inside = (valid: Json, holder: Json, name: string): Part => ({
  valid,
  card: (part) => card({ body: [{ ...holder, [name]: [part] }] }),
});
const input = (type: string, more: Json = {}): Part => inBody({ type, id: 'i', label: 'x', ...more });
const image: Json = { type: 'Image', url: 'https://a.example/a.png' };
const table = (cells: Json): Json => ({ type: 'Table', columns: [{ width: 1 }], rows: [{ type: 'TableRow', cells: [cells] }] });
const cell: Json = { type: 'TableCell', items: [text] };
const choice: Json = { title: 'x', value: 'v' };

/** By the names of the schema's definitions. */
export const PARTS: Readonly<Record<string, Part>> = {
  AdaptiveCard: { valid: card({}), card: (part) => part },
  TextBlock: inBody(text),
  RichTextBlock: inBody({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'x' }] }),
  TextRun: inside({ type: 'TextRun', text: 'x' }, { type: 'RichTextBlock' }, 'inlines'),
  Image: inBody(image),
  ImageSet: inBody({ type: 'ImageSet', images: [image] }),
  FactSet: inBody({ type: 'FactSet', facts: [{ title: 'x', value: 'y' }] }),
  Fact: inside({ title: 'x', value: 'y' }, { type: 'FactSet' }, 'facts'),
  Container: inBody({ type: 'Container', items: [text] }),
  ColumnSet: inBody({ type: 'ColumnSet', columns: [{ type: 'Column', items: [text] }] }),
  Column: inside({ type: 'Column', items: [text] }, { type: 'ColumnSet' }, 'columns'),
  ActionSet: inBody({ type: 'ActionSet', actions: [{ type: 'Action.Submit', title: 'x' }] }),
  Table: inBody(table(cell)),
  TableRow: inside({ type: 'TableRow', cells: [cell] }, { type: 'Table', columns: [{ width: 1 }] }, 'rows'),
  TableColumnDefinition: inside({ width: 1 }, { type: 'Table', rows: [{ type: 'TableRow', cells: [cell] }] }, 'columns'),
  TableCell: { valid: cell, card: (part) => card({ body: [table(part)] }) },
  'Input.Text': input('Input.Text'),
  'Input.Number': input('Input.Number'),
  'Input.Date': input('Input.Date'),
  'Input.Time': input('Input.Time'),
  'Input.Toggle': input('Input.Toggle', { title: 'x' }),
  'Input.ChoiceSet': input('Input.ChoiceSet', { choices: [choice] }),
  'Input.Choice': inside(choice, { type: 'Input.ChoiceSet', id: 'i', label: 'x' }, 'choices'),
  'Action.Execute': inActions({ type: 'Action.Execute', title: 'x', verb: 'x' }),
  'Action.Submit': inActions({ type: 'Action.Submit', title: 'x' }),
  'Action.OpenUrl': inActions({ type: 'Action.OpenUrl', title: 'x', url: 'https://a.example/' }),
  'Action.ToggleVisibility': {
    valid: { type: 'Action.ToggleVisibility', title: 'x', targetElements: ['t'] },
    card: (part) => card({ body: [{ ...text, id: 't' }], actions: [part] }),
  },
  'Action.ShowCard': inActions({ type: 'Action.ShowCard', title: 'x', card: { type: 'AdaptiveCard', body: [text] } }),
};
