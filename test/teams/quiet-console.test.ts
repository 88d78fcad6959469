// oxlint-disable no-console -- what is printed is the matter here
import { expect, it } from '@jest/globals';
import { pressing, teamsWorld } from './support/teams-world.ts';

it('says nothing of why a token was refused, and prints nothing of it', async () => {
  const printed: unknown[] = [];
  const { error } = console;
  console.error = (...args) => printed.push(args);
  const other = await teamsWorld();
  try {
    for (const authorization of [
      `Bearer ${await other.token({}, { expiresIn: -3600 })}`,
      `Bearer ${await other.token({}, { key: 'another' })}`,
    ]) {
      const sent = await other.send(pressing(other, 'mine', { v: 1 }), { authorization });
      expect(sent.text).toBe('{"error":{"code":"teams.token-refused","message":"Refused."}}');
    }
  } finally {
    await other.close();
    console.error = error;
  }
  expect(printed).toEqual([]);
  expect(console.error).toBe(error);
});
