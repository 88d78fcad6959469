import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createOperators } from '../../src/bot/operators.ts';
import { createReadiness } from '../../src/bot/readiness.ts';

it('keeps every alert that stands, and says at /readyz how many it leaves out', async () => {
  const told: string[] = [];
  const operators = createOperators({ log: pino({ level: 'silent' }), tell: (text) => void told.push(text) });
  const all = () => {
    for (let nth = 1; nth <= 450; nth++) operators.alert(`overdue:${nth}`, `Request ${nth} is still there.`);
  };
  all();
  expect(operators.standing()).toHaveLength(450);
  all();
  expect(told).toHaveLength(450);
  const readiness = createReadiness({
    runtime: { degraded: false } as Parameters<typeof createReadiness>[0]['runtime'],
    feeds: () => [{ health: () => ({ ok: true }), stop: async () => undefined }],
    surfaces: new Map(),
    channels: { unfit: () => ['Channel C0 gets no messages.'] } as unknown as Parameters<typeof createReadiness>[0]['channels'],
    operators,
  });
  const { warnings } = await readiness();
  expect(warnings).toHaveLength(201);
  expect(warnings[0]).toBe('Channel C0 gets no messages.');
  expect(warnings.at(-1)).toBe('… and 251 more: see the log.');
});
