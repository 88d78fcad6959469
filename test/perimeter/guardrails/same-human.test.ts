import { describe, expect, it } from '@jest/globals';
import type { PersonFacts } from '../../../src/entra/membership-reader.ts';
import { twoPeople } from '../../../src/perimeter/guardrails/same-human.ts';
import { ABEL, ANNA, GINA, RITA } from '../support/perimeter-config.ts';
import { forbidden, known } from '../support/people.ts';

const codeOf = (verdict: ReturnType<typeof twoPeople>) => (verdict.permitted ? 'permitted' : verdict.code);
const unsure = 'guardrail.same-person-unknown';

describe('one human behind two accounts', () => {
  it.each<[string, PersonFacts, PersonFacts, string]>([
    ['another employeeId', known({ employeeId: 'E1' }), known({ employeeId: 'E2' }), 'permitted'],
    ['the same', known({ employeeId: 'E1' }), known({ employeeId: 'E1' }), 'guardrail.same-person'],
    ['the same in small letters', known({ employeeId: 'E1' }), known({ employeeId: 'e1' }), 'guardrail.same-person'],
    ['the same with spaces', known({ employeeId: 'E1' }), known({ employeeId: ' E 1\t' }), 'guardrail.same-person'],
    ['the same in full-width letters', known({ employeeId: 'E1' }), known({ employeeId: 'Ｅ１' }), 'guardrail.same-person'],
    ['the same with what nobody sees', known({ employeeId: 'E1' }), known({ employeeId: 'E\u200b1' }), 'guardrail.same-person'],
    ['none at all', known({ employeeId: 'E1' }), known({ employeeId: '' }), unsure],
    ['none but spaces', known({ employeeId: 'E1' }), known({ employeeId: ' \u00a0' }), unsure],
    ['none on the other side', known({ employeeId: '' }), known({ employeeId: 'E2' }), unsure],
    ['an account that is not there', known({ employeeId: 'E1' }), { status: 'absent' }, unsure],
    ['an account that cannot be read', forbidden, known({ employeeId: 'E2' }), unsure],
  ])('is found by employeeId: %s', (_name, a, b, expected) => {
    const setting = { attribute: 'employeeId' } as const;
    expect(codeOf(twoPeople(setting, { person: RITA, facts: a }, { person: ABEL, facts: b }))).toBe(expected);
    expect(codeOf(twoPeople(setting, { person: ABEL, facts: b }, { person: RITA, facts: a }))).toBe(expected);
  });

  const pair = (a: typeof RITA, b: typeof RITA): [string, string] => [a.objectId, b.objectId];
  it.each<[string, [string, string][], string]>([
    ['in no pair', [pair(ANNA, GINA)], 'permitted'],
    ['in one pair', [pair(RITA, ABEL)], 'guardrail.same-person'],
    ['in one pair, the other way round', [pair(ABEL, RITA)], 'guardrail.same-person'],
    ['in capitals', [[RITA.objectId.toUpperCase(), ABEL.objectId]], 'guardrail.same-person'],
    ['over a third account', [pair(GINA, ABEL), pair(RITA, GINA)], 'guardrail.same-person'],
    ['each in a pair of their own', [pair(RITA, GINA), pair(ABEL, ANNA)], 'permitted'],
  ])('is found by pairs: %s', (_name, pairs, expected) => {
    const facts = known();
    expect(codeOf(twoPeople({ pairs }, { person: RITA, facts }, { person: ABEL, facts }))).toBe(expected);
  });

  it('is not looked for where the file does not say how', () => {
    const facts = known({ employeeId: 'E1' });
    expect(codeOf(twoPeople(undefined, { person: RITA, facts }, { person: ABEL, facts }))).toBe('permitted');
  });
});
