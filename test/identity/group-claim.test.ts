import { describe, expect, it } from '@jest/globals';
import { groupClaimOf } from '../../src/identity/group-claim.ts';

const ID = '96000000-0000-4000-8000-0000000000AB';
const here = (...groupIds: readonly string[]) => ({ status: 'here', groupIds: new Set(groupIds) });
const ELSEWHERE = { status: 'elsewhere' };

describe('the groups of a token', () => {
  it.each<readonly [what: string, claims: unknown, expected: unknown]>([
    ['by id, in lower case', { groups: [ID] }, here(ID.toLowerCase())],
    ['said to be none', { groups: [] }, here()],
    ['whatever else is pointed at', { groups: [ID], _claim_names: { roles: 'src1' } }, here(ID.toLowerCase())],
    ['announced not to be more', { groups: [ID], hasgroups: false }, here(ID.toLowerCase())],
    ['absent', {}, ELSEWHERE],
    ['too many', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://x' } } }, ELSEWHERE],
    ['too many, with some', { groups: [ID], _claim_names: { groups: 'src1' } }, ELSEWHERE],
    ['too many, with some, for an implicit flow', { groups: [ID], hasgroups: true }, ELSEWHERE],
    ['too many, in letters', { groups: [ID], hasgroups: 'true' }, ELSEWHERE],
    ['by name', { groups: ['Viewers'] }, ELSEWHERE],
    ['by id and name', { groups: [ID, 'Viewers'] }, ELSEWHERE],
    ['no list', { groups: ID }, ELSEWHERE],
    ['of no token', undefined, ELSEWHERE],
  ])('%s', (_, claims, expected) => {
    expect(groupClaimOf(claims)).toEqual(expected);
  });
});
