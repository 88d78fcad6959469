import { describe, expect, it } from '@jest/globals';
import { findEntitlements } from '../../src/access/find-entitlements.ts';

const all = [
  { id: 'helpdesk', name: 'Helpdesk Administrator', describes: 'Resets passwords of people without roles.' },
  { id: 'security-reader', name: 'Security Reader', describes: 'Reads sign-ins and alerts.' },
  { id: 'reader', name: 'Global Reader', describes: 'Reads everything in the directory.' },
  { id: 'reports', name: 'Réports Reader', describes: 'Reads usage reports.' },
];
const found = (search: string) => findEntitlements(all, search).map(({ id }) => id);

describe('finding what to ask for', () => {
  it.each([
    ['', ['helpdesk', 'security-reader', 'reader', 'reports']],
    ['global', ['reader']],
    ['GLOB', ['reader']],
    ['reader', ['security-reader', 'reader', 'reports']],
    ['reports', ['reports']],
    ['security reader', ['security-reader']],
    ['sec alerts', ['security-reader']],
    ['passwords', ['helpdesk']],
    ['admin passwords', ['helpdesk']],
    ['global administrator', []],
    ['.*', []],
    ['   ', ['helpdesk', 'security-reader', 'reader', 'reports']],
  ])('%p', (search, expected) => {
    expect(found(search)).toEqual(expected);
  });

  it('puts the beginning of a name before a word of it, and a word before the description', () => {
    const few = [
      { id: 'a', name: 'Reads nothing', describes: 'about apps' },
      { id: 'b', name: 'Old App Owner', describes: '' },
      { id: 'c', name: 'App Administrator', describes: '' },
    ];
    expect(findEntitlements(few, 'app').map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });
});
