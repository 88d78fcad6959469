import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { CredentialHolder, CredentialsReader } from '../../src/entra/credentials-reader.ts';
import { createLog } from '../../src/observe/log.ts';
import { createCredentialsWatch } from '../../src/posture/collectors/credentials.ts';
import type { LookContext } from '../../src/posture/sighting.ts';
import { steppedClock } from './support/stepped-clock.ts';

const clock = steppedClock('2026-11-21T14:02:00.000Z');
const id = (digit: number) => `a0000000-0000-4000-8000-00000000000${digit}`;
const holder = (digit: number, endAt: string): CredentialHolder => ({
  kind: 'application',
  objectId: id(digit),
  appId: id(digit),
  name: `App ${digit}`,
  passwords: [{ keyId: id(9), endAt }],
  keys: [],
});
const SOON = holder(1, '2026-11-28T00:00:00.000Z');
const context: LookContext = { previous: () => undefined, signal: new AbortController().signal };

function watch(reader: Partial<CredentialsReader>) {
  const asked: string[] = [];
  const complete: CredentialsReader = {
    async *holders() {
      yield* [];
    },
    owners: (kind, objectId) => {
      asked.push(`${kind} ${objectId}`);
      return Promise.resolve(['Sam Security', 'Gina Global']);
    },
    ...reader,
  };
  const made = createCredentialsWatch({ reader: complete, clock, ladderDays: [90, 7], log: createLog('bot', 'silent') });
  return { asked, look: (looking: LookContext) => made.look(looking) };
}
const applications = (...holders: readonly CredentialHolder[]): CredentialsReader['holders'] =>
  async function* (kind) {
    if (kind === 'application') yield* holders;
  };
const unavailable = new AppError('directory.unavailable', 'no', { retryable: true });

describe('secrets and certificates', () => {
  it('are told with their owners, who are asked for findings only', async () => {
    const { asked, look } = watch({ holders: applications(SOON, holder(2, '2027-11-28T00:00:00.000Z')) });
    const { sightings, blind } = await look(context);
    expect(blind).toBeUndefined();
    expect(sightings).toMatchObject([
      { subjectId: `${id(1)}/${id(9)}`, rung: 2, detail: { owners: ['Gina Global', 'Sam Security'] } },
    ]);
    expect(asked).toEqual([`application ${id(1)}`]);
  });

  it('keep the owners they had, until the finding gets worse', async () => {
    const first = await watch({ holders: applications(SOON) }).look(context);
    const detail = first.sightings[0]?.detail;
    const { asked, look } = watch({ holders: applications(SOON) });
    await expect(look({ ...context, previous: () => ({ rung: 2, detail }) })).resolves.toEqual(first);
    expect(asked).toEqual([]);
    await look({ ...context, previous: () => ({ rung: 1, detail }) });
    expect(asked).toHaveLength(1);
  });

  it('are told without owners when those cannot be read', async () => {
    const { look } = watch({ holders: applications(SOON), owners: () => Promise.reject(unavailable) });
    const { sightings, blind } = await look(context);
    expect(blind).toBeUndefined();
    expect(sightings).toMatchObject([{ detail: { owners: null } }]);
  });

  it('of one kind are told although the other could not be read, and it is said', async () => {
    const { look } = watch({
      async *holders(kind) {
        yield SOON;
        if (kind === 'servicePrincipal') throw unavailable;
      },
    });
    const { sightings, blind } = await look(context);
    expect(sightings.length).toBeGreaterThan(0);
    expect(blind).toMatchObject({
      code: 'directory.unavailable',
      passing: true,
      reason: expect.stringContaining('service principals'),
    });
  });

  it('that ended long ago are not kept in memory, unless a finding of theirs is open', async () => {
    const old = holder(1, '2020-01-01T00:00:00.000Z');
    await expect(watch({ holders: applications(old) }).look(context)).resolves.toMatchObject({ sightings: [] });
    const open = { ...context, previous: () => ({ rung: 3, detail: undefined }) };
    await expect(watch({ holders: applications(old) }).look(open)).resolves.toMatchObject({ sightings: [{ raise: false }] });
  });
});
