import { ACCESSORIES, ACTIONS_ELEMENTS, anyText, image, INPUT_ELEMENTS, mrkdwn, plainText, url } from './block-elements.ts';
import { BLOCK_KIT_LIMITS as L } from './block-kit-limits.ts';
import { both, byType, flag, list, may, need, object, oneOf, type Problem, type Shape, text } from '../shape.ts';
import { isWire, wordOf } from '../wire.ts';

const blockId = may(text({ min: 1, max: L.blockIdChars }));

function sectionHasText(value: unknown, pointer: string, problems: Problem[]): void {
  if (isWire(value) && value['text'] === undefined && value['fields'] === undefined) {
    problems.push({ message: 'must provide at least one of: text, fields', pointer });
  }
}

const richText: Shape = object({
  type: need(oneOf('rich_text')),
  block_id: blockId,
  elements: need(
    list(
      byType(
        Object.fromEntries(
          ['rich_text_section', 'rich_text_list', 'rich_text_quote', 'rich_text_preformatted'].map((type) => [
            type,
            richPart(type),
          ]),
        ),
      ),
      { max: Number.MAX_SAFE_INTEGER },
    ),
  ),
});

/** The inside of rich text is not judged further than that its parts are objects with a type. */
function richPart(type: string): Shape {
  return (value, pointer, problems) => {
    const parts = isWire(value) ? value['elements'] : undefined;
    if (!Array.isArray(parts) || !parts.every((part) => isWire(part) && typeof part['type'] === 'string')) {
      problems.push({ message: `${type} must provide elements with a type`, pointer });
    }
  };
}

const COMMON: Readonly<Record<string, Shape>> = {
  section: both(
    object({
      type: need(oneOf('section')),
      block_id: blockId,
      text: may(anyText(L.textChars)),
      fields: may(list(anyText(L.sectionFieldChars), { max: L.sectionFields })),
      accessory: may(byType(ACCESSORIES)),
      expand: may(flag),
    }),
    sectionHasText,
  ),
  header: object({ type: need(oneOf('header')), block_id: blockId, text: need(plainText(L.headerChars)) }),
  divider: object({ type: need(oneOf('divider')), block_id: blockId }),
  context: object({
    type: need(oneOf('context')),
    block_id: blockId,
    elements: need(
      list(byType({ image, plain_text: plainText(L.textChars), mrkdwn: mrkdwn(L.textChars) }), { max: L.contextElements }),
    ),
  }),
  actions: object({
    type: need(oneOf('actions')),
    block_id: blockId,
    elements: need(list(byType(ACTIONS_ELEMENTS), { max: L.actionsElements })),
  }),
  image: object({
    type: need(oneOf('image')),
    block_id: blockId,
    image_url: need(url),
    alt_text: need(text({ min: 1, max: L.imageAltChars })),
    title: may(plainText(L.imageTitleChars)),
  }),
  input: object({
    type: need(oneOf('input')),
    block_id: blockId,
    label: need(plainText(L.inputLabelChars)),
    hint: may(plainText(L.inputHintChars)),
    optional: may(flag),
    dispatch_action: may(flag),
    element: need(byType(INPUT_ELEMENTS)),
  }),
  rich_text: richText,
};

/**
 * `markdown` belongs to messages (blocks/markdown-block). Newer blocks (card, carousel, table, plan …) are refused as
 * unsupported: this workspace cannot draw them, and a lenient far end would be worth nothing.
 */
const IN_MESSAGE: Readonly<Record<string, Shape>> = {
  ...COMMON,
  markdown: object({ type: need(oneOf('markdown')), block_id: blockId, text: need(text({ min: 1, max: L.markdownChars })) }),
};

const SHAPES = {
  message: list(byType(IN_MESSAGE), { min: 0, max: L.blocksInMessage }),
  modal: list(byType(COMMON), { min: 0, max: L.blocksInView }),
  home: list(byType(COMMON), { min: 0, max: L.blocksInView }),
};

/** All that Slack would object to in these blocks, with pointers below `pointer`. */
export function checkBlocks(blocks: unknown, surface: keyof typeof SHAPES, pointer = '/blocks'): Problem[] {
  const problems: Problem[] = [];
  SHAPES[surface](blocks, pointer, problems);
  if (Array.isArray(blocks)) checkNames(blocks, pointer, problems);
  return problems;
}

/** A block_id once in a message or view, an action_id once in its block, one focus in a view, all markdown together. */
function checkNames(blocks: readonly unknown[], pointer: string, problems: Problem[]): void {
  const seen = new Set<unknown>();
  let markdown = 0;
  let focused = 0;
  blocks.forEach((block, index) => {
    if (!isWire(block)) return;
    const at = `${pointer}/${index}`;
    const name = block['block_id'];
    if (name !== undefined && seen.has(name)) {
      problems.push({ message: `\`block_id\` already exists: ${wordOf(name)}`, pointer: `${at}/block_id` });
    }
    seen.add(name);
    if (block['type'] === 'markdown') markdown += wordOf(block['text']).length;
    const elements = elementsOf(block);
    focused += elements.filter((element) => element['focus_on_load'] === true).length;
    const actions = elements.map((element) => element['action_id']).filter((action) => action !== undefined);
    for (const twice of new Set(actions.filter((action, place) => actions.indexOf(action) !== place))) {
      problems.push({ message: `\`action_id\` ${wordOf(twice)} already exists for block_id ${wordOf(name)}`, pointer: at });
    }
  });
  if (markdown > L.markdownChars) problems.push({ message: `markdown blocks exceed ${L.markdownChars} characters`, pointer });
  if (focused > 1) problems.push({ message: 'only one element may have focus_on_load', pointer });
}

/** The interactive elements of a block, wherever its type keeps them. */
export function elementsOf(block: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const places = block['type'] === 'rich_text' ? [] : [block['accessory'], block['element'], block['elements']].flat();
  return places.filter(isWire);
}
