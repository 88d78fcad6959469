import { describe, expect, it } from '@jest/globals';
import { checkBlocks } from '../../../src/playground/slack/block-kit-check.ts';
import { checkView } from '../../../src/playground/slack/view-check.ts';
import { button, modal, section } from './bare-slack.ts';

const x = (count: number) => 'x'.repeat(count);
const plain = (length: number) => ({ type: 'plain_text', text: x(length) });
const many = <Item>(count: number, item: (index: number) => Item) => Array.from({ length: count }, (_, index) => item(index));
const option = (index: number, text = 1, value = 1) => ({ text: plain(text), value: `${index}`.padEnd(value, 'x') });
const actions = (...elements: readonly object[]) => ({ type: 'actions', elements });
const menu = (more: object) => actions({ type: 'static_select', action_id: 'menu', ...more });
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain(1), element, ...more });
const typed = (more: object = {}) => ({ type: 'plain_text_input', action_id: 'typed', ...more });
const confirm = (more: object) => ({ title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1), ...more });

/** Each limit from both sides: what fits, and one more. */
const boundaries: readonly [limit: string, fits: readonly object[], exceeds: readonly object[]][] = [
  ['50 blocks in a message', many(50, () => ({ type: 'divider' })), many(51, () => ({ type: 'divider' }))],
  ['3000 characters in a section', [section(x(3000))], [section(x(3001))]],
  ['1 character in a section', [section('x')], [section('')]],
  ['10 fields', [{ type: 'section', fields: many(10, () => plain(1)) }], [{ type: 'section', fields: many(11, () => plain(1)) }]],
  ['2000 characters in a field', [{ type: 'section', fields: [plain(2000)] }], [{ type: 'section', fields: [plain(2001)] }]],
  ['text or fields in a section', [section('x')], [{ type: 'section' }]],
  ['150 characters in a header', [{ type: 'header', text: plain(150) }], [{ type: 'header', text: plain(151) }]],
  ['plain text in a header', [{ type: 'header', text: plain(1) }], [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
  ['25 actions', [actions(...many(25, (n) => button(`${n}`)))], [actions(...many(26, (n) => button(`${n}`)))]],
  ['1 action', [actions(button('a'))], [actions()]],
  ['75 characters on a button', [actions(button('a', { text: plain(75) }))], [actions(button('a', { text: plain(76) }))]],
  ['2000 characters behind a button', [actions(button('a', { value: x(2000) }))], [actions(button('a', { value: x(2001) }))]],
  ['255 characters in an action_id', [actions(button(x(255)))], [actions(button(x(256)))]],
  ['255 characters in a block_id', [section('x', { block_id: x(255) })], [section('x', { block_id: x(256) })]],
  ['a known style', [actions(button('a', { style: 'danger' }))], [actions(button('a', { style: 'safe' }))]],
  [
    '100 characters in the title of a confirmation',
    [actions(button('a', { confirm: confirm({ title: plain(100) }) }))],
    [actions(button('a', { confirm: confirm({ title: plain(101) }) }))],
  ],
  [
    '300 characters in a confirmation',
    [actions(button('a', { confirm: confirm({ text: plain(300) }) }))],
    [actions(button('a', { confirm: confirm({ text: plain(301) }) }))],
  ],
  [
    '10 elements of context',
    [{ type: 'context', elements: many(10, () => plain(1)) }],
    [{ type: 'context', elements: many(11, () => plain(1)) }],
  ],
  ['100 options', [menu({ options: many(100, (n) => option(n)) })], [menu({ options: many(101, (n) => option(n)) })]],
  ['75 characters in an option', [menu({ options: [option(0, 75, 75)] })], [menu({ options: [option(0, 76, 75)] })]],
  ['75 characters behind an option', [menu({ options: [option(0, 75, 75)] })], [menu({ options: [option(0, 75, 76)] })]],
  ['distinct options', [menu({ options: [option(0), option(1)] })], [menu({ options: [option(0), option(0)] })]],
  [
    'an initial option of the menu',
    [menu({ options: [option(0)], initial_option: option(0) })],
    [menu({ options: [option(0)], initial_option: option(1) })],
  ],
  [
    'options or groups',
    [menu({ option_groups: [{ label: plain(75), options: [option(0)] }] })],
    [menu({ options: [option(0)], option_groups: [{ label: plain(75), options: [option(0)] }] })],
  ],
  [
    '10 checkboxes',
    [actions({ type: 'checkboxes', options: many(10, (n) => option(n)) })],
    [actions({ type: 'checkboxes', options: many(11, (n) => option(n)) })],
  ],
  [
    '5 options in an overflow',
    [actions({ type: 'overflow', options: many(5, (n) => option(n)) })],
    [actions({ type: 'overflow', options: many(6, (n) => option(n)) })],
  ],
  [
    '12,000 characters of Markdown together',
    many(2, () => ({ type: 'markdown', text: x(6000) })),
    many(2, () => ({ type: 'markdown', text: x(6001) })),
  ],
  ['2000 characters in a label', [input(typed(), { label: plain(2000) })], [input(typed(), { label: plain(2001) })]],
  ['an entry of 3000 characters', [input(typed({ max_length: 3000 }))], [input(typed({ max_length: 3001 }))]],
  ['150 characters in a placeholder', [input(typed({ placeholder: plain(150) }))], [input(typed({ placeholder: plain(151) }))]],
  ['an input element in an input', [input(typed())], [input(button('a'))]],
  [
    'a block_id once',
    [section('x', { block_id: 'a' }), section('x', { block_id: 'b' })],
    many(2, () => section('x', { block_id: 'a' })),
  ],
  ['an action_id once in a block', [actions(button('a'), button('b'))], [actions(button('a'), button('a'))]],
  ['fields that exist', [section('x')], [section('x', { colour: 'red' })]],
  [
    'a picture with words',
    [{ type: 'image', image_url: 'https://a.example/a.png', alt_text: 'a' }],
    [{ type: 'image', image_url: 'https://a.example/a.png' }],
  ],
  [
    'an address that can be opened',
    [actions(button('a', { url: 'https://a.example' }))],
    [actions(button('a', { url: 'javascript:alert(1)' }))],
  ],
];

describe('Block Kit', () => {
  it.each(boundaries)('holds messages to %s', (_, fits, exceeds) => {
    expect(checkBlocks(fits, 'message')).toEqual([]);
    expect(checkBlocks(exceeds, 'message')).not.toEqual([]);
  });

  const viewBoundaries: readonly [limit: string, fits: object, exceeds: object][] = [
    ['100 blocks', modal({ blocks: many(100, () => section('x')) }), modal({ blocks: many(101, () => section('x')) })],
    ['a title of 24 characters', modal({ title: plain(24) }), modal({ title: plain(25) })],
    ['a close of 24 characters', modal({ close: plain(24) }), modal({ close: plain(25) })],
    ['3000 characters of private metadata', modal({ private_metadata: x(3000) }), modal({ private_metadata: x(3001) })],
    ['255 characters of callback_id', modal({ callback_id: x(255) }), modal({ callback_id: x(256) })],
    ['submit beside inputs', modal({ blocks: [input(typed())], submit: plain(1) }), modal({ blocks: [input(typed())] })],
    ['blocks of modals', modal(), modal({ blocks: [{ type: 'markdown', text: 'x' }] })],
    [
      'one focus',
      modal({ blocks: [input(typed({ focus_on_load: true }))], submit: plain(1) }),
      modal({ blocks: many(2, () => input(typed({ focus_on_load: true }))), submit: plain(1) }),
    ],
  ];
  it.each(viewBoundaries)('holds modals to %s', (_, fits, exceeds) => {
    expect(checkView(fits, 'modal')).toMatchObject({ ok: true });
    expect(checkView(exceeds, 'modal')).toMatchObject({ ok: false });
  });
});
