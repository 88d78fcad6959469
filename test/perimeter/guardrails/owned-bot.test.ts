import { describe, expect, it } from '@jest/globals';
import { ownedBotCould } from '../../../src/perimeter/guardrails/owned-bot.ts';
import {
  ANNA,
  APPROVERS,
  type ConfigWishes,
  ENGINEERS,
  GLOBAL_READER,
  perimeterConfig,
  RITA,
} from '../support/perimeter-config.ts';

const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const REFUSES = 'Refuse service: register nothing, deny or withdraw any request, and end any access before its time.';
const LIES = /^Lie to people in chat: about who asks and why, who decided, and what was given\. The page .* it cannot change\.$/;

/** Of the first entitlement alone. */
function sentences(more: NonNullable<ConfigWishes['more']>): readonly string[] {
  const config = perimeterConfig({ more });
  return ownedBotCould({ ...config, entitlements: config.entitlements.slice(0, 1) });
}

describe('what an owned bot could do', () => {
  it('is to give what chat may give, as often as the file lets it', () => {
    const [gives, ...rest] = sentences({ atMostLive: 3, atMostPerPrincipalPerDay: 2, coolDownMinutes: 30 });
    expect(gives).toBe(
      `Give global-reader (directory role ${GLOBAL_READER} at /), whatever anybody decided, to 1 person named for it and the members of group ${ENGINEERS}, ` +
        'for up to 60 minutes at a time: to each at most 2 times in 24 hours and not within 30 minutes after it ended, and to at most 3 at once.',
    );
    expect(rest).toEqual([REFUSES, expect.stringMatching(LIES)]);
  });

  it.each<[string, NonNullable<ConfigWishes['more']>, string]>([
    ['nobody waits in between', {}, 'to each at most 4 times in 24 hours, and to at most 10 at once.'],
    ['once a day', { atMostPerPrincipalPerDay: 1 }, 'to each at most 1 time in 24 hours, and'],
    ['only people', { mayReceive: { people: [RITA, ANNA], groups: [] } }, 'to 2 people named for it, for'],
    [
      'only groups',
      { mayReceive: { people: [], groups: [ENGINEERS, APPROVERS] } },
      `to the members of group ${ENGINEERS} or group ${APPROVERS}, for`,
    ],
    ['a group', { directoryRole: undefined, group: { groupId: APPROVERS } }, `(membership of group ${APPROVERS})`],
    [
      'an Azure role',
      { directoryRole: undefined, azureRole: { roleDefinitionId: CONTRIBUTOR, scope: '/subscriptions/1' } },
      `(Azure role ${CONTRIBUTOR} at /subscriptions/1)`,
    ],
    [
      'an Azure role somewhere',
      { directoryRole: undefined, azureRole: { roleDefinitionId: CONTRIBUTOR, scopePattern: '/subscriptions/*' } },
      `(Azure role ${CONTRIBUTOR} at any /subscriptions/*)`,
    ],
  ])('says of chat who, what and how long: %s', (_name, more, words) => {
    expect(sentences(more)[0]).toContain(words);
  });

  const approvers = { people: [], groups: [APPROVERS] };
  const signed = { assurance: 'signed', approvers } as const;
  const breakGlass = { who: { people: [RITA], groups: [] }, longestMinutes: 20, perDay: 1 };
  it.each<[string, NonNullable<ConfigWishes['more']>, string]>([
    ['one approver', signed, 'takes the signatures of 1 approver, which Entra vouches for.'],
    [
      'two, and the requester',
      { ...signed, approvalsNeeded: 2, protected: true },
      'takes the signatures of 2 approvers and of the requester, which Entra',
    ],
    [
      'stages',
      {
        assurance: 'signed',
        stages: [
          { approvers, approvalsNeeded: 2 },
          { approvers, approvalsNeeded: 1 },
        ],
      },
      'of 3 approvers, which',
    ],
    [
      'the glass',
      { ...signed, breakGlass },
      'vouches for; or of the requester alone, for up to 20 minutes and at most 1 time in 24 hours by all together.',
    ],
  ])('says of what is signed what it takes: %s', (_name, more, words) => {
    const said = sentences(more);
    expect(said[0]).toBe('Give nothing: nothing here is given on its word alone.');
    expect(said[1]).toMatch(/^Not give global-reader \(/);
    expect(said[1]).toContain(words);
  });

  it('is to put off what was signed, for as long as the file lets it', () => {
    const putsOff = 'Put off what was signed: until 1440 minutes after it was asked for, and not longer.';
    expect(sentences(signed)).toContain(putsOff);
    expect(sentences({})).not.toContain(putsOff);
  });

  it('is to ask in somebody’s name, where they need not sign', () => {
    const asks = /^Ask in the name of anybody who may receive global-reader:/;
    expect(sentences(signed)).toContainEqual(expect.stringMatching(asks));
    expect(sentences({ ...signed, protected: true })).not.toContainEqual(expect.stringMatching(asks));
    expect(sentences({})).not.toContainEqual(expect.stringMatching(asks));
  });
});
