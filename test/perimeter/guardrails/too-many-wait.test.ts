import { expect, it } from '@jest/globals';
import type { Person } from '../../../src/access/core/person.ts';
import type { CaseView } from '../../../src/durable/port.ts';
import { mayOneMoreWait } from '../../../src/perimeter/guardrails/too-many-wait.ts';
import { ANNA, RITA } from '../support/perimeter-config.ts';

const LETTERS = { ...RITA, objectId: 'abcdef00-0000-4000-8000-000000000001' };
const inCapitals = { ...LETTERS, objectId: LETTERS.objectId.toUpperCase() };
const idOf = ({ tenantId, objectId }: Person) => `${tenantId}/${objectId}`;
const inState = (state: string, count: number, person: Person) =>
  Array.from({ length: count }, () => ({ state, columns: { principal: idOf(person) } }));

it.each<[string, readonly ReturnType<typeof inState>[], Person, boolean]>([
  ['nothing does', [], RITA, true],
  ['49 of hers do', [inState('registered', 49, RITA)], RITA, true],
  ['50 of hers do', [inState('registered', 50, RITA)], RITA, false],
  ['50 of hers do, whatever letters she is written in', [inState('registered', 50, LETTERS)], inCapitals, false],
  ['50 of somebody else do', [inState('registered', 50, ANNA)], RITA, true],
  ['50 of hers are given', [inState('active', 50, RITA)], RITA, true],
  ['1999 of everybody do', [inState('registered', 1_999, ANNA)], RITA, true],
  ['2000 of everybody do', [inState('registered', 1_960, ANNA), inState('registered', 40, RITA)], RITA, false],
  ['2000 of everybody are given', [inState('active', 2_000, ANNA)], RITA, true],
])('one more request may wait, or not, where %s', (_name, groups, person, may) => {
  const runtime = { open: (flow: string) => (flow === 'grant' ? groups.flat() : []) as unknown as CaseView[] };
  const verdict = mayOneMoreWait(runtime, person);
  expect(verdict).toEqual(
    may
      ? { permitted: true }
      : {
          permitted: false,
          code: 'guardrail.too-many-waiting',
          reason: 'Too many requests wait for a decision already.',
          hint: 'Ask again when some of them are decided, or withdraw one of yours.',
        },
  );
});
