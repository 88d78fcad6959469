import { describe, expect, it } from '@jest/globals';
import { assign, createMachine, emit, fromPromise, log, sendTo, setup, type AnyStateMachine } from 'xstate';
import { accessRequestFlow, findingFlow } from '../../src/bot/flows.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { effect } from '../../src/access/core/effect.ts';
import { checkFlow } from '../../src/durable/flow-check.ts';
import { createFlowBook } from '../../src/durable/flow-book.ts';
import { doorFlow } from './support/durable-world.ts';

const head = { id: 'odd', version: '1' } as const;
const commands = { act: { lane: 'x' } };
const made = setup({ actions: { act: effect, note: assign({}) }, delays: { soon: 10 }, guards: { fits: () => true } });

/** Every row has its honest twin: `made` with the same names declared is accepted below. */
const impure: readonly (readonly [string, AnyStateMachine, RegExp])[] = [
  ['an invoked promise', createMachine({ ...head, invoke: { src: fromPromise(() => Promise.resolve()) } }), /invokes an actor/],
  ['an inline function as an action', createMachine({ ...head, entry: () => undefined }), /inline action/],
  ['an action that nobody declared', createMachine({ ...head, entry: 'act' }), /act.*not declared/],
  [
    'a plain action that is no command',
    setup({ actions: { other: effect } }).createMachine({ ...head }),
    /other is not declared as a command/,
  ],
  [
    'a delay that nobody declared',
    createMachine({ ...head, initial: 'a', states: { a: { after: { sonn: 'a' } } } }),
    /waits for sonn/,
  ],
  [
    'a delay that is a string',
    setup({ delays: { soon: '10' as unknown as number } }).createMachine({ ...head }),
    /delay soon is not a finite number/,
  ],
  ['a delay that is infinite', setup({ delays: { soon: Infinity } }).createMachine({ ...head }), /delay soon/],
  ['a message to another actor', createMachine({ ...head, entry: sendTo('x', { type: 'y' }) }), /inline action/],
  ['an emitted event', createMachine({ ...head, entry: emit({ type: 'y' }) }), /inline action/],
  ['a log line', createMachine({ ...head, entry: log('x') }), /inline action/],
  ['a guard that nobody declared', createMachine({ ...head, on: { x: { guard: 'fitts', actions: [] } } }), /guard fitts/],
  ['a history state', createMachine({ ...head, initial: 'a', states: { a: {}, h: { type: 'history' } } }), /history/],
  ['no version', createMachine({ id: 'odd' }), /no version/],
];

describe('a flow', () => {
  it.each(impure)('is refused with %s, since a restart would lose it', (_, machine, message) => {
    const own = Object.hasOwn(machine.implementations.actions ?? {}, 'act') ? commands : {};
    expect(() => checkFlow({ machine, commands: own })).toThrow(message);
  });

  it('is refused when a command names no action of the machine', () => {
    expect(() => checkFlow({ machine: made.createMachine({ ...head }), commands: { ...commands, act2: { lane: 'x' } } })).toThrow(
      /act2/,
    );
  });

  it('is accepted when everything it names is declared', () => {
    const machine = made.createMachine({
      ...head,
      initial: 'a',
      states: { a: { entry: ['act', 'note', assign({})], after: { soon: { target: 'b', guard: 'fits' }, 500: 'b' } }, b: {} },
    });
    expect(() => checkFlow({ machine, commands })).not.toThrow();
  });

  it.each([accessRequestFlow, findingFlow, grantFlow, doorFlow])('of ours is accepted: $machine.id', (flow) => {
    expect(() => checkFlow(flow)).not.toThrow();
  });
});

describe('the book of flows', () => {
  const version = (text: string) => ({ machine: createMachine({ id: 'odd', version: text }), commands: {} });

  it('begins new cases in the newest version, and knows the older ones', () => {
    const book = createFlowBook([version('10'), version('9')]);
    expect(book.newest('odd').machine.version).toBe('10');
    expect(book.exactly('odd', '9').machine.version).toBe('9');
  });

  it('refuses the same version twice', () => {
    expect(() => createFlowBook([version('1'), version('1')])).toThrow(expect.objectContaining({ code: 'flow.twice' }));
  });

  it('says which version it would need', () => {
    expect(() => createFlowBook([version('2')]).exactly('odd', '1')).toThrow(
      expect.objectContaining({ code: 'flow.version-missing' }),
    );
  });
});
