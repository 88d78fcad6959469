import { expect, it } from '@jest/globals';
import { sweptAt, sweptEnd } from '../../src/perimeter/swept.ts';

const AT = '2026-03-01T08:00:00.000Z';
it.each<[string, readonly { readonly key: string; readonly value: unknown }[], readonly unknown[]]>([
  ['nothing, where it did not look', [], [undefined, undefined]],
  ['nothing, where only others left something', [{ key: 'evidence', value: { confirmedAt: AT } }], [undefined, undefined]],
  ['that it is gone', [{ key: 'swept', value: { confirmedAt: AT } }], ['gone', AT]],
  ['that it was left to whoever else made it', [{ key: 'swept', value: { leftAt: AT } }], ['left', AT]],
  [
    'the same beside what others left',
    [
      { key: 'evidence', value: { leftAt: 'x' } },
      { key: 'swept', value: { confirmedAt: AT } },
    ],
    ['gone', AT],
  ],
])('the sweep found %s', (_name, links, expected) => {
  expect([sweptEnd({ links }), sweptAt({ links })]).toEqual(expected);
});

it('the sweep is not believed in anything else than instants', () => {
  const links = [{ key: 'swept', value: { confirmedAt: 7 } }];
  expect(() => sweptEnd({ links })).toThrow();
  expect(() => sweptAt({ links })).toThrow();
});
