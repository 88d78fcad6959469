import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { guardrailsSchema } from '../../../src/access/core/perimeter-api.ts';
import type { DirectoryGroup } from '../../../src/playground/microsoft/tenant/directory-objects.ts';
import { ABEL, APPROVERS, type ConfigWishes, GINA } from '../support/perimeter-config.ts';
import { startWorld, type World } from '../support/world.ts';

jest.setTimeout(120_000);

const signed: ConfigWishes = { more: { assurance: 'signed', approvers: { people: [], groups: [APPROVERS] } } };
const human = { kind: 'outside' } as never;

let world: World;
beforeEach(async () => {
  world = await startWorld(signed);
});
afterEach(() => world.close());

/** What becomes of a request: `registered`, or the code of the refusal. */
async function outcome(requestId: string): Promise<string> {
  const { state } = await world.register(requestId);
  if (state === 'registered') return state;
  const refused = (await world.factsUntil(requestId, 'refused')).at(-1);
  return refused?.type === 'refused' ? refused.code : '';
}

/** What operators are told, and the bot. */
async function told(): Promise<readonly string[]> {
  const { entitlements } = guardrailsSchema.parse((await world.call('GET', '/guardrails')).body);
  return [(await world.ops('/readyz')).text, entitlements[0]?.notGiven ?? ''];
}

describe('a group of approvers, as the tenant has it', () => {
  it.each<[string, Partial<DirectoryGroup>, string, string]>([
    ['is closed', {}, 'registered', ''],
    ['is owned by a member', { ownerIds: [ABEL.objectId] }, 'registered', ''],
    ['is owned by somebody else', { ownerIds: [GINA.objectId] }, 'guardrail.unsafe-group', GINA.objectId],
    ['is not role-assignable', { isAssignableToRole: false }, 'guardrail.unsafe-group', 'is not role-assignable'],
    ['fills itself', { membershipRule: 'user.department -eq "Security"' }, 'guardrail.unsafe-group', 'is a dynamic group'],
    ['comes from elsewhere', { onPremisesSyncEnabled: true }, 'guardrail.unsafe-group', 'is synchronised'],
  ])('%s: what is signed is %s', async (_name, changes, expected, words) => {
    await world.stop();
    world.microsoft.tenant.directory.changeGroup(APPROVERS, changes, human);
    await world.start();
    expect(await outcome('standing0001')).toBe(expected);
    for (const text of await told()) expect(text).toContain(words);
  });

  it('is unknown while the directory does not answer, and what is signed by it is not given; the rest is', async () => {
    await world.stop();
    const answers = world.microsoft.faults.add({ path: /\/groups\//, rate: 1, kinds: ['unavailable'], retryAfterSeconds: 0 });
    await world.start();
    expect(await outcome('unknown00001')).toBe('guardrail.unchecked');
    for (const text of await told()) expect(text).toContain('could not be looked up (directory.unavailable)');
    await world.stop();
    await world.start({ more: { assurance: 'chat' } });
    expect(await outcome('chat00000001')).toBe('registered');
    answers();
    await world.stop();
    await world.start();
    expect(await outcome('known0000001')).toBe('grant.already-live');
    for (const text of await told()) expect(text).not.toContain('looked up');
  });
});
