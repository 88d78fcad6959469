import { byType, type Field, flag, list, may, need, object, type Problem, type Shape, text } from '../shape.ts';
import { isWire } from '../wire.ts';

/**
 * The elements and properties of Adaptive Cards 1.5 (https://adaptivecards.io/explorer/), as far as cards of bots use them. The
 * renderer judges enumerations and versions; it is silent about unknown properties, wrong types and what is left out.
 */
const string = text();
const any: Shape = () => undefined;
const whole: Shape = (value, pointer, problems) => {
  if (typeof value !== 'number') problems.push({ message: 'must be a number', pointer });
};
const either =
  (...shapes: readonly Shape[]): Shape =>
  (value, pointer, problems) => {
    const tries = shapes.map((shape) => {
      const found: Problem[] = [];
      shape(value, pointer, found);
      return found;
    });
    if (tries.every((found) => found.length > 0)) problems.push(...(tries.at(-1) ?? []));
  };
/** Cards hold cards, so some shapes are looked up when they are needed. */
const later =
  (get: () => Shape): Shape =>
  (value, pointer, problems) =>
    get()(value, pointer, problems);
const many = (item: Shape): Shape => list(item, { min: 0, max: Number.MAX_SAFE_INTEGER });
const strings = (...names: readonly string[]) => Object.fromEntries(names.map((name): [string, Field] => [name, may(string)]));
const flags = (...names: readonly string[]) => Object.fromEntries(names.map((name): [string, Field] => [name, may(flag)]));

const element = later(() => byType(ELEMENTS));
const action = later(() => byType(ACTIONS));
const drop: Shape = (value, pointer, problems) => {
  if (value !== 'drop') problems.push({ message: 'must be an element or "drop"', pointer });
};
const elements = many(element);
const actions = many(action);
const picture = may(
  either(
    string,
    object({ url: need(string), type: may(string), ...strings('fillMode', 'horizontalAlignment', 'verticalAlignment') }),
  ),
);

const common = {
  type: need(string),
  id: may(string),
  isVisible: may(flag),
  separator: may(flag),
  spacing: may(string),
  height: may(string),
  requires: may(any),
  fallback: may(either(drop, element)),
};
const words = { ...strings('color', 'fontType', 'size', 'weight'), isSubtle: may(flag) };
const box = {
  ...common,
  ...strings('style', 'verticalContentAlignment', 'minHeight'),
  ...flags('bleed', 'rtl'),
  backgroundImage: picture,
  selectAction: may(action),
};
const input = { ...common, id: need(string), ...strings('label', 'errorMessage'), isRequired: may(flag) };
const choice = object({ title: need(string), value: need(string) });

const ELEMENTS: Readonly<Record<string, Shape>> = {
  TextBlock: object({
    ...common,
    ...words,
    text: need(string),
    ...strings('horizontalAlignment', 'style'),
    wrap: may(flag),
    maxLines: may(whole),
  }),
  RichTextBlock: object({
    ...common,
    horizontalAlignment: may(string),
    inlines: need(
      many(
        either(
          string,
          object({
            type: need(string),
            ...words,
            text: need(string),
            ...flags('highlight', 'italic', 'strikethrough', 'underline'),
            selectAction: may(action),
          }),
        ),
      ),
    ),
  }),
  Image: object({
    ...common,
    url: need(string),
    ...strings('altText', 'backgroundColor', 'horizontalAlignment', 'size', 'style', 'width'),
    selectAction: may(action),
  }),
  ImageSet: object({ ...common, images: need(elements), imageSize: may(string) }),
  FactSet: object({ ...common, facts: need(many(object({ title: need(string), value: need(string) }))) }),
  Container: object({ ...box, items: need(elements) }),
  ColumnSet: object({
    ...box,
    horizontalAlignment: may(string),
    columns: may(many(object({ ...box, type: may(oneType('Column')), items: may(elements), width: may(either(string, whole)) }))),
  }),
  Table: object({
    ...common,
    ...strings('gridStyle', 'horizontalCellContentAlignment', 'verticalCellContentAlignment'),
    ...flags('firstRowAsHeader', 'firstRowAsHeaders', 'showGridLines'),
    columns: may(
      many(
        object({
          type: may(string),
          width: may(either(string, whole)),
          ...strings('horizontalCellContentAlignment', 'verticalCellContentAlignment'),
        }),
      ),
    ),
    rows: may(
      many(
        object({
          type: may(oneType('TableRow')),
          style: may(string),
          ...strings('horizontalCellContentAlignment', 'verticalCellContentAlignment'),
          cells: may(many(object({ ...box, type: may(oneType('TableCell')), items: need(elements) }))),
        }),
      ),
    ),
  }),
  ActionSet: object({ ...common, actions: need(actions) }),
  'Input.Text': object({
    ...input,
    ...strings('placeholder', 'regex', 'style', 'value'),
    isMultiline: may(flag),
    maxLength: may(whole),
    inlineAction: may(action),
  }),
  'Input.Number': object({ ...input, placeholder: may(string), min: may(whole), max: may(whole), value: may(whole) }),
  'Input.Date': object({ ...input, ...strings('placeholder', 'min', 'max', 'value') }),
  'Input.Time': object({ ...input, ...strings('placeholder', 'min', 'max', 'value') }),
  'Input.Toggle': object({ ...input, title: need(string), ...strings('value', 'valueOn', 'valueOff'), wrap: may(flag) }),
  'Input.ChoiceSet': object({
    ...input,
    ...strings('placeholder', 'style', 'value'),
    ...flags('isMultiSelect', 'wrap'),
    choices: may(many(choice)),
  }),
};

function oneType(name: string): Shape {
  return (value, pointer, problems) => {
    if (value !== name) problems.push({ message: `must be ${name}`, pointer });
  };
}

const pressed = {
  type: need(string),
  ...strings('id', 'title', 'iconUrl', 'style', 'mode', 'tooltip'),
  isEnabled: may(flag),
  requires: may(any),
  fallback: may(either(drop, action)),
};

/** The one enumeration that the renderer does not judge; letter case does not matter. */
const associatedInputs = may((value, pointer, problems) => {
  if (!/^(auto|none)$/i.test(String(value))) problems.push({ message: 'must be one of: auto, none', pointer });
});

const ACTIONS: Readonly<Record<string, Shape>> = {
  'Action.Execute': object({ ...pressed, verb: may(string), data: may(any), associatedInputs }),
  'Action.Submit': object({ ...pressed, data: may(any), associatedInputs, msteams: may(any) }),
  'Action.OpenUrl': object({ ...pressed, url: need(string) }),
  'Action.ToggleVisibility': object({
    ...pressed,
    targetElements: need(many(either(string, object({ elementId: need(string), isVisible: may(flag), type: may(string) })))),
  }),
  'Action.ShowCard': object({ ...pressed, card: may(later(() => CARD)) }),
};

const CARD: Shape = object({
  type: need(oneType('AdaptiveCard')),
  ...strings('$schema', 'version', 'fallbackText', 'lang', 'minHeight', 'speak', 'verticalContentAlignment'),
  rtl: may(flag),
  body: may(elements),
  actions: may(actions),
  refresh: may(object({ type: may(string), action: need(action), userIds: may(many(string)), expires: may(string) })),
  authentication: may(any),
  backgroundImage: picture,
  selectAction: may(action),
  /** Teams' own extension: width and entities. */
  msteams: may(any),
});

/** What is missing, unknown or of the wrong type in a card, with JSON pointers. */
export function checkCardShape(card: unknown): string[] {
  const problems: Problem[] = [];
  CARD(isWire(card) ? card : {}, '', problems);
  return problems.map(({ message, pointer }) => `${pointer} ${message}`);
}
