import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../src/durable/port.ts';
import { createEventsFeed, factOf } from '../../src/perimeter/events-feed.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { workbench } from '../durable/support/durable-world.ts';

const ID = 'stuck0000001';
const note: JournalEntry = {
  seq: 7,
  head: 'head',
  at: '2026-03-01T13:00:00.000Z',
  caseId: ID,
  flow: 'grant',
  kind: 'note',
  events: [],
  actor: { kind: 'system', name: 'bot' },
  state: 'active',
  context: { opening: { kind: 'open' }, decisions: [], intent: { readAt: '', writer: 'plain' } },
  links: [{ key: 'swept', value: { confirmedAt: '2026-03-01T13:00:00.000Z' } }],
};
const place = { seq: 7, head: 'head', at: note.at, requestId: ID };

describe('what the sweep did for a grant whose flow is stuck', () => {
  const confirmedAt = '2026-03-01T13:00:00.000Z';
  it.each<[string, Partial<JournalEntry>, Readonly<Record<string, unknown>> | undefined]>([
    ['its end had come', {}, { type: 'ended', how: 'expired', confirmedAt }],
    [
      'it had been given back',
      { context: { endedHow: 'released', intent: {} } },
      { type: 'ended', how: 'released', confirmedAt },
    ],
    [
      'it was refused while it was given',
      { context: { refusal: { code: 'directory.rejected', hint: 'Why.' } } },
      { type: 'refused', code: 'directory.rejected', hint: 'Why.' },
    ],
    [
      'somebody else had given the same',
      { links: [{ key: 'swept', value: { leftAt: confirmedAt } }] },
      { type: 'ended', how: 'left' },
    ],
    ['its end came before anything was to be written', { context: {} }, { type: 'ended', how: 'lapsed' }],
    ['nothing of the kind', { links: [{ key: 'write', value: {} }] }, undefined],
  ])('is told to the bot: %s', (_name, different, told) => {
    expect(factOf({ ...note, ...different })).toEqual(told === undefined ? undefined : { ...told, ...place });
  });

  it('is heard by the bot that waits, and by one that asks after a restart', async () => {
    const bench = workbench();
    const open = () => bench.open({ flows: [grantFlow] });
    const never = new AbortController().signal;
    const runtime = await open();
    const opening = { kind: 'tombstone', reason: 'release' };
    const { view } = await runtime.begin('grant', ID, { opening }, note.actor);
    const feed = createEventsFeed(runtime);
    const waiting = feed.after(view.seq, 10, 60_000, never);
    await runtime.link(ID, { key: 'swept', value: { confirmedAt } });
    const heard = await waiting;
    expect(heard.events).toMatchObject([{ type: 'ended', how: 'released', requestId: ID }]);
    feed.close();
    await runtime.close();
    const later = createEventsFeed(await open());
    expect(await later.after(view.seq, 10, 0, never)).toMatchObject({ events: heard.events });
    later.close();
    await bench.clear();
  });
});
