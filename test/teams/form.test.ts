import { afterEach, describe, expect, it } from '@jest/globals';
import type { Desk, RequestForm } from '../../src/chat/desk.ts';
import { RITA } from '../../src/playground/cast.ts';
import { pressing, teamsWorld, type TeamsWorld } from './support/teams-world.ts';
import { partsOf, textOf } from './support/validate-card.ts';
import { OPTIONS } from './support/views.ts';

let world: TeamsWorld;
afterEach(() => world.close());

const refused = { code: 'rule.not-eligible', reason: 'You may not ask for this.', hint: 'Ask in #identity.' };

describe('somebody sends the form', () => {
  const filled = { formId: 'abcdefgh12', entitlement: 'global-reader', duration: '60', justification: '  INC-4211 ' };
  const submitWith = async (data: object, answer: Awaited<ReturnType<Desk['submit']>>, more = {}) => {
    const forms: RequestForm[] = [];
    world = await teamsWorld({
      options: () => Promise.resolve({ options: OPTIONS }),
      submit: (_, form) => {
        forms.push(form);
        return Promise.resolve(answer);
      },
    });
    const sent = await world.send(pressing(world, 'submit', { v: 1, ...data }, more));
    const shown = sent.body as { readonly type: string; readonly value: unknown };
    return { forms, shown };
  };

  it('and the desk gets exactly that, named after the form', async () => {
    const { forms, shown } = await submitWith(filled, { done: true, sentence: 'Asked.' });
    expect(forms).toEqual([
      {
        entitlementId: 'global-reader',
        durationMinutes: 60,
        justification: 'INC-4211',
        submissionId: `teams-${RITA.objectId}-abcdefgh12`,
      },
    ]);
    expect(shown.type).toBe('application/vnd.microsoft.card.adaptive');
    expect(textOf(shown.value)).toBe('Asked.');
  });

  it('and the zone that their client is set to goes along', async () => {
    const { forms } = await submitWith(filled, { done: true, sentence: 'Asked.' }, { localTimezone: 'Asia/Calcutta' });
    expect(forms).toMatchObject([{ zone: 'Asia/Calcutta' }]);
  });

  it.each([['Europe/Atlantis'], ['**Anna**'], [''], [null], [7], [{ zone: 'Europe/Berlin' }], ['x'.repeat(100)]])(
    'with a client that says something else than a zone, and is taken as any other: %j',
    async (localTimezone) => {
      const { forms, shown } = await submitWith(filled, { done: true, sentence: 'Asked.' }, { localTimezone });
      expect(forms[0]).not.toHaveProperty('zone');
      expect(textOf(shown.value)).toBe('Asked.');
    },
  );

  it('twice, and both have the same name, so that it is one request', async () => {
    const first = await submitWith(filled, { done: true, sentence: 'Asked.' });
    await world.close();
    const second = await submitWith({ ...filled, justification: 'again' }, { done: true, sentence: 'Asked.' });
    expect(second.forms[0]?.submissionId).toBe(first.forms[0]?.submissionId);
  });

  it('and is refused: the form comes back with what was filled in, the reason and a new name', async () => {
    const { shown } = await submitWith(filled, { done: false, ...refused, field: 'duration' });
    expect(partsOf(shown.value, 'Input.Text')[0]?.['value']).toBe('INC-4211');
    expect(textOf(shown.value)).toContain(refused.reason);
    expect(Object(partsOf(shown.value, 'Action.Execute')[0]?.['data']).formId).not.toBe('abcdefgh12');
  });

  it.each([
    ['nothing chosen', { ...filled, entitlement: '' }, 'Pick what you need'],
    ['no length', { ...filled, duration: '' }, 'Pick how long'],
    ['a length that is none', { ...filled, duration: '1e3x' }, 'Pick how long'],
    ['a negative length', { ...filled, duration: '-60' }, 'Pick how long'],
    ['no reason', { ...filled, justification: ' \n ' }, 'Say why'],
    ['a reason of 501 characters', { ...filled, justification: 'x'.repeat(501) }, 'at most 500'],
  ])('with %s, and the form says so without asking the desk', async (_, data, expected) => {
    const { forms, shown } = await submitWith(data, { done: true, sentence: 'Asked.' });
    expect(forms).toEqual([]);
    expect(textOf(shown.value)).toContain(expected);
  });

  it('with a reason of 500 characters, which is enough', async () => {
    const { forms } = await submitWith({ ...filled, justification: 'x'.repeat(500) }, { done: true, sentence: 'Asked.' });
    expect(forms).toHaveLength(1);
  });
});
